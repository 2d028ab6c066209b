"""One request to the console: who asks, in which language; and how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.errors import BotError
from bot.store import Session, audit
from bot.store.accounts import SignedIn
from bot.store.columns import id_of
from bot.store.console_tables import USUAL_ZONE, Account
from bot.store.states import StaffRole
from bot.web.console.offices import Office
from bot.web.console.rendering import SAID, render
from bot.web.wording import Wording, choose_language, wording_in


@dataclass(frozen=True)
class Visit:
    """A request, with who asks; `form` is empty where nothing was sent."""

    office: Office
    request: Request
    signed_in: SignedIn | None = None
    form: FormData = field(default_factory=FormData)

    @property
    def account(self) -> Account:
        """Who asks; raise BotError where nobody is signed in."""
        if self.signed_in is None:
            raise BotError("Nobody is signed in.")
        return self.signed_in.account

    @property
    def role(self) -> StaffRole:
        """What whoever asks may do."""
        return self.account.role

    @cached_property
    def now(self) -> datetime:
        """The moment of the request."""
        return self.office.clock.now()

    @cached_property
    def words(self) -> Wording:
        """The console's words in the language of whoever asks."""
        if self.signed_in:
            return wording_in(self.signed_in.account.language)
        return wording_in(choose_language(self.request.headers.get("accept-language", "")))

    @property
    def zone(self) -> str:
        """The zone in which whoever asks reads times."""
        return self.signed_in.account.zone if self.signed_in else USUAL_ZONE

    @property
    def is_secure(self) -> bool:
        """Whether the browser came by https, as the web server before us tells."""
        return self.request.url.scheme == "https"

    def said(self, name: str) -> str:
        """Give a field of the form as text, "" where there is none."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def asked(self, name: str) -> str:
        """Give a part of the address behind the question mark, "" where there is none."""
        return self.request.query_params.get(name, "").strip()

    async def read_file(self, name: str) -> tuple[str, bytes]:
        """Give the name and the content of a file of the form; raise BotError without one."""
        file = self.form.get(name)
        if not isinstance(file, UploadFile) or not file.filename:
            raise BotError(self.words.say("Choose a file first."))
        return clean_name(file.filename), await file.read()

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:
        """Answer with a page; what it says once is not said again."""
        response = HTMLResponse(render(name, self, values), status_code=status)
        if SAID in self.request.cookies:
            response.delete_cookie(SAID, httponly=True, samesite="strict", secure=self.is_secure)
        return response

    def refuse(self, error: str, *, status: int = 400, details: Any = ()) -> Response:
        """Answer that something cannot be done, and why."""
        return self.page("refused", status=status, error=error, details=details)

    def back(self, path: str, *, said: str = "") -> Response:
        """Send the browser on after something was done; `said` is shown there once."""
        response = RedirectResponse(path, status_code=303)
        if said:
            response.set_cookie(
                SAID,
                said.encode().hex(),
                max_age=30,
                httponly=True,
                samesite="strict",
                secure=self.is_secure,
            )
        return response

    async def note(self, session: Session, action: str, about: str = "") -> None:
        """Write into the audit trail what is being done."""
        account = self.account
        await audit.record(
            session,
            action,
            who=account.email,
            account_id=id_of(account),
            about=about,
            now=self.now,
        )


def clean_name(name: str) -> str:
    """Give a file's name without folders and without signs that steer."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable())[:120] or "file"


def values_of(form: FormData) -> Mapping[str, str]:
    """Give the text fields of a form."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
