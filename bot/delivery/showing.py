"""Show a sent touch again: as it stands now, answers included, in the words that it was sent in."""

from collections.abc import Sequence
from datetime import datetime

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.touches import Telling, find_note, render_check, render_touch
from bot.core.actions import Able, Answer, Wish
from bot.core.cadence import Touch, monday_of
from bot.core.choosing import Pass
from bot.core.levels import find_check, is_asked, pick_said
from bot.core.messages import OutgoingMessage
from bot.core.siblings import Label, Sibling, label_child
from bot.errors import BotError
from bot.store import Session, levels
from bot.store.columns import id_of
from bot.store.standing import Standing, Surroundings, find_surroundings, list_family
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery


async def show_again(
    session: Session,
    catalogue: Catalogue,
    delivery: Delivery,
    *,
    standing: Standing,
    now: datetime,
    in_menu: bool = False,
) -> OutgoingMessage | None:
    """Show a touch or a check with what was tapped; None where the catalogue lost its activity.

    `in_menu` gives its buttons actions that come back to the menu. The picture of a week is not
    drawn again: it stays on its message as it was sent.
    """
    activity_id, variant = delivery.activity_id, delivery.variant
    if activity_id is None or variant is None or activity_id not in catalogue.activities:
        return None
    monday = monday_of(delivery.slot_on) if delivery.slot_on else None
    around = await find_surroundings(session, delivery, monday=monday)
    if around is None:
        raise BotError(f"The delivery {id_of(delivery)} is about no child.")
    asks_able = not in_menu and await is_asked_still(
        session, delivery, standing, around, checks=catalogue.programme.level_checks
    )
    sent_at = delivery.ended_at or now
    is_touch = delivery.kind is DeliveryKind.PROGRAMME
    is_last = delivery.week == catalogue.programme.weeks
    label = await find_label(session, delivery, at=sent_at) if around.has_siblings else None
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
        asks_able=asks_able,
        able=Able(standing.able) if standing.able else None,
        child=label,
        is_again=in_menu,
        celebrates=delivery.child_id if is_last else None,
        time=around.time if is_touch and not is_last else Pass.FIRST,
        note=find_note(
            catalogue.programme,
            week=delivery.week,
            touch=delivery.touch,
            is_other_language=delivery.language != around.school_language,
        ),
    )
    is_check = delivery.kind is DeliveryKind.CHECK
    return (render_check if is_check else render_touch)(catalogue, telling)


async def is_asked_still(
    session: Session,
    delivery: Delivery,
    standing: Standing,
    around: Surroundings,
    *,
    checks: Sequence[int],
) -> bool:
    """Say whether a touch carries its question: it was answered here, or is open still."""
    if delivery.kind is not DeliveryKind.PROGRAMME or delivery.child_id is None:
        return False
    if standing.able:
        return True
    touch, is_known = delivery.touch or Touch.DO, around.is_level_known
    check = find_check(delivery.week or 0, checks)
    if not is_asked(touch, check, is_level_known=is_known, said={}):
        return False
    said = await levels.list_said(session, [delivery.child_id])
    return touch not in pick_said(said[delivery.child_id], check)


async def find_label(session: Session, delivery: Delivery, *, at: datetime) -> Label | None:
    """Say which child a delivery was for, as it was said when it went out."""
    children = await list_family(session, delivery.guardian_id, at=at)
    family = [Sibling(child_id, birth_month) for child_id, birth_month in children]
    return label_child(delivery.child_id or 0, family, on=at.date())
