"""What the console works with: the store, the clock, and what other rooms do on its behalf."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.core.codes import IssuedCard
from bot.core.sealing import Sealer
from bot.store import Database
from bot.store.audit import Note
from bot.store.console_tables import Work
from bot.store.tables import Question
from bot.web.console.errands import Errands

ShowProgress = Callable[[int, int], None]


class Fetched(NamedTuple):
    """A file that a parent sent, and what it is."""

    content: bytes
    media_type: str


class Printed(NamedTuple):
    """A file that was made to be printed."""

    name: str
    content: bytes


class Made(NamedTuple):
    """What work made: files in a folder, one of which may be all there is."""

    files: Sequence[Path]
    said: str = ""


class Invited(NamedTuple):
    """An invitation as it is handed on; nobody can look it up again."""

    link: str
    typed: str
    expires_at: datetime


class Cards(Protocol):
    """What is handed out at a centre; each of it raises BotError with what to do instead.

    `note` writes a change into the audit trail, in the transaction that makes it.
    """

    async def issue(
        self, centre: str, *, count: int, birth_month: date | None, language: str, note: Note
    ) -> list[IssuedCard]:
        """Issue cards for children who are new on a centre's roster."""

    async def lay_out(
        self, centre: str, *, language: str | None, study_code: str | None
    ) -> AsyncIterator[list[Printed]]:
        """Lay out a centre's valid cards, or one child's, a batch at a time."""

    async def list_cards(self, centre: str) -> list[IssuedCard]:
        """List a centre's valid cards."""

    async def list_cautions(self, centre: str) -> list[str]:
        """Say which of a centre's cards are on a waiting list, and which are not printed."""

    async def reissue(
        self, study_code: str, *, language: str | None, note: Note
    ) -> tuple[IssuedCard, int]:
        """Issue a new card for a child and revoke its others; give it, and how many those were."""

    async def revoke(self, card: str, *, note: Note) -> str:
        """Revoke a card by the code that is printed on it; say what came of it."""

    async def draw_poster(self, centre: str) -> Printed:
        """Draw a centre's poster, where the programme lets anybody join."""

    async def revoke_poster(self, centre: str, *, note: Note) -> str:
        """Revoke a centre's poster; say what came of it."""

    async def set_pack(self, centre: str, *, language: str) -> Printed:
        """Set the first weeks as a booklet, for families without the app."""


class Colleagues(Protocol):
    """Who reads texts aloud in the chat."""

    async def invite(self, *, days: int) -> Invited:
        """Make a link by which one colleague registers within some days."""


@dataclass(frozen=True)
class Helpers:
    """What the console has others do, since they know the network or the settings.

    `answer` queues an answer in the parent's chat, `fetch` brings what a parent sent, `use_version`
    makes an earlier content the one that runs; `undertake` does what a row of work asks for, into
    a folder; `personas` reads the families that staff wrote down to be played. Each raises BotError
    with what to do instead.
    """

    answer: Callable[[Question, str], Awaitable[None]]
    fetch: Callable[[Question], Awaitable[Fetched]]
    use_version: Callable[[str], Awaitable[str]]
    cards: Cards
    colleagues: Colleagues
    undertake: Callable[[Work, Path, ShowProgress], Awaitable[Made]]
    personas: Callable[[], Mapping[str, bytes]] = dict


@dataclass(frozen=True)
class Office:
    """What every page of the console is made from."""

    database: Database
    sealer: Sealer
    clock: Clock
    running: Callable[[], Catalogue]
    helpers: Helpers
    is_demo: bool = False  # so that every page says so
    is_filling: Callable[[], bool] = lambda: False  # simulated families are still on their way
    large: int = 2_000_000  # bytes of a school's file that is read in a process of its own
    keeps: timedelta = timedelta(days=7)  # how long what work made can be fetched
    errands: Errands = field(default_factory=Errands)
