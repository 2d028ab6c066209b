"""A console that is served over real HTTP beside a running bot, and people who sign in to it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import pytest
from argon2 import PasswordHasher

from bot.app import staff
from bot.store import accounts, centres
from bot.store.console_tables import AuditEntry
from bot.store.states import StaffRole
from bot.web.console.doors import Door
from tests.console.served import served_console
from tests.town import Town

PASSPHRASE = "four words of nobody"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a hash says what it costs
HASHED = QUICK.hash(PASSPHRASE)
FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')


@dataclass
class Browser:
    """One person's browser; it keeps cookies, and finds the key that each form carries."""

    client: httpx.AsyncClient
    key: str = ""

    async def get(self, path: str, *, status: int = 200) -> httpx.Response:
        answer = await self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:400])
        found = FORM_KEY.search(answer.text)
        self.key = found[1] if found else self.key
        return answer

    async def post(
        self,
        path: str,
        values: Mapping[str, str] | None = None,
        *,
        status: int = 303,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        form = {"form_key": self.key, **(values or {})}
        answer = await self.client.post(path, data=form, files=files)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-600:])
        return answer

    async def sign_in(self, email: str, passphrase: str = PASSPHRASE) -> httpx.Response:
        form = {"email": email, "passphrase": passphrase, "next": "/account"}
        answer = await self.client.post("/sign-in", data=form)
        if answer.status_code == 303:
            await self.get("/account")
        return answer


@dataclass
class Open:
    """A console, the town behind it, and its doors."""

    town: Town
    base: str
    doors: list[Door]
    stack: AsyncExitStack
    others: list[str] = field(default_factory=list)  # paths that are no doors of ours
    people: dict[StaffRole, str] = field(default_factory=dict)

    async def browser(self, role: StaffRole | None = None, *, address: str = "") -> Browser:
        """Open a browser, from another address of this machine where one is named."""
        way = httpx.AsyncHTTPTransport(local_address=address) if address else None
        client = httpx.AsyncClient(base_url=self.base, timeout=20, transport=way)
        browser = Browser(await self.stack.enter_async_context(client))
        if role:
            await browser.sign_in(await self.person(role))
        return browser

    async def person(self, role: StaffRole) -> str:
        if role not in self.people:
            email = f"{role}@example.org"
            await self.add_account(email, role)
            self.people[role] = email
        return self.people[role]

    async def add_account(self, email: str, role: StaffRole) -> None:
        now = self.town.clock.now()
        async with self.town.store.database.writing() as session:
            solsikken = await centres.get_centre(session, "solsikken")
            await accounts.add_account(
                session,
                email,
                passphrase_hash=HASHED,
                role=role,
                centre_id=solsikken.id if role is StaffRole.EDUCATOR else None,
                now=now,
            )
            await staff.note(session, "account added", f"{email} {role}", clock=self.town.clock)

    async def trail(self) -> list[tuple[str, str]]:
        entries = await self.town.rows(AuditEntry)
        return [(each.action, each.about) for each in entries]


@pytest.fixture
def large() -> int:
    """From how many bytes on a school's file is read in a process of its own."""
    return 2_000_000


@pytest.fixture
async def opened(town: Town, large: int) -> AsyncIterator[Open]:
    async with (
        AsyncExitStack() as stack,
        served_console(town, proxies="127.0.0.1", large=large) as (pages, port),
    ):
        doors = [each for each in pages.routes if isinstance(each, Door)]
        others = [each.path for each in pages.routes if each not in doors]  # type: ignore[attr-defined]
        yield Open(town, f"http://127.0.0.1:{port}", doors, stack, others)
