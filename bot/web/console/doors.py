"""Which pages there are, who may see each, and what is asked of a request before it is answered."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core.passphrases import hash_secret
from bot.errors import BotError, DatabaseGone, FileRefused
from bot.store import accounts
from bot.store.accounts import SignedIn
from bot.store.columns import id_of
from bot.store.states import StaffRole
from bot.web.console.guarding import TooMuch, limit
from bot.web.console.offices import Office
from bot.web.console.visits import Visit

COOKIE = "kuffert_sign_in"
FORM_KEY = "form_key"
FORM_BYTES = 64_000
FILE_BYTES = 60_000_000
MOST_FIELDS = 400
SIGN_IN = "/sign-in"
PATIENCE = 0.2  # seconds; an import may hold SQLite's one writer, and a page must not wait for that

EDUCATOR, STAFF, EVALUATOR, ADMIN = StaffRole
EVERYBODY = frozenset(StaffRole)
ANYBODY: frozenset[StaffRole] | None = None  # signed in or not
Answer = Callable[[Visit], Awaitable[Response]]

log = logging.getLogger(__name__)


class Door(Route):
    """A page, and who may see it: some roles, or anybody at all."""

    def __init__(
        self,
        path: str,
        answer: Answer,
        office: Office,
        *,
        allowed: Iterable[StaffRole] | None,
        method: str = "GET",
        takes_file: bool = False,
        most_fields: int = MOST_FIELDS,
    ) -> None:
        """Put an answer behind a path."""
        self.allowed = frozenset(allowed) if allowed is not None else None
        most = FILE_BYTES if takes_file else FORM_BYTES

        async def endpoint(request: Request) -> Response:
            visit = Visit(office, request)
            try:
                return await admit(
                    request,
                    office,
                    answer,
                    allowed=self.allowed,
                    most=most,
                    most_fields=most_fields,
                )
            except TooMuch:
                return visit.refuse(
                    visit.words.say("This is larger than what can be taken in here."), status=413
                )
            except (MultiPartException, ClientDisconnect):
                return visit.refuse(visit.words.say("This could not be read."))
            except FileRefused as refused:
                signed_in = await find_signed_in(request, office)
                shown = Visit(office, request, signed_in)
                return shown.refuse(
                    shown.words.say("The file was not taken in."), details=refused.problems
                )
            except DatabaseGone:
                return visit.refuse(
                    visit.words.say("The database does not answer. Try again soon."), status=503
                )
            except BotError as error:
                shown = Visit(office, request, await find_signed_in(request, office))
                return shown.refuse(str(error))

        super().__init__(path, endpoint, methods=[method])


async def admit(
    request: Request,
    office: Office,
    answer: Answer,
    *,
    allowed: frozenset[StaffRole] | None,
    most: int,
    most_fields: int,
) -> Response:
    """Let a request in, where whoever asks may, and its form is one of ours."""
    signed_in = await find_signed_in(request, office)
    is_change = request.method == "POST"
    if is_change and is_foreign(request):
        return Visit(office, request).refuse("This form came from another site.", status=403)
    if allowed is not None and signed_in is None:
        if is_change:
            visit = Visit(office, request)
            return visit.refuse(visit.words.say("You are signed out. Sign in again."), status=401)
        following = quote(request.url.path, safe="/")
        return RedirectResponse(f"{SIGN_IN}?next={following}", status_code=303)
    if allowed is not None and signed_in and signed_in.account.role not in allowed:
        visit = Visit(office, request, signed_in)
        return visit.refuse(visit.words.say("This page is not for your role."), status=403)
    form = FormData()
    if is_change:
        within = Request(request.scope, limit(request.receive, most))
        form = await within.form(max_files=2, max_fields=most_fields)
        if signed_in and not is_ours(form, signed_in):
            visit = Visit(office, request, signed_in)
            return visit.refuse(
                visit.words.say("This form is from an earlier time. Open the page again."),
                status=403,
            )
    try:
        return await answer(Visit(office, request, signed_in, form))
    finally:
        await form.close()


async def find_signed_in(request: Request, office: Office) -> SignedIn | None:
    """Look up who is signed in with the browser that asks."""
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        return None
    now = office.clock.now()
    async with office.database.reading() as session:
        found = await accounts.find_signed_in(session, hash_secret(secret), now=now)
    if found and found.sign_in.seen_at < now - accounts.SEEN_AGAIN:
        await office.errands.begin(note_seen(office, id_of(found.sign_in), now), PATIENCE)
    return found


async def note_seen(office: Office, number: int, now: datetime) -> None:
    """Note that a browser was seen."""
    async with office.database.writing() as session:
        await accounts.record_seen(session, number, now=now)


def is_ours(form: FormData, signed_in: SignedIn) -> bool:
    """Say whether a form carries the key of the browser that sends it."""
    given = form.get(FORM_KEY)
    return isinstance(given, str) and hmac.compare_digest(
        given.encode(), signed_in.sign_in.form_key.encode()
    )


def is_foreign(request: Request) -> bool:
    """Say whether a page of another site sends this, as the browser itself tells."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def stay_here(path: str) -> str:
    """Give a path of ours to go on to; the first page for anything else."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    parts = urlsplit(path)
    return path if is_ours and not parts.scheme and not parts.netloc and "\\" not in path else "/"
