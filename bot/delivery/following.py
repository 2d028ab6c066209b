"""What a tap calls for: a check the day after, the easier variant, another activity."""

from datetime import datetime, timedelta

from bot.catalogue.records import Catalogue
from bot.core.actions import Answer, When
from bot.core.cadence import DAYS_A_WEEK, Touch, local_date, moment_on
from bot.core.choosing import Variant
from bot.delivery.composing import choose
from bot.store import Session, centres, child_weeks, deliveries
from bot.store.columns import id_of
from bot.store.guardians import rhythm_of
from bot.store.standing import Standing
from bot.store.states import DeliveryKind
from bot.store.tables import Child, Delivery, Guardian

SATURDAY = 5


async def plan_check(
    session: Session, guardian: Guardian, about: Delivery, when: When, *, now: datetime
) -> None:
    """Plan to ask how it went, at the guardian's hour the day after the one that was chosen.

    It was asked for, so it is outside the weekly cap; a later choice takes an earlier one's place.
    """
    guardian_id = id_of(guardian)
    await deliveries.skip_checks(session, id_of(about), guardian_id=guardian_id, now=now)
    rhythm = rhythm_of(guardian)
    today = local_date(now, rhythm.zone)
    until_saturday = max(SATURDAY - today.weekday(), 0) % DAYS_A_WEEK
    ahead = {When.TODAY: 0, When.TOMORROW: 1, When.WEEKEND: until_saturday}[when]
    due_at = moment_on(rhythm, today + timedelta(days=ahead + 1))
    await deliveries.plan(session, come_back_to(about, DeliveryKind.CHECK, due_at, now=now))


def come_back_to(
    about: Delivery, kind: DeliveryKind, due_at: datetime, *, now: datetime
) -> Delivery:
    """Make a delivery that comes back to an earlier one: the same child, activity and week."""
    return Delivery(
        guardian_id=about.guardian_id,
        child_id=about.child_id,
        kind=kind,
        planned_at=now,
        due_at=due_at,
        slot_at=due_at,
        slot_on=about.slot_on,
        week=about.week,
        touch=Touch.DO,
        activity_id=about.activity_id,
        variant=about.variant,
        about_id=id_of(about),
        asked=kind is DeliveryKind.ANSWER,
    )


async def follow_answer(
    session: Session,
    catalogue: Catalogue,
    about: Delivery,
    answer: Answer,
    *,
    standing: Standing,
    now: datetime,
) -> bool:
    """Do what an answer calls for; say whether another message comes because of it.

    Too hard brings the easier variant; what was the easier one already, or is not for this
    family, gives way to another activity. Each delivery is followed once.
    """
    if standing.has_open_check:
        await deliveries.skip_checks(session, id_of(about), guardian_id=about.guardian_id, now=now)
    if answer not in (Answer.TOO_HARD, Answer.NOT_FOR_US) or about.child_id is None:
        return False
    if standing.has_followed:
        return False
    following = come_back_to(about, DeliveryKind.ANSWER, now, now=now)
    if answer is Answer.TOO_HARD and about.variant is not Variant.EASIER:
        following.variant = Variant.EASIER
    else:
        child = await centres.get_child(session, about.child_id)
        other = await swap(session, catalogue, child, about, now=now)
        if other is None:
            return False
        following.activity_id, following.variant = other, child.level
    await deliveries.plan(session, following)
    return True


async def swap(
    session: Session, catalogue: Catalogue, child: Child, about: Delivery, *, now: datetime
) -> str | None:
    """Give a child another activity in the place of one; None where there is no other to give.

    The rest of the week goes on with the new one, for every guardian of the child.
    """
    await centres.lock_children(session, [id_of(child)])
    weeks = await child_weeks.list_weeks(session, id_of(child))
    this_week = next((each for each in weeks if each.week == about.week), None)
    if this_week is None:
        return None
    if this_week.activity_id != about.activity_id:
        return None if this_week.swapped_id != about.activity_id else this_week.activity_id
    if this_week.swapped_id is not None:
        return None
    if len(catalogue.activities) < 2:
        return None
    without = this_week.activity_id
    other = choose(catalogue, child, weeks, week=this_week.week, now=now, without=without)
    this_week.swapped_id, this_week.activity_id = this_week.activity_id, other
    await child_weeks.record_week(session, this_week)
    return other
