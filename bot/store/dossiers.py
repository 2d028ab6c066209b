"""Everything that is kept about one guardian, and about no other: read for the guardian alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.tables import (
    Card,
    Centre,
    Child,
    CodeAttempt,
    Consent,
    Delivery,
    EngagementEvent,
    Guardian,
    GuardianSetting,
    Newcomer,
    Pair,
    Poster,
    Question,
    StaffChat,
)


@dataclass(frozen=True)
class Tie:
    """A child that somebody is tied to, and its centre; results are never read."""

    pair: Pair
    child: Child
    centre: Centre


@dataclass(frozen=True)
class Opening:
    """A card or poster that somebody opened and has not said yes to; the centre it is from."""

    newcomer: Newcomer
    card: Card | None
    centre: Centre | None


@dataclass(frozen=True)
class Dossier:
    """Everything that is kept about one chat."""

    guardian: Guardian | None = None
    opening: Opening | None = None
    history: Sequence[GuardianSetting] = ()
    ties: Sequence[Tie] = ()
    consents: Sequence[Consent] = ()
    deliveries: Sequence[Delivery] = ()
    events: Sequence[EngagementEvent] = ()
    questions: Sequence[Question] = ()
    attempts: Sequence[CodeAttempt] = ()
    colleague: StaffChat | None = None


async def read_dossier(
    session: Session,
    guardian: Guardian | None,
    newcomer: Newcomer | None,
    *,
    colleague: StaffChat | None = None,
) -> Dossier:
    """Read everything that is kept about a chat, oldest first."""
    opening = await read_opening(session, newcomer) if newcomer else None
    known = guardian or newcomer or colleague
    attempts = await list_attempts(session, known.chat_key) if known else ()
    if guardian is None:
        return Dossier(opening=opening, attempts=attempts, colleague=colleague)
    number = id_of(guardian)
    history = select(GuardianSetting).where(col(GuardianSetting.guardian_id) == number)
    consents = select(Consent).where(col(Consent.guardian_id) == number)
    rows = select(Delivery).where(col(Delivery.guardian_id) == number)
    events = select(EngagementEvent).where(col(EngagementEvent.guardian_id) == number)
    questions = select(Question).where(col(Question.guardian_id) == number)
    return Dossier(
        guardian,
        opening,
        history=(await session.exec(history.order_by(col(GuardianSetting.id)))).all(),
        ties=await list_ties(session, number),
        consents=(await session.exec(consents.order_by(col(Consent.id)))).all(),
        deliveries=(await session.exec(rows.order_by(col(Delivery.id)))).all(),
        events=(await session.exec(events.order_by(col(EngagementEvent.id)))).all(),
        questions=(await session.exec(questions.order_by(col(Question.id)))).all(),
        attempts=attempts,
        colleague=colleague,
    )


async def list_attempts(session: Session, chat_key: str) -> Sequence[CodeAttempt]:
    """List a chat's codes that opened nothing."""
    statement = select(CodeAttempt).where(col(CodeAttempt.chat_key) == chat_key)
    return (await session.exec(statement.order_by(col(CodeAttempt.id)))).all()


async def list_ties(session: Session, guardian_id: int) -> list[Tie]:
    """List a guardian's children, in the order of joining."""
    statement = (
        select(Pair, Child, Centre)
        .join(Child, col(Child.id) == col(Pair.child_id))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(col(Pair.guardian_id) == guardian_id)
        .order_by(col(Pair.id))
    )
    return [Tie(*row) for row in (await session.exec(statement)).all()]


async def read_opening(session: Session, newcomer: Newcomer) -> Opening:
    """Read what a newcomer opened: a card, a poster, or nothing yet."""
    if newcomer.poster_id:
        place = (
            select(Centre)
            .join(Poster, col(Poster.centre_id) == col(Centre.id))
            .where(col(Poster.id) == newcomer.poster_id)
        )
        return Opening(newcomer, None, (await session.exec(place)).first())
    statement = (
        select(Card, Centre)
        .join(Child, col(Child.id) == col(Card.child_id))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(col(Card.id) == newcomer.card_id)
    )
    found = (await session.exec(statement)).first()
    return Opening(newcomer, *(found or (None, None)))
