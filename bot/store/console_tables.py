"""The console's own tables: who signs in, what they did, what works behind the pages.

Nothing that sends messages reads them.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, false
from sqlmodel import Field

from bot.store.columns import BigNumber, Moment, Row, number, owned, word
from bot.store.states import StaffRole, WorkStatus

USUAL_ZONE = "Europe/Copenhagen"  # until somebody chooses another
USUAL = {"server_default": USUAL_ZONE}


class Account(Row, table=True):
    """A member of staff who may sign in; an educator has a centre. `ended_at` is for good."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    passphrase_hash: str
    role: StaffRole = word(StaffRole)
    centre_id: int | None = owned("centre", nullable=True)
    language: str = Field(default="en", max_length=10)
    zone: str = Field(default=USUAL_ZONE, max_length=64, sa_column_kwargs=USUAL)
    created_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class SignIn(Row, table=True):
    """One browser in which somebody is signed in, found by the hash of its cookie's secret.

    `form_key` is what every form of that browser carries, so that no other site can send one.
    """

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = owned("account")
    secret_hash: str = Field(unique=True, max_length=64)
    form_key: str = Field(max_length=43)
    browser: str = Field(max_length=120)
    begun_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInAttempt(Row, table=True):
    """An attempt to sign in that failed, so that guessing can be limited; gone after a day.

    `tried_key` is the keyed hash of an e-mail address, or of where the browser is.
    """

    id: int | None = number()
    tried_key: str = Field(max_length=64, index=True)
    tried_at: datetime = Field(sa_type=Moment, index=True)


class AuditEntry(Row, table=True):
    """Who did what in the console, and when; the database lets nobody change or remove one."""

    id: int | None = number()
    at: datetime = Field(sa_type=Moment, index=True)
    account_id: int | None = owned("account", nullable=True)
    who: str = Field(max_length=254)
    action: str = Field(max_length=40)
    about: str = Field(default="", max_length=200)


class ApiToken(Row, table=True):
    """A program's way to one export, by the hash of its secret; `scope` names the file."""

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = owned("account")
    name: str = Field(max_length=60)
    scope: str = Field(max_length=40)
    secret_hash: str = Field(unique=True, max_length=64)
    begun_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class Work(Row, table=True):
    """Something long that goes on behind the pages: an export, a report; `wanted` is JSON.

    `beat_at` is when the process that does it was last heard of. What it made lies in its parts,
    until `expires_at`.
    """

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = owned("account")
    kind: str = Field(max_length=20)
    wanted: str = ""
    status: WorkStatus = word(WorkStatus, default=WorkStatus.WAITING)
    done: int = 0
    total: int = 0
    said: str = ""
    is_to_stop: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    file_name: str = Field(default="", max_length=120)
    media_type: str = Field(default="", max_length=80)
    begun_at: datetime = Field(sa_type=Moment)
    beat_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)


class WorkPart(Row, table=True):
    """A piece of what work made, in the order of `part`."""

    work_id: int = Field(
        sa_type=BigNumber, sa_column_args=[ForeignKey("work.id")], primary_key=True
    )
    part: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
