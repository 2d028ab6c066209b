"""Decide what a delivery says, at the moment when it is sent."""

from dataclasses import dataclass
from datetime import datetime

from bot.catalogue.notices import Notice, render_notice
from bot.catalogue.records import Catalogue
from bot.catalogue.touches import Telling, render_touch
from bot.core.actions import Answer, Wish
from bot.core.choosing import Variant, age_in_months, choose_activity
from bot.core.messages import OutgoingMessage
from bot.delivery.planning import slot_of
from bot.errors import BotError
from bot.store import Session, centres, deliveries, events
from bot.store.tables import Child, Delivery, DeliveryKind, EventKind, Guardian, id_of


@dataclass(frozen=True)
class Composed:
    """A message and what it was made from."""

    message: OutgoingMessage
    activity_id: str | None
    variant: Variant | None
    language: str


async def compose(
    session: Session, catalogue: Catalogue, delivery: Delivery, *, guardian: Guardian, now: datetime
) -> Composed:
    """Compose a delivery in the guardian's language, as it is now, and write down what it says."""
    if delivery.kind is DeliveryKind.PROGRAMME:
        composed = await compose_touch(session, catalogue, delivery, guardian=guardian, now=now)
    else:
        composed = compose_notice(catalogue, delivery, guardian)
    await deliveries.record_content(
        session,
        id_of(delivery),
        activity_id=composed.activity_id,
        variant=composed.variant,
        language=composed.language,
        content_version=catalogue.version,
    )
    return composed


def compose_notice(catalogue: Catalogue, delivery: Delivery, guardian: Guardian) -> Composed:
    """Compose a message outside the programme."""
    if delivery.notice is None:
        raise BotError(f"Delivery {id_of(delivery)} says nothing: it has no notice.")
    message = render_notice(catalogue, Notice(delivery.notice), language=guardian.language)
    return Composed(message, None, None, guardian.language)


async def compose_touch(
    session: Session, catalogue: Catalogue, delivery: Delivery, *, guardian: Guardian, now: datetime
) -> Composed:
    """Compose a touch of the week's activity, in the variant of the child's level."""
    child = await centres.get_child(session, delivery.child_id or 0)
    slot = slot_of(delivery)
    activity_id = await get_weeks_activity(session, catalogue, child, week=slot.week, now=now)
    centre = await centres.get_centre_of(session, child)
    telling = Telling(
        delivery_id=id_of(delivery),
        touch=slot.touch,
        activity_id=activity_id,
        variant=child.level,
        language=guardian.language,
        school_language=centre.language,
    )
    message = render_touch(catalogue, telling)
    return Composed(message, activity_id, child.level, guardian.language)


async def get_weeks_activity(
    session: Session, catalogue: Catalogue, child: Child, *, week: int, now: datetime
) -> str:
    """Get what a child has in a week; choose it the first time that anybody asks.

    An activity that staff have taken out of the catalogue gives way to another.
    """
    await centres.lock_child(session, id_of(child))
    found = await centres.find_week(session, id_of(child), week)
    if found and found.activity_id in catalogue.activities:
        return found.activity_id
    activity_id = await choose(session, catalogue, child, week=week, now=now)
    await centres.record_week(session, id_of(child), week=week, activity_id=activity_id, now=now)
    return activity_id


async def choose(
    session: Session, catalogue: Catalogue, child: Child, *, week: int, now: datetime
) -> str:
    """Choose the activity of a week by its skill and the child's age."""
    programme = catalogue.programme
    born = child.birth_month
    band = programme.band_at(age_in_months(born, on=now.date()) if born else None)
    weeks = await centres.list_weeks(session, id_of(child))
    had = [each.activity_id for each in weeks if each.activity_id in catalogue.activities]
    return choose_activity(
        catalogue.outlines,
        had,
        skill=programme.skill_for(week, band),
        band=band,
        fallbacks=programme.fallbacks,
    )


async def show_again(
    session: Session, catalogue: Catalogue, delivery: Delivery
) -> OutgoingMessage | None:
    """Show a sent touch as it stands now, answers included, in the words that it was sent in."""
    activity_id, variant = delivery.activity_id, delivery.variant
    if activity_id is None or variant is None or activity_id not in catalogue.activities:
        return None
    child = await centres.get_child(session, delivery.child_id or 0)
    centre = await centres.get_centre_of(session, child)
    answer = await events.find_last_answer(session, id_of(delivery))
    wish = await events.find_last_wish(session, id_of(delivery))
    telling = Telling(
        delivery_id=id_of(delivery),
        touch=slot_of(delivery).touch,
        activity_id=activity_id,
        variant=variant,
        language=delivery.language or catalogue.programme.language,
        school_language=centre.language,
        answer=as_answer(answer),
        wish=Wish(wish) if wish else None,
    )
    return render_touch(catalogue, telling)


def as_answer(kind: EventKind | None) -> Answer | None:
    """Read an event as the answer that it records."""
    return Answer(kind) if kind else None
