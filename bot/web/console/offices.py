"""What the console works with: the store, the clock, and what other rooms do on its behalf."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.core.sealing import Sealer
from bot.store import Database
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


@dataclass(frozen=True)
class Helpers:
    """What the console has others do, since they know the network or the settings.

    `answer` queues an answer in the parent's chat, `fetch` brings what a parent sent, `use_version`
    makes an earlier content the one that runs; `print_cards` and `print_letters` lay out a
    centre's cards; `undertake` does what a row of work asks for, into a folder; `personas` reads
    the families that staff wrote down to be played. Each raises BotError with what to do instead.
    """

    answer: Callable[[Question, str], Awaitable[None]]
    fetch: Callable[[Question], Awaitable[Fetched]]
    use_version: Callable[[str], Awaitable[str]]
    print_cards: Callable[[str, str], Awaitable[list[Printed]]]
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
    large: int = 2_000_000  # bytes of a school's file that is read in a process of its own
    keeps: timedelta = timedelta(days=7)  # how long what work made can be fetched
    errands: Errands = field(default_factory=Errands)
