"""The demo: the bot, a stand-in for Telegram, a web chat and a time machine in one process."""

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.app.clocks import MovableClock, SystemClock
from bot.app.console import console
from bot.app.demo_centres import seed
from bot.app.locking import hold
from bot.app.opening import Store, open_store
from bot.app.reloading import Reloader
from bot.app.running import Network, Runtime
from bot.app.serving import serving
from bot.app.simulating.cast import BEGINS
from bot.app.simulating.weeks import Simulation
from bot.app.time_machine import ZONE, DemoMachine
from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.chat.codes import CARD
from bot.core.clock import Clock
from bot.core.codes import link_of
from bot.core.passphrases import draw_secret, hash_secret
from bot.core.sealing import draw_key
from bot.delivery.shelf import Shelf
from bot.errors import BotError
from bot.printing.codes import render_qr
from bot.sandbox import DemoCard, RunningServer, Sandbox, serve
from bot.settings import Settings
from bot.store import Session, accounts, audit, cards, deployment, tokens
from bot.store.columns import id_of
from bot.store.console_tables import Account
from bot.store.states import StaffRole
from bot.web.console.doors import COOKIE

FOLDER = Path("demo")
CLOCK = "clock.json"
DRAFT = "draft"  # of the simulated families
TOKEN = "1000001:sandbox"
USERNAME = "kuffert_demo_bot"
HOST = "127.0.0.1"
ADMIN = "demo@localhost"
TOKEN_NAME, TOKEN_LASTS = "Simulated: a statistics office", timedelta(days=90)
SEND_RATE = 30.0


def demo_settings(folder: Path = FOLDER, *, content: Path, locales: Path) -> Settings:
    """Give the demo's own settings: its key and its database lie in its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(draw_key())
    return Settings.model_construct(
        telegram_token=SecretStr(TOKEN),
        telegram_api="",
        database_url=SecretStr(f"sqlite:///{folder / 'kuffert.db'}"),
        content=content,
        locales=locales,
        secret_key=None,
        secret_key_file=key,
        send_rate=SEND_RATE,
        paid_broadcast=False,
        host="127.0.0.1",
        port=0,
    )


def clear(folder: Path = FOLDER) -> None:
    """Throw away what an earlier demo left."""
    if folder.exists() and not (folder / "key").exists():
        raise BotError(f'The folder "{folder}" is not a demo\'s. It is left as it is.')
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Demo:
    """A running demo; use it as `async with`.

    The first time, simulated families live through the weeks before, in a few seconds and beside
    everything else; `families` is done when they are here.
    """

    folder: Path
    settings: Settings
    port: int
    has_families: bool = True
    server: RunningServer | None = None
    runtime: Runtime | None = None
    families: "asyncio.Task[None] | None" = None

    def __post_init__(self) -> None:
        """Make ready to close in the reverse order of opening."""
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open the port first, so that a busy one is said before anything is written."""
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _open(self) -> None:
        """Open everything: lock, clock, sandbox, store, bot."""
        self._stack.enter_context(hold(self.settings.database_url.get_secret_value()))
        clock = MovableClock(SystemClock(), keep_in=self.folder / CLOCK)
        sandbox = Sandbox(clock, token=TOKEN, username=USERNAME, keep_in=self.folder / "sandbox")
        store = await self._stack.enter_async_context(open_store(self.settings))
        reloader = Reloader.of(store.database, self.settings, clock=clock)
        shelf = await reloader.open()
        await seed(store, shelf.current.languages, now=clock.now())
        gate = Gate(store)
        server = await serve(sandbox, port=self.port, machine=gate, cards=gate.list_cards)
        self._stack.push_async_callback(server.stop)
        if not sandbox.list_shown():
            sandbox.add_person("Parent 1", language="da")
        runtime = Runtime(
            store,
            shelf,
            clock=clock,
            network=Network(TOKEN, server.url, rate=SEND_RATE),
            reloader=reloader,
            recordings=RecordingFolder(self.settings.content),
        )
        async with store.database.writing() as session:
            await deployment.record_value(session, deployment.LINK_BASE, server.url)
        address = await self._open_console(store, shelf, clock=clock, api=server.url)
        gate.open(DemoMachine(clock, runtime, besides=BEGINS), server.url, console=address)
        await self._stack.enter_async_context(runtime)
        self.server, self.runtime = server, runtime
        if self.has_families:
            self._begin_families(Simulation(store, shelf, sandbox, clock=clock))

    def _begin_families(self, simulation: Simulation) -> None:
        """Let simulated families live beside, so that the visitor need not wait for them."""
        self.families = asyncio.create_task(simulation.run(self.folder / DRAFT))
        self._stack.push_async_callback(end, self.families)

    async def _open_console(self, store: Store, shelf: Shelf, *, clock: Clock, api: str) -> str:
        """Serve the console beside the chat; give the address that signs a visitor in."""
        guest = Guest(store, clock=clock)
        pages = await self._stack.enter_async_context(
            console(
                store,
                self.settings,
                shelf=shelf,
                clock=clock,
                api=lambda: api,
                more=[Route(guest.path, guest.let_in)],
                is_demo=True,
                is_filling=lambda: self.families is not None and not self.families.done(),
            )
        )
        port = await self._stack.enter_async_context(serving(pages, host=HOST, port=0))
        return f"http://{HOST}:{port}{guest.path}"

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        await self._stack.aclose()

    async def run(self) -> None:
        """Run until cancelled."""
        if self.runtime is None:
            raise RuntimeError("The demo is not open.")
        await self.runtime.run()


async def end(task: "asyncio.Task[None]") -> None:
    """End a task; what it failed of is a bug, and raised."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


class Guest:
    """Whoever plays the demo, signed in to the console by an address that nobody can guess."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        """Draw the address."""
        self._store = store
        self._clock = clock
        self.path = f"/demo-{draw_secret()}"

    async def let_in(self, request: Request) -> Response:
        """Sign a browser in as the demo's administrator."""
        secret, now = draw_secret(), self._clock.now()
        async with self._store.database.writing() as session:
            account = await accounts.find_account(session, ADMIN)
            account = account or await self._make_admin(session, now=now)
            await accounts.begin_sign_in(
                session,
                account,
                secret_hash=hash_secret(secret),
                form_key=draw_secret(),
                browser=request.headers.get("user-agent", ""),
                now=now,
            )
            await audit.record(session, "signed in", who=ADMIN, account_id=id_of(account), now=now)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, secret, httponly=True, samesite="lax")
        return response

    async def _make_admin(self, session: Session, *, now: datetime) -> Account:
        """Add the account, with a token whose secret nobody knows, so that one can be looked at."""
        account = await accounts.add_account(
            session,
            ADMIN,
            passphrase_hash="",  # nobody signs in with it by a passphrase
            role=StaffRole.ADMIN,
            centre_id=None,
            now=now,
        )
        await tokens.add_token(
            session,
            account_id=id_of(account),
            name=TOKEN_NAME,
            scope="dose",
            secret_hash=hash_secret(draw_secret()),
            expires_at=now + TOKEN_LASTS,
            now=now,
        )
        return account


class Gate:
    """What the web chat asks of the demo, before and after the bot behind it is up."""

    zone = ZONE
    console = ""

    def __init__(self, store: Store) -> None:
        """Begin without a machine, since the bot needs the server's address first."""
        self._store = store
        self._machine: DemoMachine | None = None
        self._url = ""
        self._up = asyncio.Event()

    def open(self, machine: DemoMachine, url: str, *, console: str = "") -> None:
        """Put the machine in."""
        self._machine, self._url, self.console = machine, url, console
        self._up.set()

    async def _get_machine(self) -> DemoMachine:
        """Wait for the machine."""
        await self._up.wait()
        if self._machine is None:
            raise RuntimeError("The gate is open, and nothing stands behind it.")
        return self._machine

    def now(self) -> datetime:
        """Give the demo's moment."""
        return self._machine.now() if self._machine else SystemClock().now()

    async def next_at(self) -> datetime | None:
        """Say when the next message is due."""
        return await (await self._get_machine()).next_at()

    async def skip(self, distance: timedelta) -> None:
        """Go forward."""
        await (await self._get_machine()).skip(distance)

    async def skip_to_next(self) -> bool:
        """Go to the next message."""
        return await (await self._get_machine()).skip_to_next()

    async def list_cards(self) -> Sequence[DemoCard]:
        """List the cards, each with its link into the web chat and its QR code.

        Those of simulated families are theirs.
        """
        await self._up.wait()
        async with self._store.database.reading() as session:
            rows = await cards.list_cards(session)
        free = [row for row in rows if not row[2].code.startswith(BEGINS)]
        return [
            self._show(centre.name, card.language, card.code_sealed, number)
            for number, (card, _child, centre) in enumerate(free, start=1)
        ]

    def _show(self, centre: str, language: str, code_sealed: bytes, number: int) -> DemoCard:
        """Show one card."""
        code = self._store.sealer.unseal(code_sealed, bound_to=CARD)
        link = link_of(code, f"{self._url}/{USERNAME}")
        return DemoCard(f"{centre}, card {number}", language, link, render_qr(link))
