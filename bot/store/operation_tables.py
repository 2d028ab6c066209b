"""What is known of the running of it all: which processes there are, and what staff were told.

Nothing that sends messages reads them.
"""

from datetime import datetime

from sqlmodel import Field

from bot.store.columns import Moment, Row


class RunningProcess(Row, table=True):
    """A process that says again and again that it runs; one that ends takes its row along.

    A row that nobody renews is of a process that was killed, or whose machine is gone. `keys` names
    the keys that it opens with; first comes the one that it seals with.
    """

    name: str = Field(primary_key=True, max_length=32)
    role: str = Field(max_length=10)
    host: str = Field(max_length=253)
    keys: str = Field(default="", sa_column_kwargs={"server_default": ""})
    started_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)


class StandingAlarm(Row, table=True):
    """Something that staff were told of and that is not over, under a name of its own."""

    name: str = Field(primary_key=True, max_length=300)
    words: str
    since: datetime = Field(sa_type=Moment)
