"""What a log says beside its words: what was being worked on, and where an error arose."""

import logging
import traceback
from collections.abc import Mapping
from contextvars import ContextVar

from bot.errors import BotError

# Each delivery and each update is worked on in a task, and so in a context, of its own.
working_on: ContextVar[Mapping[str, int] | None] = ContextVar("working_on", default=None)


class Tracing(logging.Filter):
    """Puts what is being worked on into each line, where the line does not say so itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, and add to it."""
        for name, number in (working_on.get() or {}).items():
            if not hasattr(record, name):
                setattr(record, name, number)
        return True


def tell_error(error: BaseException) -> str:
    """Tell which error arose, where, and out of which others; never in an error's own words.

    Those may hold whatever was being handled: a parent's words, a chat, an address with the token.
    Only what we say ourselves is told as it is.
    """
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [tell_error(before), "which led to:"] if before else []
    parts += ["".join(traceback.format_tb(error.__traceback__)).rstrip(), name_error(error)]
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        parts += ["one of several:", tell_error(each)]
    return "\n".join(filter(None, parts))


def name_error(error: BaseException) -> str:
    """Name an error by its kind; one of ours by its sentence too."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{kind}: {error}" if isinstance(error, BotError) else kind
