"""Forget a chat in every table; what stays is counts that are tied to nobody, and a tombstone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, true
from sqlalchemy import select as select_columns
from sqlmodel import col, delete, func, select, update

from bot.core.choosing import Variant
from bot.core.sealing import Sealer
from bot.store.database import Session, insert_into
from bot.store.events import ANSWERS
from bot.store.states import DeliveryStatus, EventKind, LevelSource, UpdateStatus
from bot.store.tables import (
    Card,
    Child,
    ChildWeek,
    CodeAttempt,
    Consent,
    Delivery,
    EngagementEvent,
    ForgottenCount,
    Guardian,
    GuardianSetting,
    Newcomer,
    Pair,
    Question,
    StaffChat,
    StoredUpdate,
    Tombstone,
)
from bot.store.updates import UNDONE

TOMBSTONE = "tombstone"  # what a chat's key is hashed as once more, so that nothing else fits it
WORD = "word of consent"  # the same for what was said of consent: neither tells the other
OWNED = (Consent, GuardianSetting, Pair)  # what points to a guardian and is pointed to by nothing
CHATS = (Guardian, Newcomer, StaffChat, StoredUpdate, CodeAttempt)  # where a chat's key stands
TOLD_BY_FAMILY = (LevelSource.CHECK, LevelSource.WISH)


@dataclass
class Counts:
    """What a forgotten guardian received and did, by centre and month."""

    guardians: Counter[tuple[int, date]] = field(default_factory=Counter)
    sent: Counter[tuple[int, date]] = field(default_factory=Counter)
    answered: Counter[tuple[int, date]] = field(default_factory=Counter)


def tombstone_of(chat_key: str, sealer: Sealer) -> str:
    """Give the hash that a forgotten chat is known again by; no other table holds it."""
    return sealer.keyed_hash(chat_key, purpose=TOMBSTONE)


def word_key_of(chat_key: str, sealer: Sealer) -> str:
    """Give the hash that a chat's words of consent are found by in the file that survives."""
    return sealer.keyed_hash(chat_key, purpose=WORD)


async def forget_chat(
    session: Session, chat_key: str, *, now: datetime, until: datetime | None = None
) -> bool:
    """Forget a chat wherever it is kept, in the caller's transaction; say whether it was known.

    Of its updates those that are being handled stay until they are done, so that the last reply
    goes out. With `until` only what is from up to that moment goes, and all such updates.
    """
    await session.flush()
    children = await list_opened(session, chat_key)
    newcomers = await remove(
        session,
        Newcomer,
        col(Newcomer.chat_key) == chat_key,
        is_up_to(Newcomer.opened_at, until),
    )
    await remove(
        session,
        CodeAttempt,
        col(CodeAttempt.chat_key) == chat_key,
        is_up_to(CodeAttempt.attempted_at, until),
    )
    colleagues = await remove(
        session,
        StaffChat,
        col(StaffChat.chat_key) == chat_key,
        is_up_to(StaffChat.registered_at, until),
    )
    await close_updates(session, chat_key, until=until)
    guardian_id = await lock_guardian_of(session, chat_key, until=until)
    if guardian_id is not None:
        children |= await forget_guardian(session, guardian_id, now=now)
    await forget_traces(session, children)
    session.expunge_all()  # what was read before is gone
    return newcomers > 0 or colleagues > 0 or guardian_id is not None


def is_up_to(moment: Any, until: datetime | None) -> ColumnElement[bool]:
    """Condition: a column's moment is not after another; any is where there is no other."""
    return true() if until is None else col(moment) <= until


async def remove(session: Session, table: type[Any], *where: ColumnElement[bool]) -> int:
    """Delete the rows of a table that meet all conditions; return how many."""
    statement = delete(table).where(*where).execution_options(synchronize_session=False)
    return (await session.exec(statement)).rowcount


async def lock_guardian_of(
    session: Session, chat_key: str, *, until: datetime | None
) -> int | None:
    """Look up the guardian whose chat this is, and make others wait who are about to change it."""
    statement = (
        select(Guardian.id)
        .where(col(Guardian.chat_key) == chat_key, is_up_to(Guardian.joined_at, until))
        .with_for_update()
    )
    return (await session.exec(statement)).first()


async def forget_guardian(session: Session, guardian_id: int, *, now: datetime) -> set[int]:
    """Count what a guardian received and did, and forget it all; return whose child it was."""
    children = {each.child_id for each in await list_pairs(session, guardian_id)}
    await lock_deliveries(session, guardian_id)
    await add_counts(session, await count(session, guardian_id))
    own = select(Delivery.id).where(col(Delivery.guardian_id) == guardian_id)
    for is_theirs in (
        col(EngagementEvent.guardian_id) == guardian_id,
        col(EngagementEvent.delivery_id).in_(own),
    ):  # one by one: for both in one PostgreSQL goes through all events
        await remove(session, EngagementEvent, is_theirs)
    await remove(session, Delivery, col(Delivery.guardian_id) == guardian_id)
    await remove(session, Question, col(Question.guardian_id) == guardian_id)
    for table in OWNED:
        await remove(session, table, col(table.guardian_id) == guardian_id)
    await remove(session, Guardian, col(Guardian.id) == guardian_id)
    await withdraw(session, children, now=now)
    return children


async def lock_deliveries(session: Session, guardian_id: int) -> None:
    """Wait for whoever is writing down what came of a guardian's messages."""
    statement = (
        select(Delivery.id)
        .where(col(Delivery.guardian_id) == guardian_id)
        .order_by(col(Delivery.id))
        .with_for_update()
    )
    (await session.exec(statement)).all()


async def list_pairs(session: Session, guardian_id: int) -> Sequence[Pair]:
    """List all pairs of a guardian, in the order of joining."""
    statement = select(Pair).where(col(Pair.guardian_id) == guardian_id).order_by(col(Pair.id))
    return (await session.exec(statement)).all()


# What is counted


async def count(session: Session, guardian_id: int) -> Counts:
    """Count, by centre and month, what a guardian received and did.

    What is about no child counts for the centre of the first one.
    """
    counts = Counts()
    pairs = await list_pairs(session, guardian_id)
    if not pairs:
        return counts
    children = [pair.child_id for pair in pairs]
    found = await session.exec(select(Child.id, Child.centre_id).where(col(Child.id).in_(children)))
    centre_of = {child: centre for child, centre in found.all() if child is not None}
    first = centre_of[pairs[0].child_id]
    joined_at = min(pair.joined_at for pair in pairs)
    counts.guardians[first, month_of(joined_at)] += 1
    for child_id, sent_at in await list_sent(session, guardian_id):
        counts.sent[centre_of.get(child_id or 0, first), month_of(sent_at)] += 1
    for child_id, answered_at in await list_answered(session, guardian_id):
        counts.answered[centre_of.get(child_id or 0, first), month_of(answered_at)] += 1
    return counts


def month_of(moment: datetime) -> date:
    """Give the first of a moment's month, in UTC."""
    return moment.date().replace(day=1)


async def list_sent(session: Session, guardian_id: int) -> list[tuple[int | None, datetime]]:
    """List when messages were sent to a guardian, each with the child that it was about."""
    statement = select(Delivery.child_id, Delivery.ended_at).where(
        col(Delivery.guardian_id) == guardian_id, col(Delivery.status) == DeliveryStatus.SENT
    )
    rows = (await session.exec(statement)).all()
    return [(child_id, ended_at) for child_id, ended_at in rows if ended_at]


async def list_answered(session: Session, guardian_id: int) -> list[tuple[int | None, datetime]]:
    """List when a guardian answered messages for the first time, each with its child."""
    statement = (
        select_columns(
            col(EngagementEvent.delivery_id),
            func.max(EngagementEvent.child_id),
            func.min(EngagementEvent.happened_at),
        )
        .where(
            col(EngagementEvent.guardian_id) == guardian_id,
            col(EngagementEvent.kind).in_(ANSWERS),
            col(EngagementEvent.delivery_id).is_not(None),
        )
        .group_by(col(EngagementEvent.delivery_id))
    )
    connection = await session.connection()
    rows = (await connection.execute(statement)).all()
    return [(child_id, answered_at) for _, child_id, answered_at in rows]


async def add_counts(session: Session, counts: Counts) -> None:
    """Add to the counts that stay."""
    for centre_id, month in sorted({*counts.guardians, *counts.sent, *counts.answered}):
        key = (centre_id, month)
        more = {
            "guardians": counts.guardians[key],
            "sent": counts.sent[key],
            "answered": counts.answered[key],
        }
        first = insert_into(session, ForgottenCount).values(
            centre_id=centre_id, month=month, **more
        )
        table = ForgottenCount.__table__.c  # type: ignore[attr-defined]  # SQLModel does not declare it
        sums = {name: table[name] + number for name, number in more.items()}
        await session.exec(
            first.on_conflict_do_update(index_elements=["centre_id", "month"], set_=sums)
        )


# What stays of children, newcomers and updates


async def withdraw(session: Session, children: set[int], *, now: datetime) -> None:
    """Mark the children who have no guardian left, and forget what their families told of them.

    The roster's row is the school's and stays. What the child had week by week is the family's.
    """
    for child_id in sorted(children):
        locked = select(Child).where(col(Child.id) == child_id).with_for_update()
        child = (await session.exec(locked)).one()  # before the look: both parents may go at once
        left = select(Pair.id).where(col(Pair.child_id) == child_id).limit(1)
        if (await session.exec(left)).first() is not None:
            continue
        child.withdrawn_at = now
        child.left_at = child.left_reason = None
        if child.level_source is None or child.level_source in TOLD_BY_FAMILY:
            child.level, child.level_source = Variant.PLAIN, None
        if child.is_open:
            child.birth_month = None
        session.add(child)
        await remove(session, ChildWeek, col(ChildWeek.child_id) == child_id)
    await session.flush()


async def list_opened(session: Session, chat_key: str) -> set[int]:
    """List the children whose card a newcomer opened."""
    statement = (
        select(Card.child_id)
        .join(Newcomer, col(Newcomer.card_id) == col(Card.id))
        .where(col(Newcomer.chat_key) == chat_key)
    )
    return set((await session.exec(statement)).all())


async def forget_traces(session: Session, children: set[int]) -> None:
    """Forget that somebody opened the cards of children whom nobody is tied to any more."""
    if not children:
        return
    is_tied = exists().where(col(Pair.child_id) == col(EngagementEvent.child_id))
    is_opened = exists().where(
        col(Newcomer.card_id) == col(Card.id), col(Card.child_id) == col(EngagementEvent.child_id)
    )
    await remove(
        session,
        EngagementEvent,
        col(EngagementEvent.child_id).in_(children)
        & (col(EngagementEvent.kind) == EventKind.OPENED)
        & ~is_tied
        & ~is_opened,
    )


async def close_updates(session: Session, chat_key: str, *, until: datetime | None) -> None:
    """Close a chat's updates and forget whose they were; their numbers stay, against a repeat."""
    is_over: ColumnElement[bool] = col(StoredUpdate.status).not_in(UNDONE)
    if until is not None:
        is_over = is_over | (col(StoredUpdate.received_at) <= until)
    statement = (
        update(StoredUpdate)
        .where(col(StoredUpdate.chat_key) == chat_key, is_over)
        .values(status=UpdateStatus.DONE, chat_key=None, body_sealed=None, replies_sealed=None)
    )
    await session.exec(statement.execution_options(synchronize_session=False))


# Tombstones


async def record_tombstone(session: Session, tombstone: str, *, now: datetime) -> None:
    """Note that a chat was forgotten."""
    first = insert_into(session, Tombstone).values(chat_key=tombstone, forgotten_at=now)
    await session.exec(
        first.on_conflict_do_update(index_elements=["chat_key"], set_={"forgotten_at": now})
    )


async def list_tombstones(session: Session) -> dict[str, datetime]:
    """Give when each forgotten chat was forgotten last."""
    rows = (await session.exec(select(Tombstone))).all()
    return {row.chat_key: row.forgotten_at for row in rows}


async def forget_tombstones(session: Session) -> int:
    """Forget who was forgotten; return how many."""
    return await remove(session, Tombstone)


# All chats


async def list_chats(
    session: Session, table: type[Any], *, after: str, limit: int
) -> Sequence[str]:
    """List the keys of the chats that one table holds, from the first behind `after` on."""
    statement = (
        select_columns(col(table.chat_key))
        .where(col(table.chat_key) > after)
        .distinct()
        .order_by(col(table.chat_key))
        .limit(limit)
    )
    connection = await session.connection()
    return [key for (key,) in (await connection.execute(statement)).all()]
