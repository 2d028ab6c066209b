"""Cards: issued to a child, found by the keyed hash of their code."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, delete, or_, select, update

from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.reading import among_numbers
from bot.store.tables import Card, Centre, Child, Newcomer


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


async def list_latest_cards(session: Session, numbers: Sequence[int]) -> Sequence[Card]:
    """List the latest valid card of each of some children, in the children's order."""
    statement = (
        select(Card)
        .where(among_numbers(col(Card.child_id)), col(Card.revoked_at).is_(None))
        .order_by(col(Card.id))
    )
    found = (await session.exec(statement, params={"numbers": numbers})).all()
    latest = {card.child_id: card for card in found}
    return [latest[number] for number in numbers if number in latest]


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


async def list_cards_to_print(
    session: Session, centre: Centre, *, language: str | None = None
) -> Sequence[tuple[Card, Child]]:
    """List a centre's valid cards, in one language or in all, in the order of issue.

    A card from before its child left, or was withdrawn, is left out: nobody should be handed it.
    """
    statement = (
        select(Card, Child)
        .join(Child, col(Card.child_id) == col(Child.id))
        .where(
            col(Child.centre_id) == id_of(centre),
            col(Card.revoked_at).is_(None),
            or_(col(Child.left_at).is_(None), col(Child.left_at) < col(Card.issued_at)),
            or_(col(Child.withdrawn_at).is_(None), col(Child.withdrawn_at) < col(Card.issued_at)),
        )
        .order_by(col(Card.id))
    )
    if language:
        statement = statement.where(col(Card.language) == language)
    return (await session.exec(statement)).all()


async def list_cards_of(session: Session, child: Child) -> Sequence[Card]:
    """List a child's cards, revoked ones too, in the order of issue."""
    statement = select(Card).where(col(Card.child_id) == id_of(child)).order_by(col(Card.id))
    return (await session.exec(statement)).all()


async def record_printed(session: Session, numbers: Sequence[int], *, now: datetime) -> None:
    """Note the first time that each of some cards was printed."""
    connection = await session.connection()
    await connection.execute(RECORD_PRINTED, {"numbers": numbers, "now": now})


RECORD_PRINTED = (
    update(Card)
    .where(among_numbers(col(Card.id)), col(Card.printed_at).is_(None))
    .values(printed_at=bindparam("now"))
)


async def revoke_card(session: Session, card: Card, *, now: datetime) -> None:
    """Make a card open nothing any more, also for whoever opened it and has not said yes.

    A guardian that joined by it stays.
    """
    card.revoked_at = card.revoked_at or now
    session.add(card)
    await session.exec(delete(Newcomer).where(col(Newcomer.card_id) == id_of(card)))


async def revoke_cards_of(session: Session, child_id: int, *, now: datetime) -> None:
    """Let no card of a child be opened any more."""
    statement = (
        update(Card)
        .where(col(Card.child_id) == child_id, col(Card.revoked_at).is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)
