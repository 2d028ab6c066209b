"""Put the console together: hand the pages what they need of the network and the settings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.app.card_desk import CardDesk
from bot.app.content_versions import accept_again
from bot.app.opening import Store
from bot.app.staff import ReadersDesk
from bot.app.undertaking import undertake
from bot.catalogue.desk.personas import PERSONAS, list_persona_files
from bot.chat.fetching import fetch_file
from bot.core.asked import QUESTION, parse_asked
from bot.core.clock import Clock
from bot.delivery.shelf import Shelf
from bot.delivery.staff_answers import plan_answer
from bot.errors import BotError
from bot.settings import Settings
from bot.store import questions
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.store.states import QuestionKind
from bot.store.tables import Question
from bot.web.console.offices import Fetched, Helpers, Made, Office, ShowProgress
from bot.web.console.pages import make_console
from bot.web.console.working import Worker, read_wanted

TYPES = {".oga": "audio/ogg", ".ogg": "audio/ogg", ".jpg": "image/jpeg", ".png": "image/png"}
GUESS = {QuestionKind.VOICE: "audio/ogg", QuestionKind.PHOTO: "image/jpeg"}


class Assistant:
    """Does for the pages what takes the network, the settings or the evaluation libraries."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        shelf: Shelf,
        clock: Clock,
        api: Callable[[], str],
    ) -> None:
        """Keep what is needed; `api` gives the Bot API's address."""
        self.store = store
        self.settings = settings
        self.shelf = shelf
        self.clock = clock
        self.api = api

    async def answer(self, question: Question, text: str) -> None:
        """Queue an answer."""
        async with self.store.database.writing() as session:
            mine = await questions.get_question(session, id_of(question), is_to_change=True)
            await plan_answer(session, mine, text, sealer=self.store.sealer, now=self.clock.now())

    async def fetch(self, question: Question) -> Fetched:
        """Fetch what a parent sent."""
        sealed = self.store.sealer.unseal(question.body_sealed, bound_to=QUESTION)
        file_id = parse_asked(sealed).file_id
        if file_id is None:
            raise BotError("This question holds words alone.")
        found = await fetch_file(self.settings.read_token(), file_id, api=self.api())
        guess = GUESS.get(question.kind, "application/octet-stream")
        return Fetched(found.content, TYPES.get(found.suffix, guess))

    async def use_version(self, version: str) -> str:
        """Run an earlier content again."""
        return await accept_again(self.store.database, version, now=self.clock.now())

    def read_personas(self) -> dict[str, bytes]:
        """Read the persona files of this machine's content; they are no part of a version."""
        with suppress(OSError):
            found = list_persona_files(self.settings.content)
            return {f"{PERSONAS}/{path.name}": path.read_bytes() for path in found}
        return {}

    async def undertake(self, row: Work, folder: Path, show_progress: ShowProgress) -> Made:
        """Do what a row of work asks for, in a process of its own."""
        files, said = await undertake(
            self.settings,
            row.kind,
            read_wanted(row),
            folder,
            now=self.clock.now(),
            show_progress=show_progress,
        )
        return Made(files, said)


@asynccontextmanager
async def console(
    store: Store,
    settings: Settings,
    *,
    shelf: Shelf,
    clock: Clock,
    api: Callable[[], str],
    more: list[BaseRoute] | None = None,
    is_demo: bool = False,
    is_filling: Callable[[], bool] = lambda: False,
    large: int = Office.large,
) -> AsyncIterator[Starlette]:
    """Give the console's pages; what works behind them is ended at the end.

    `is_filling` says whether a demo's simulated families are still on their way. A school's file of
    more than `large` bytes is read in a process of its own.
    """
    assistant = Assistant(store, settings, shelf=shelf, clock=clock, api=api)
    office = Office(
        database=store.database,
        sealer=store.sealer,
        clock=clock,
        running=lambda: shelf.current,
        helpers=Helpers(
            answer=assistant.answer,
            fetch=assistant.fetch,
            use_version=assistant.use_version,
            cards=CardDesk(store, settings, running=lambda: shelf.current, clock=clock),
            colleagues=ReadersDesk(store, settings, clock=clock),
            undertake=assistant.undertake,
            personas=assistant.read_personas,
        ),
        is_demo=is_demo,
        is_filling=is_filling,
        large=large,
    )
    worker = Worker(office)
    try:
        yield make_console(office, worker, more or [])
    finally:
        await worker.close()
        await office.errands.close()
