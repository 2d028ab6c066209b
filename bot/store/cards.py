"""Cards: issued to a child, found by the keyed hash of their code."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.tables import Card, Centre, Child


async def issue_card(
    session: Session,
    child: Child,
    *,
    code_key: str,
    code_sealed: bytes,
    language: str,
    now: datetime,
) -> Card:
    """Issue a card for a child."""
    card = Card(
        child_id=id_of(child),
        code_key=code_key,
        code_sealed=code_sealed,
        language=language,
        issued_at=now,
    )
    session.add(card)
    await session.flush()
    return card


async def find_card(session: Session, code_key: str) -> Card | None:
    """Look up a card by the keyed hash of its code."""
    return (await session.exec(select(Card).where(col(Card.code_key) == code_key))).first()


async def get_card(session: Session, card_id: int) -> Card:
    """Get a card by its number."""
    return (await session.exec(select(Card).where(col(Card.id) == card_id))).one()


async def record_opened(session: Session, card: Card, *, now: datetime) -> None:
    """Note the first time that a card was opened."""
    card.opened_at = card.opened_at or now
    session.add(card)


async def list_cards(session: Session) -> Sequence[tuple[Card, Child, Centre]]:
    """List every valid card with its child and centre, in the order of issue."""
    statement = (
        select(Card, Child, Centre)
        .join(Child, col(Card.child_id) == col(Child.id))
        .join(Centre, col(Child.centre_id) == col(Centre.id))
        .where(col(Card.revoked_at).is_(None))
        .order_by(col(Card.id))
    )
    return (await session.exec(statement)).all()
