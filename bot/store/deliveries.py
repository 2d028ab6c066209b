"""The queue of deliveries: planned, claimed, and ended with a reason."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, Update, bindparam, column, exists
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel, col, func, or_, select, update

from bot.core.slots import Slot
from bot.store.columns import Moment, Word
from bot.store.database import Session, insert_into
from bot.store.reading import among_numbers, read
from bot.store.states import DeliveryKind, DeliveryStatus
from bot.store.tables import Centre, Child, Delivery, Pair

OPEN = (DeliveryStatus.PLANNED, DeliveryStatus.CLAIMED)
DELIVERIES: Table = SQLModel.metadata.tables["delivery"]
Values = Mapping[str, Any]


def fill_slot(
    guardian_id: int, child_id: int, slot: Slot, *, now: datetime, **values: Any
) -> Delivery:
    """Make the row of one slot's delivery, planned unless the values say otherwise."""
    return Delivery(**{**values_of_slot(guardian_id, child_id, slot, now=now), **values})


def values_of_slot(guardian_id: int, child_id: int, slot: Slot, *, now: datetime) -> Values:
    """Give all that is not empty in the row of one slot's delivery, planned and not begun."""
    return {
        "guardian_id": guardian_id,
        "child_id": child_id,
        "kind": DeliveryKind.PROGRAMME,
        "status": DeliveryStatus.PLANNED,
        "planned_at": now,
        "due_at": slot.due_at,
        "slot_at": slot.due_at,
        "slot_on": slot.day_on,
        "touch": slot.touch,
        "asked": False,
        "attempts": 0,
        "lost_answers": 0,
    }


async def plan(session: Session, delivery: Delivery) -> Delivery:
    """Plan one delivery."""
    session.add(delivery)
    await session.flush()
    return delivery


async def plan_all(session: Session, planned: Sequence[Delivery]) -> None:
    """Plan many deliveries at once; a slot that has one already keeps it."""
    await plan_values(session, [each.model_dump(exclude={"id"}) for each in planned])


async def plan_values(session: Session, planned: Sequence[Values]) -> None:
    """Plan many deliveries at once, all given by the same values of their rows."""
    if not planned:
        return
    connection = await session.connection()
    await connection.execute(insert_into(session, Delivery).on_conflict_do_nothing(), planned)


async def count_due_before(session: Session, moment: datetime) -> int:
    """Count the deliveries that are planned and were due before a moment."""
    statement = select(func.count()).where(
        col(Delivery.status) == literal(DeliveryStatus.PLANNED), col(Delivery.due_at) < moment
    )
    return (await session.exec(statement)).one()


async def record_all(session: Session, changes: Sequence[Values]) -> None:
    """Change many deliveries at once; each change holds the number, as `id`, and the same keys."""
    if not changes:
        return
    names = tuple(changes[0])
    connection = await session.connection()  # past the ORM, which would write them one by one
    if connection.dialect.name == "sqlite":
        one_by_one = [{f"new_{name}": each[name] for name in names} for each in changes]
        await connection.execute(change_one(names), one_by_one)
        return
    at_once = {f"new_{name}": [each[name] for each in changes] for name in names}
    await connection.execute(change_many(names), at_once)


@cache
def change_one(names: tuple[str, ...]) -> Update:
    """Write the statement that changes these columns of one delivery."""
    return change({name: bindparam(f"new_{name}") for name in names})


@cache
def change_many(names: tuple[str, ...]) -> Update:
    """Write the statement that changes these columns of many deliveries, given as arrays.

    On PostgreSQL it takes half the time, on both sides, that as many statements take.
    """
    columns = [DELIVERIES.c[name] for name in names]
    arrays = [bindparam(f"new_{each.name}", type_=postgresql.ARRAY(each.type)) for each in columns]
    table = [column(each.name, each.type) for each in columns]
    rows = func.unnest(*arrays).table_valued(*table, name="given").render_derived()
    return change({name: rows.c[name] for name in names})


def change(given: Mapping[str, ColumnElement[Any]]) -> Update:
    """Write the statement that gives deliveries, found by number, these columns."""
    wanted = {name: value for name, value in given.items() if name != "id"}
    return update(DELIVERIES).where(DELIVERIES.c.id == given["id"]).values(wanted)


async def list_due_to(session: Session, guardian_id: int, *, now: datetime) -> Sequence[Delivery]:
    """List what a guardian has open and due."""
    statement = (
        select(Delivery)
        .where(
            col(Delivery.guardian_id) == guardian_id,
            col(Delivery.ended_at).is_(None),
            col(Delivery.due_at) <= now,
        )
        .order_by(col(Delivery.id))
    )
    return (await session.exec(statement)).all()


async def pass_numbers(session: Session, *, count: int) -> None:
    """Let the next delivery be numbered from far behind the last one.

    The number moves with a delivery that was never handed to the network, and that nothing points
    to: both kinds of database number the next row from behind the highest.
    """
    highest = select(func.max(Delivery.id)).scalar_subquery()
    untouched = (
        select(Delivery.id)
        .where(
            col(Delivery.status) == DeliveryStatus.PLANNED,
            col(Delivery.attempts) == 0,
            col(Delivery.message_id).is_(None),
        )
        .order_by(col(Delivery.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = update(Delivery).where(col(Delivery.id) == untouched).values(id=highest + count)
    await session.exec(statement.execution_options(synchronize_session=False))


async def forget(session: Session, planned: Delivery) -> None:
    """Take back a delivery that lies ahead of another one."""
    await session.delete(planned)
    await session.flush()


async def list_made_from(session: Session, numbers: Sequence[int]) -> list[tuple[int, str, str]]:
    """List what some children were told, oldest first: (child, activity, version of the content).

    It is looked for among their guardians' deliveries, which are found at once.
    """
    return [tuple(row) for row in await read(session, MADE_FROM, numbers=numbers)]


MADE_FROM = (
    select_columns(col(Delivery.child_id), col(Delivery.activity_id), col(Delivery.content_version))
    .join(
        Pair,
        (col(Pair.guardian_id) == col(Delivery.guardian_id))
        & (col(Pair.child_id) == col(Delivery.child_id)),
    )
    .where(
        among_numbers(col(Pair.child_id)),
        col(Delivery.activity_id).is_not(None),
        col(Delivery.content_version).is_not(None),
    )
    .order_by(col(Delivery.id))
)


async def find_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """Look up a delivery."""
    return await session.get(Delivery, delivery_id)


async def find_own(session: Session, delivery_id: int, *, guardian_id: int) -> Delivery | None:
    """Look up a guardian's delivery, unless it is about a child who is gone."""
    given = {"delivery_id": delivery_id, "guardian_id": guardian_id}
    return (await session.exec(OWN, params=given)).first()


IS_GONE = exists().where(col(Child.id) == col(Delivery.child_id), col(Child.left_at).is_not(None))
OWN = select(Delivery).where(  # written once and for all, since every tap takes it
    col(Delivery.id) == bindparam("delivery_id"),
    col(Delivery.guardian_id) == bindparam("guardian_id"),
    ~IS_GONE,
)


async def skip_open(
    session: Session, guardian_id: int, *, reason: str, now: datetime, keeps_answers: bool = False
) -> int:
    """End everything beside the programme that a guardian has queued; return how many.

    Answers of staff can be kept: they were asked for, and come during a break too.
    """
    where = [col(Delivery.guardian_id) == guardian_id, col(Delivery.kind) != DeliveryKind.PROGRAMME]
    if keeps_answers:
        where.append(col(Delivery.question_id).is_(None))
    return await skip(session, *where, reason=reason, now=now)


async def skip_child(
    session: Session, child_id: int, *, guardian_numbers: Sequence[int], reason: str, now: datetime
) -> None:
    """End everything about a child that these guardians have queued, or had put aside for later.

    First its open rows are locked: whoever writes what came of them may plan what follows, and
    that must be seen.
    """
    of_child = (among_numbers(col(Delivery.guardian_id)), col(Delivery.child_id) == child_id)
    is_open = col(Delivery.ended_at).is_(None)
    locked = select(Delivery.id).where(*of_child, is_open).order_by(col(Delivery.id))
    given = {"numbers": guardian_numbers}
    (await session.exec(locked.with_for_update(), params=given)).all()
    lies_ahead = (
        (col(Delivery.kind) == DeliveryKind.PROGRAMME)
        & (col(Delivery.status) == DeliveryStatus.SKIPPED)
        & (col(Delivery.slot_at) > now)
    )
    statement = (
        update(Delivery)
        .where(*of_child, or_(is_open, lies_ahead))
        .values(
            status=DeliveryStatus.SKIPPED,
            reason=reason,
            ended_at=now,
            claimed_by=None,
            claimed_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement, params=given)


async def skip_checks(session: Session, about_id: int, *, guardian_id: int, now: datetime) -> None:
    """End the checks that ask about a delivery, since it was answered."""
    where = [col(Delivery.guardian_id) == guardian_id, col(Delivery.about_id) == about_id]
    is_check = col(Delivery.kind) == DeliveryKind.CHECK
    await skip(session, *where, is_check, reason="answered already", now=now)


async def skip(session: Session, *where: ColumnElement[bool], reason: str, now: datetime) -> int:
    """End open deliveries as skipped; return how many."""
    statement = (
        update(Delivery)
        .where(*where, col(Delivery.ended_at).is_(None))
        .values(
            status=DeliveryStatus.SKIPPED,
            reason=reason,
            ended_at=now,
            claimed_by=None,
            claimed_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount


async def list_last_of_pair(
    session: Session, guardian_id: int, child_id: int, *, limit: int
) -> Sequence[Delivery]:
    """List the latest slots' deliveries of a pair, whatever became of them, latest first."""
    statement = (
        select(Delivery)
        .where(*of_programme(guardian_id, child_id))
        .order_by(col(Delivery.slot_on).desc())
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def find_planned(session: Session, guardian_id: int) -> Delivery | None:
    """Look up the next programme delivery that a guardian has ahead."""
    statement = (
        select(Delivery)
        .where(
            col(Delivery.guardian_id) == guardian_id,
            col(Delivery.kind) == DeliveryKind.PROGRAMME,
            col(Delivery.ended_at).is_(None),
        )
        .order_by(col(Delivery.due_at))
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def list_planned_checks(session: Session, guardian_id: int) -> Sequence[Delivery]:
    """List the checks that a guardian has queued."""
    statement = select(Delivery).where(
        col(Delivery.guardian_id) == guardian_id,
        col(Delivery.kind) == DeliveryKind.CHECK,
        col(Delivery.status) == DeliveryStatus.PLANNED,
    )
    return (await session.exec(statement.with_for_update())).all()


async def list_seen(session: Session, guardian_id: int, *, since: date) -> Sequence[Delivery]:
    """List the touches that a guardian was sent for slots from a date on, in that order."""
    statement = (
        select(Delivery)
        .where(
            col(Delivery.guardian_id) == guardian_id,
            col(Delivery.status) == DeliveryStatus.SENT,
            col(Delivery.kind).in_((DeliveryKind.PROGRAMME, DeliveryKind.ANSWER)),
            col(Delivery.activity_id).is_not(None),
            col(Delivery.child_id).is_not(None),
            col(Delivery.slot_on) >= since,
        )
        .order_by(col(Delivery.id))
    )
    return (await session.exec(statement)).all()


class Recent(NamedTuple):
    """What a guardian was sent lately, or what is on its way to it; read for many at once."""

    guardian_id: int
    status: DeliveryStatus
    kind: DeliveryKind
    asked: bool
    ended_at: datetime | None

    @property
    def is_scheduled(self) -> bool:
        """Whether it was sent by itself, of the programme, so that it counts for the weekly cap."""
        is_sent = self.status is DeliveryStatus.SENT and self.kind is DeliveryKind.PROGRAMME
        return is_sent and not self.asked


RECENT = select_columns(
    col(Delivery.guardian_id),
    col(Delivery.status),
    col(Delivery.kind),
    col(Delivery.asked),
    col(Delivery.ended_at),
).where(
    among_numbers(col(Delivery.guardian_id)),
    or_(
        col(Delivery.ended_at) >= bindparam("since", type_=Moment),
        col(Delivery.ended_at).is_(None) & (col(Delivery.status) == DeliveryStatus.CLAIMED),
    ),
)


async def list_recent(
    session: Session, guardian_numbers: Sequence[int], *, since: datetime
) -> list[Recent]:
    """List what guardians were sent since a moment, and what is on its way to them."""
    found = await read(session, RECENT, numbers=guardian_numbers, since=since)
    return [Recent(*row) for row in found]


async def has_notice(session: Session, guardian_id: int, notice: str) -> bool:
    """Say whether a notice of this kind was ever planned for a guardian."""
    statement = select(Delivery.id).where(
        col(Delivery.guardian_id) == guardian_id, col(Delivery.notice) == notice
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def count_sent(session: Session, *, besides: str = "") -> int:
    """Count everything that was ever sent, besides what went to families of some centres."""
    statement = select(func.count()).where(col(Delivery.status) == DeliveryStatus.SENT)
    return (await session.exec(statement.where(*leaving_out(besides)))).one()


async def find_next_due(session: Session, *, besides: str = "") -> datetime | None:
    """Look up when the next open delivery is due, besides those to families of some centres."""
    statement = select(func.min(Delivery.due_at)).where(col(Delivery.ended_at).is_(None))
    return (await session.exec(statement.where(*leaving_out(besides)))).one()


def leaving_out(begins: str) -> tuple[ColumnElement[bool], ...]:
    """Condition: no delivery to a family of a centre whose code begins so; "" leaves out none."""
    if not begins:
        return ()
    theirs = (
        select(Pair.guardian_id)
        .join(Child, col(Child.id) == col(Pair.child_id))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(col(Centre.code).startswith(begins, autoescape=True))
    )
    return (col(Delivery.guardian_id).not_in(theirs),)


def of_programme(guardian_id: int, child_id: int) -> tuple[ColumnElement[bool], ...]:
    """Condition: the programme deliveries of one pair."""
    return (
        col(Delivery.guardian_id) == guardian_id,
        col(Delivery.child_id) == child_id,
        col(Delivery.kind) == literal_kind(),
    )


def literal(status: DeliveryStatus) -> ColumnElement[str]:
    """Write a status into the statement itself, so that an index of that status alone is used."""
    return bindparam(None, status, type_=Word(DeliveryStatus), literal_execute=True)


def literal_kind() -> ColumnElement[str]:
    """Write the programme's kind into the statement itself, for the index of slots."""
    kind = Word(DeliveryKind)
    return bindparam(None, DeliveryKind.PROGRAMME, type_=kind, literal_execute=True)
