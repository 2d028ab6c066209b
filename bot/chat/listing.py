"""The commands that a chat lists: those of everybody, and the one more of colleagues."""

from bot.chat.replies import Listing
from bot.chat.turns import Turn

COMMANDS = (
    "menu",
    "pause",
    "resume",
    "language",
    "ask",
    "stop",
    "privacy",
    "mydata",
    "forget",
    "help",
)
RECORD = "record"


def give_record(turn: Turn, *, language: str) -> None:
    """List everybody's commands in a colleague's chat, and the one to read texts aloud first."""
    words = turn.catalogue.words_in(language)
    turn.reply(Listing([(name, words.plain(f"command-{name}")) for name in (RECORD, *COMMANDS)]))


def take_back(turn: Turn) -> None:
    """Let a chat list what everybody's does."""
    turn.reply(Listing())
