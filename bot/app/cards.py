"""Issue cards: for each a new child on the roster, a secret code, and the link that opens it."""

from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom

from bot.chat.onboarding import CARD
from bot.core.codes import LINK_BASE as LINK_BASE
from bot.core.codes import draw_card_code, draw_study_code
from bot.core.codes import link_of as link_of
from bot.core.sealing import Sealer
from bot.store import Session, cards, centres
from bot.store.tables import Card, Centre, Child


@dataclass(frozen=True)
class IssuedCard:
    """A card as it is handed out."""

    code: str
    study_code: str
    link: str


async def issue_cards(
    session: Session,
    centre: Centre,
    *,
    count: int,
    birth_month: date | None,
    language: str,
    link_base: str,
    sealer: Sealer,
    now: datetime,
) -> list[IssuedCard]:
    """Issue cards for children who are new on a centre's roster."""
    issued = []
    for _ in range(count):
        child = await enrol(session, centre, birth_month=birth_month, now=now)
        code, _card = await issue_for(session, child, language=language, sealer=sealer, now=now)
        issued.append(IssuedCard(code, child.study_code, link_of(code, link_base)))
    return issued


async def enrol(
    session: Session, centre: Centre, *, birth_month: date | None, now: datetime
) -> Child:
    """Put a child on the roster under a study code that nobody has."""
    rng = SystemRandom()
    study_code = draw_study_code(rng)
    while await centres.is_study_code_taken(session, study_code):
        study_code = draw_study_code(rng)
    return await centres.enrol_child(
        session, centre, study_code=study_code, birth_month=birth_month, now=now
    )


async def issue_for(
    session: Session, child: Child, *, language: str, sealer: Sealer, now: datetime
) -> tuple[str, Card]:
    """Issue one card; its code is kept sealed, and found by its keyed hash."""
    code = draw_card_code(SystemRandom())
    card = await cards.issue_card(
        session,
        child,
        code_key=sealer.keyed_hash(code, purpose=CARD),
        code_sealed=sealer.seal(code, bound_to=CARD),
        language=language,
        now=now,
    )
    return code, card
