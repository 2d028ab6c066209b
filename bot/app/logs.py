"""Write the log: lines for people, or JSON for a machine that gathers it."""

import asyncio
import logging
import sys
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from bot.core.tracing import Tracing, tell_error
from bot.settings import LogKind

FOR_PEOPLE = "%(asctime)s %(levelname)s %(message)s"
FOR_MACHINES = "{asctime}{levelname}{name}{message}"
LEFT_OUT = [*RESERVED_ATTRS, "color_message"]  # the same once more, with colours for a terminal
NAMES = {"asctime": "at", "levelname": "level", "name": "from"}

log = logging.getLogger(__name__)


class Discreet(logging.Formatter):
    """Tells errors without their words, whichever library logs them."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's own name
        """Tell an error and where it arose."""
        return tell_error(ei[1])


class DiscreetJson(Discreet, JsonFormatter):
    """The same as JSON."""


def begin_log(kind: LogKind) -> None:
    """Write to standard error from now on."""
    handler = logging.StreamHandler()
    handler.addFilter(Tracing())
    handler.setFormatter(
        DiscreetJson(
            FOR_MACHINES,
            style="{",
            rename_fields=NAMES,
            reserved_attrs=LEFT_OUT,
            json_ensure_ascii=False,
        )
        if kind is LogKind.JSON
        else Discreet(FOR_PEOPLE)
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is left out is no news
    logging.getLogger("alembic").setLevel(logging.WARNING)


def log_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error that nobody waited for; asyncio itself would write out its words."""
    error = context.get("exception")
    log.error("%s", context["message"], exc_info=error if error else None)


def print_error(
    _kind: type[BaseException], error: BaseException, _where: TracebackType | None
) -> None:
    """Print an error that ends a command, for a report of a bug: without its words."""
    sys.stderr.write(f"This is a bug. Please report it, with these lines:\n{tell_error(error)}\n")
