"""Newcomers and guardians, their children and what they consented to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, exists
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update

from bot.core.actions import Purpose
from bot.core.cadence import Rhythm, do_day
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.reading import among_numbers, read
from bot.store.states import ConsentAnswer, GuardianState, Pace
from bot.store.tables import Card, Child, Consent, Guardian, GuardianSetting, Newcomer, Pair


def rhythm_of(row: Guardian | GuardianSetting) -> Rhythm:
    """Give the rhythm that is kept: the chosen days, or one of them where the pace is slower."""
    is_weekly = isinstance(row, Guardian) and row.pace is Pace.WEEKLY
    return Rhythm(
        zone=row.zone,
        days=(do_day(row.days),) if is_weekly else row.days,
        hour=row.hour,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
    )


def find_absence(guardian: Guardian, *, now: datetime) -> str | None:
    """Say why a guardian hears nothing now; None for one who does."""
    if guardian.state is GuardianState.SNOOZED:
        is_over = guardian.snoozed_until is None or guardian.snoozed_until <= now
        return None if is_over else str(guardian.state)
    return None if guardian.state is GuardianState.ACTIVE else str(guardian.state)


async def find_newcomer(session: Session, chat_key: str) -> Newcomer | None:
    """Look up a newcomer by the keyed hash of the chat."""
    statement = select(Newcomer).where(col(Newcomer.chat_key) == chat_key)
    return (await session.exec(statement)).first()


async def record_newcomer(
    session: Session,
    chat_key: str,
    *,
    language: str,
    now: datetime,
    card_id: int | None = None,
    poster_id: int | None = None,
) -> Newcomer:
    """Remember what a chat opened, or only its language; a later card takes an earlier's place."""
    newcomer = await find_newcomer(session, chat_key)
    if newcomer is None:
        newcomer = Newcomer(chat_key=chat_key, language=language, opened_at=now)
    newcomer.card_id, newcomer.poster_id = card_id, poster_id
    newcomer.language, newcomer.opened_at = language, now
    session.add(newcomer)
    await session.flush()
    return newcomer


async def forget_newcomer(session: Session, newcomer: Newcomer) -> None:
    """Forget a newcomer, who has become a guardian."""
    await session.delete(newcomer)


async def forget_newcomers_of(session: Session, child_id: int) -> None:
    """Forget whoever opened a card of a child and has not consented yet."""
    cards = select(Card.id).where(col(Card.child_id) == child_id)
    await session.exec(delete(Newcomer).where(col(Newcomer.card_id).in_(cards)))


async def forget_newcomers_before(session: Session, moment: datetime) -> int:
    """Forget every newcomer who opened a card before a moment; return how many."""
    forgotten = await session.exec(delete(Newcomer).where(col(Newcomer.opened_at) < moment))
    return forgotten.rowcount


async def find_guardian(session: Session, chat_key: str) -> Guardian | None:
    """Look up a guardian by the keyed hash of the chat."""
    return (await session.exec(OF_CHAT, params={"chat_key": chat_key})).first()


OF_CHAT = select(Guardian).where(col(Guardian.chat_key) == bindparam("chat_key"))


async def get_guardian(session: Session, guardian_id: int) -> Guardian:
    """Get a guardian by number."""
    return (await session.exec(select(Guardian).where(col(Guardian.id) == guardian_id))).one()


async def add_guardian(
    session: Session,
    chat_key: str,
    *,
    chat_sealed: bytes,
    language: str,
    rhythm: Rhythm,
    now: datetime,
) -> Guardian:
    """Add a guardian, who has just consented to messages."""
    guardian = Guardian(
        chat_key=chat_key,
        chat_sealed=chat_sealed,
        language=language,
        zone=rhythm.zone,
        days=rhythm.days,
        hour=rhythm.hour,
        quiet_from=rhythm.quiet_from,
        quiet_until=rhythm.quiet_until,
        joined_at=now,
        settled_at=now,
        heard_at=now,
    )
    session.add(guardian)
    await session.flush()
    return guardian


async def record_language(session: Session, guardian: Guardian, language: str) -> None:
    """Set the language that a guardian is written to in."""
    guardian.language = language
    session.add(guardian)


async def lock_guardian(session: Session, guardian_id: int) -> Guardian:
    """Get a guardian as it stands now, and make others wait who are about to change it."""
    statement = select(Guardian).where(col(Guardian.id) == guardian_id).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).one()


async def get_guardians(session: Session, numbers: Sequence[int]) -> dict[int, Guardian]:
    """Get guardians as they stand now, by number."""
    found = await session.exec(AS_THEY_STAND, params={"numbers": numbers})
    return {id_of(guardian): guardian for guardian in found.all()}


AS_THEY_STAND = (
    select(Guardian)
    .where(among_numbers(col(Guardian.id)))
    .execution_options(populate_existing=True)
)


async def lock_guardians(session: Session, numbers: Sequence[int]) -> dict[int, Guardian]:
    """Get guardians as they stand now, and make others wait who are about to change them.

    Those whom somebody else is about to change are left out.
    """
    found = await session.exec(HELD, params={"numbers": numbers})
    return {id_of(guardian): guardian for guardian in found.all()}


HELD = AS_THEY_STAND.with_for_update(skip_locked=True, key_share=True)


async def record_weeks(session: Session, weeks: Sequence[tuple[int, date, int]]) -> None:
    """Note the calendar week that guardians were last written to in, and how many they ignored.

    Each as (guardian, Monday, weeks ignored before it).
    """
    if not weeks:
        return
    connection = await session.connection()
    await connection.execute(
        RECORD_WEEK,
        [
            {"number": number, "monday": monday, "ignored": ignored}
            for number, monday, ignored in weeks
        ],
    )


RECORD_WEEK = (
    update(Guardian)
    .where(col(Guardian.id) == bindparam("number"))
    .values(last_monday=bindparam("monday"), ignored_weeks=bindparam("ignored"))
)


async def find_pair(session: Session, guardian_id: int, child_id: int) -> Pair | None:
    """Look up the pair of a guardian and a child."""
    statement = select(Pair).where(
        col(Pair.guardian_id) == guardian_id, col(Pair.child_id) == child_id
    )
    return (await session.exec(statement)).first()


async def add_pair(session: Session, guardian: Guardian, child: Child, *, now: datetime) -> Pair:
    """Tie a guardian to a child; one that was withdrawn is with us again."""
    child.withdrawn_at = None
    session.add(child)
    pair = Pair(guardian_id=id_of(guardian), child_id=id_of(child), joined_at=now)
    session.add(pair)
    await session.flush()
    return pair


async def list_pairs(session: Session, guardian_id: int) -> Sequence[Pair]:
    """List a guardian's pairs whose programme goes on, in the order of joining."""
    statement = (
        select(Pair)
        .where(col(Pair.guardian_id) == guardian_id, col(Pair.finished_at).is_(None))
        .order_by(col(Pair.id))
    )
    return (await session.exec(statement)).all()


async def list_pairs_of_child(session: Session, child_id: int) -> Sequence[Pair]:
    """List a child's pairs, those that are through the programme included."""
    statement = select(Pair).where(col(Pair.child_id) == child_id).order_by(col(Pair.guardian_id))
    return (await session.exec(statement)).all()


SIBLING = aliased(Pair)
SHARED = (
    select(Pair)
    .where(
        among_numbers(col(Pair.guardian_id)),
        col(Pair.finished_at).is_(None),
        exists().where(
            col(SIBLING.guardian_id) == col(Pair.guardian_id),
            col(SIBLING.id) != col(Pair.id),
            col(SIBLING.finished_at).is_(None),
        ),
    )
    .order_by(col(Pair.id))
)


async def list_sibling_pairs(session: Session, numbers: Sequence[int]) -> dict[int, list[Pair]]:
    """Give the pairs whose programme goes on, in the order of joining, where there are several.

    A guardian of one child has none here: most have one, and nothing is asked of that pair.
    """
    pairs: dict[int, list[Pair]] = defaultdict(list)
    for pair in (await session.exec(SHARED, params={"numbers": numbers})).all():
        pairs[pair.guardian_id].append(pair)
    return pairs


async def has_company(session: Session, guardian_id: int) -> bool:
    """Say whether a child of a guardian has another guardian too."""
    statement = (
        select(SIBLING.id)
        .join(Pair, col(Pair.child_id) == col(SIBLING.child_id))
        .where(col(Pair.guardian_id) == guardian_id, col(SIBLING.guardian_id) != guardian_id)
        .limit(1)
    )
    return (await session.exec(statement)).first() is not None


async def finish_pair(session: Session, pair: Pair, *, now: datetime) -> None:
    """Note that a pair has come to the end of the programme."""
    pair.finished_at = now
    session.add(pair)


async def record_consent(
    session: Session,
    guardian: Guardian,
    *,
    purpose: Purpose,
    answer: ConsentAnswer,
    version: str,
    language: str,
    now: datetime,
) -> None:
    """Write down what a guardian said to one purpose, to the words that were shown."""
    session.add(
        Consent(
            guardian_id=id_of(guardian),
            purpose=purpose,
            answer=answer,
            version=version,
            language=language,
            answered_at=now,
        )
    )
    await session.flush()


async def find_consent(session: Session, guardian_id: int, purpose: Purpose) -> Consent | None:
    """Look up what a guardian said last to one purpose."""
    statement = (
        select(Consent)
        .where(col(Consent.guardian_id) == guardian_id, col(Consent.purpose) == purpose)
        .order_by(col(Consent.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def list_versions(
    session: Session, numbers: Sequence[int], *, besides: str
) -> dict[int, str]:
    """Give which version of the consent to messages guardians answered last, but for one."""
    found: Sequence[tuple[int, str]] = await read(
        session, VERSIONS, numbers=numbers, besides=besides
    )
    return dict(found)


LATER = aliased(Consent)
VERSIONS = select_columns(col(Consent.guardian_id), col(Consent.version)).where(
    among_numbers(col(Consent.guardian_id)),
    col(Consent.purpose) == Purpose.MESSAGES,
    col(Consent.version) != bindparam("besides"),
    ~exists().where(
        col(LATER.guardian_id) == col(Consent.guardian_id),
        col(LATER.purpose) == col(Consent.purpose),
        col(LATER.id) > col(Consent.id),
    ),
)
