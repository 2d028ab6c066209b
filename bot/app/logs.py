"""Write the log: lines for people, or JSON for a machine that gathers it."""

import logging

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from bot.core.tracing import Tracing
from bot.settings import LogKind

FOR_PEOPLE = "%(asctime)s %(levelname)s %(message)s"
FOR_MACHINES = "{asctime}{levelname}{name}{message}"
LEFT_OUT = [*RESERVED_ATTRS, "color_message"]  # the same once more, with colours for a terminal
NAMES = {"asctime": "at", "levelname": "level", "name": "from"}


def begin_log(kind: LogKind) -> None:
    """Write to standard error from now on."""
    handler = logging.StreamHandler()
    handler.addFilter(Tracing())
    handler.setFormatter(
        JsonFormatter(
            FOR_MACHINES,
            style="{",
            rename_fields=NAMES,
            reserved_attrs=LEFT_OUT,
            json_ensure_ascii=False,
        )
        if kind is LogKind.JSON
        else logging.Formatter(FOR_PEOPLE)
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is left out is no news
    logging.getLogger("alembic").setLevel(logging.WARNING)
