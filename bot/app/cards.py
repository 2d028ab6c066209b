"""Issue cards: for each a new child on the roster, a secret code, and the link that opens it."""

from datetime import date, datetime
from random import SystemRandom

from bot.app.opening import Store
from bot.chat.application import find_username
from bot.chat.codes import CARD
from bot.core.codes import LINK_BASE, IssuedCard, draw_card_code, link_of
from bot.core.sealing import Sealer
from bot.intake.enrolling import enrol
from bot.settings import Settings
from bot.store import Session, cards, deployment
from bot.store.tables import Card, Centre, Child


async def find_link_base(store: Store, settings: Settings) -> str:
    """Find the bot's own address: from an earlier run, or from the network."""
    async with store.database.reading() as session:
        username = await deployment.find_value(session, deployment.BOT_USERNAME)
        base = await deployment.find_value(session, deployment.LINK_BASE)
    if username is None:
        username = await find_username(settings.read_token(), api=settings.telegram_api)
    return f"{base or LINK_BASE}/{username}"


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
