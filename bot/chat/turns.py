"""One update's turn: its transaction, who it is from, and the replies that it calls for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from bot.catalogue.reading.recording_folder import RecordingFolder
from bot.catalogue.records import Catalogue
from bot.chat.replies import Note, Reply, edit
from bot.core.clock import Clock
from bot.core.messages import OutgoingMessage
from bot.core.meters import Meters
from bot.core.sealing import Sealer
from bot.delivery.pace import Pace
from bot.delivery.shelf import Shelf
from bot.store import Session, guardians
from bot.store.tables import Guardian, Newcomer
from bot.store.tombstones import TombstoneFile

CHAT = "chat"  # what a chat's id is hashed and sealed as


@dataclass(frozen=True)
class Desk:
    """What every turn needs, whoever it is from."""

    sealer: Sealer
    clock: Clock
    shelf: Shelf
    wake_sender: Callable[[], None]
    pace: Pace
    tombstones: TombstoneFile | None = None
    recordings: RecordingFolder | None = None
    meters: Meters = field(default_factory=Meters)


@dataclass(frozen=True)
class Tapped:
    """A tap, and the message that it was made on; `in_menu` says that this is the menu's own.

    `has_file` says whether that message carries a picture. Only the message itself tells, for one
    whose answer was lost may stand there twice; None where it is too old to be shown to us.
    """

    callback_id: str
    message_id: int
    in_menu: bool = False
    has_file: bool | None = None


@dataclass
class Turn:
    """The handling of one update, within one transaction; `guardian` is whose chat this is.

    It may come late: on a full disk an update waits, and `arrived_at` says since when.
    """

    desk: Desk
    session: Session
    now: datetime
    arrived_at: datetime
    address: str
    chat_key: str
    guardian: Guardian | None = None
    replies: list[Reply] = field(default_factory=list)
    calls_sender: bool = False
    error: Exception | None = None

    def __post_init__(self) -> None:
        """Take the catalogue that new messages are made from, one for the whole turn."""
        self.catalogue: Catalogue = self.desk.shelf.current

    async def find_newcomer(self) -> Newcomer | None:
        """Look up the newcomer whose chat this is."""
        return await guardians.find_newcomer(self.session, self.chat_key)

    async def find_language(self, update: Update) -> str:
        """Say which language this chat is spoken to in, as far as that is known."""
        known = self.guardian or await self.find_newcomer()
        if known:
            return known.language
        return self.find_language_of_phone(update)

    def find_language_of_phone(self, update: Update) -> str:
        """Give the language that a phone is set to, or the programme's where it lacks that one."""
        code = update.effective_user.language_code if update.effective_user else None
        language = (code or "").split("-")[0]
        programme = self.catalogue.programme
        return language if language in programme.languages else programme.language

    def show(self, tapped: Tapped, message: OutgoingMessage, *, note: str = "") -> None:
        """Answer a tap, with a short string where one is named, and change what was tapped."""
        said = self.tell(note, self.guardian.language) if note and self.guardian else ""
        changed = edit(tapped.message_id, message, has_file=tapped.has_file)
        self.reply(Note(tapped.callback_id, said), changed)

    def tell(self, key: str, language: str) -> str:
        """Say one short string as plain text."""
        return self.catalogue.words_in(language).plain(key)

    def reply(self, *replies: Reply) -> None:
        """Call for replies, in this order; a tap's note goes first, so that its button is free."""
        self.replies.extend(replies)
        self.replies.sort(key=lambda reply: not isinstance(reply, Note))


class TurnContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[int, Turn]]):
    """What python-telegram-bot hands to a handler: ours knows its turn."""

    turn: Turn

    @classmethod
    def from_update(cls, update: object, application: "TurnApplication") -> "TurnContext":
        """Find the turn that was opened for an update."""
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.turn = application.bot_data[update.update_id]
        return context


TurnApplication = Application[
    ExtBot[None],
    TurnContext,
    dict[Any, Any],
    dict[Any, Any],
    dict[int, Turn],
    None,
]
