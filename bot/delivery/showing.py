"""Show a sent touch again: as it stands now, answers included, in the words that it was sent in."""

from bot.catalogue.records import Catalogue
from bot.catalogue.touches import Telling, render_check, render_touch
from bot.core.actions import Answer, Wish
from bot.core.cadence import Touch, monday_of
from bot.core.messages import OutgoingMessage
from bot.errors import BotError
from bot.store import Session
from bot.store.columns import id_of
from bot.store.standing import Standing, find_surroundings
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery


async def show_again(
    session: Session, catalogue: Catalogue, delivery: Delivery, *, standing: Standing
) -> OutgoingMessage | None:
    """Show a touch or a check with what was tapped; None where the catalogue lost its activity."""
    activity_id, variant = delivery.activity_id, delivery.variant
    if activity_id is None or variant is None or activity_id not in catalogue.activities:
        return None
    monday = monday_of(delivery.slot_on) if delivery.slot_on else None
    around = await find_surroundings(session, delivery.child_id or 0, monday=monday)
    if around is None:
        raise BotError(f"The delivery {id_of(delivery)} is about no child.")
    telling = Telling(
        delivery_id=id_of(delivery),
        touch=delivery.touch or Touch.DO,
        activity_id=activity_id,
        variant=variant,
        language=delivery.language or catalogue.programme.language,
        school_language=around.school_language,
        theme=around.theme,
        answer=Answer(standing.answer) if standing.answer else None,
        wish=Wish(standing.wish) if standing.wish else None,
        will_try=standing.will_try,
        has_followed=standing.has_followed,
    )
    is_check = delivery.kind is DeliveryKind.CHECK
    return (render_check if is_check else render_touch)(catalogue, telling)
