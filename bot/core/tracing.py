"""What is being worked on just now, so that every line of the log written meanwhile says so."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar

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
