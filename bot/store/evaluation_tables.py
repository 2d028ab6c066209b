"""The evaluation's own tables: what schools say of children, who was drawn into which arm.

Nothing that sends messages reads them, but for an arm's first day.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlmodel import Field

from bot.store.columns import BigNumber, Moment, Row, number, owned, partial_index, word
from bot.store.states import AllocationUnit, Disadvantage, OutcomeEnd


class RosterEntry(Row, table=True):
    """What a school's list says of a child beside its study code; as coarse as it can be."""

    child_id: int = Field(foreign_key="child.id", primary_key=True)
    home_language: str | None = Field(default=None, max_length=10)
    baseline: float | None = None
    disadvantage: Disadvantage | None = word(Disadvantage, default=None)
    imported_at: datetime = Field(sa_type=Moment)


class Allocation(Row, table=True):
    """A draw of arms, frozen: how it was drawn, with which seed, and the hash of its list.

    `scheme` is JSON that says all that a redraw needs; `listed` is the frozen list, byte for byte.
    """

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    unit: AllocationUnit = word(AllocationUnit)
    seed: int = Field(sa_type=BigInteger)
    scheme: str
    listed: bytes = Field(sa_type=LargeBinary)
    drawn_at: datetime = Field(sa_type=Moment)


class Arm(Row, table=True):
    """A group that centres or children were drawn into, and from when it receives anything.

    Without `starts_on` it receives messages at once; a control group that never does has none of
    its cards printed.
    """

    id: int | None = Field(default=None, primary_key=True)
    allocation_id: int = owned("allocation")
    name: str = Field(max_length=40)
    is_control: bool = False
    starts_on: date | None = None

    __table_args__ = (Index("one_arm", "allocation_id", "name", unique=True),)


class Allotment(Row, table=True):
    """What was drawn for one centre, or for one child: an arm, within a stratum."""

    id: int | None = number()
    arm_id: int = owned("arm")
    centre_id: int | None = owned("centre", nullable=True)
    child_id: int | None = owned("child", nullable=True)
    stratum: str = Field(default="", max_length=80)

    __table_args__ = (
        Index("one_arm_of_a_centre", "centre_id", unique=True),
        Index("one_arm_of_a_child", "child_id", unique=True),
    )


class OutcomeFile(Row, table=True):
    """One file of assessed results that a school supplied, and how its columns were read.

    `mapping` is JSON. Of a file that was taken back only this row stays, until it comes again.
    """

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    name: str
    rows: int
    mapping: str = ""
    imported_at: datetime = Field(sa_type=Moment)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)


class Outcome(Row, table=True):
    """One assessed result as a school's file says it, and how it ended: every one has a row here.

    One that is quarantined has its reason, and keeps the study code as it was written; `child_id`
    is empty where no child is meant for certain. `score` is empty where the child was not assessed,
    and `missing` is then what the file said of it. Whether a result is withheld is not kept here:
    it follows from what the child's guardians say of linking.
    """

    id: int | None = number()
    file_id: int = owned("outcome_file")
    line: int
    child_id: int | None = owned("child", nullable=True)
    written_code: str | None = Field(default=None, max_length=80)
    instrument: str = Field(max_length=80)
    wave: str = Field(max_length=40)
    score: float | None = None
    missing: str | None = Field(default=None, max_length=40)
    assessed_on: date | None = None
    ended: OutcomeEnd = word(OutcomeEnd, default=OutcomeEnd.ACCEPTED)
    reason: str | None = None

    __table_args__ = (
        partial_index(
            "one_outcome",
            "child_id",
            "instrument",
            "wave",
            unique=True,
            where="ended <> 'quarantined'",
        ),
    )


class ExportSeries(Row, table=True):
    """Exports that may be joined with each other, and with nothing else: they share a sealed key.

    `exported_at` is the moment of the latest export.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=40)
    key_sealed: bytes = Field(sa_type=LargeBinary)
    begun_at: datetime = Field(sa_type=Moment)
    exported_at: datetime = Field(sa_type=Moment)


class ExportedPart(Row, table=True):
    """What a series' exports have held of one file, of a range of its row numbers.

    `body` has each row's number, a hash of what the row said and when that changed: no more.
    """

    series_id: int = Field(
        sa_type=BigNumber, sa_column_args=[ForeignKey("export_series.id")], primary_key=True
    )
    file: str = Field(primary_key=True, max_length=40)
    part: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
