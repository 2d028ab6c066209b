"""What an answer does: it is written down once, and the message it belongs to shows it."""

from dataclasses import replace
from datetime import timedelta

from bot.chat.inviting import ask_once
from bot.chat.replies import Note, Play
from bot.chat.turns import Tapped, Turn
from bot.chat.weeks import show_answered_again
from bot.core.actions import (
    Able,
    Answer,
    When,
    Wish,
)
from bot.core.choosing import Variant, easier_than, harder_than
from bot.core.levels import FIRST_CHECK, find_check, find_level, pick_said
from bot.delivery.composing import about
from bot.delivery.following import follow_answer, plan_check
from bot.delivery.showing import show_again
from bot.store import centres, deliveries, events, levels
from bot.store.columns import id_of
from bot.store.standing import Standing, get_standing
from bot.store.states import DeliveryKind, EventKind, LevelSource
from bot.store.tables import Child, Delivery, Guardian

PLAYED_LATELY = timedelta(minutes=1)


async def find_own_delivery(turn: Turn, guardian: Guardian, delivery_id: int) -> Delivery | None:
    """Look up a delivery that this guardian was sent; nobody answers for somebody else.

    About a child who is gone nothing is answered, and nothing said.
    """
    number = id_of(guardian)
    delivery = await deliveries.find_own(turn.session, delivery_id, guardian_id=number)
    return delivery if delivery and delivery.activity_id else None


async def record_answer(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, delivery_id: int, answer: Answer
) -> None:
    """Write an answer down, unless it is the one that counts already."""
    delivery = await find_own_delivery(turn, guardian, delivery_id)
    if delivery is None:
        return
    kind = EventKind(answer)
    original = await find_original(turn, delivery)
    standing = await get_standing(turn.session, original)
    if standing.answer is not kind:
        await record(turn, guardian, original, kind)
        follows = await follow_answer(
            turn.session, turn.catalogue, original, answer, standing=standing, now=turn.now
        )
        turn.calls_sender |= follows
        standing = replace(standing, answer=kind, has_followed=standing.has_followed or follows)
        if answer is Answer.DID_IT:
            await ask_once(turn, guardian)
    await show_answered(turn, guardian, delivery, standing, tapped=tapped)


async def find_original(turn: Turn, delivery: Delivery) -> Delivery:
    """Give what a check asks about; any other delivery is about itself."""
    original = await deliveries.find_delivery(turn.session, about(delivery))
    return original or delivery  # one that is about itself is in hand already


async def record_plan(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, delivery_id: int, when: When
) -> None:
    """Write down when something will be tried, and plan to ask the day after."""
    delivery = await find_own_delivery(turn, guardian, delivery_id)
    if delivery is None:
        return
    original = await find_original(turn, delivery)
    await record(turn, guardian, original, EventKind.WILL_TRY)
    await plan_check(turn.session, guardian, original, when, now=turn.now)
    standing = await get_standing(turn.session, original)
    await show_answered(turn, guardian, delivery, standing, tapped=tapped)


async def record_wish(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, delivery_id: int, wish: Wish
) -> None:
    """Write a wish down and set the child's level one step from what was sent."""
    delivery = await find_own_delivery(turn, guardian, delivery_id)
    if delivery is None or delivery.child_id is None:
        return
    kind = EventKind(wish)
    original = await find_original(turn, delivery)
    standing = await get_standing(turn.session, original)
    if standing.wish is not kind:
        await record(turn, guardian, original, kind)
        child = await centres.get_child(turn.session, delivery.child_id)
        level = step(delivery.variant or Variant.PLAIN, wish)
        await centres.record_level(turn.session, child, level, source=LevelSource.WISH)
        standing = replace(standing, wish=kind)
    await show_answered(turn, guardian, delivery, standing, tapped=tapped)


async def record_able(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, delivery_id: int, able: Able
) -> None:
    """Write down what a child can do already; the third question answered sets its level."""
    delivery = await find_own_delivery(turn, guardian, delivery_id)
    if delivery is None or delivery.child_id is None:
        return
    check = find_own_check(turn, delivery)
    child = await centres.get_child(turn.session, delivery.child_id)
    if check is None or (check == FIRST_CHECK and child.level_source is LevelSource.ROSTER):
        return
    kind = EventKind(able)
    standing = await get_standing(turn.session, delivery)
    if standing.able is not kind:
        await record(turn, guardian, delivery, kind)
        await set_level(turn, child, check)
        standing = replace(standing, able=kind)
    await show_answered(turn, guardian, delivery, standing, tapped=tapped)


def find_own_check(turn: Turn, delivery: Delivery) -> int | None:
    """Give the level check that a delivery is of, if it can ask what a child can do."""
    if delivery.kind is not DeliveryKind.PROGRAMME:
        return None
    return find_check(delivery.week or 0, turn.catalogue.programme.level_checks)


async def set_level(turn: Turn, child: Child, check: int) -> None:
    """Set a child's level once all questions of a check are answered.

    In the first, the roster's level and a wish stay; later on what children can do now counts.
    """
    child_id = id_of(child)
    await centres.lock_children(turn.session, [child_id])  # another guardian may answer too
    await turn.session.refresh(child)
    said = await levels.list_said(turn.session, [child_id])
    level = find_level(pick_said(said[child_id], check))
    if level and (check != FIRST_CHECK or child.level_source in (None, LevelSource.CHECK)):
        await centres.record_level(turn.session, child, level, source=LevelSource.CHECK)


def step(sent: Variant, wish: Wish) -> Variant:
    """Go one step from the variant that was sent, so that a second tap goes no further."""
    return easier_than(sent) if wish is Wish.EASIER else harder_than(sent)


async def record(turn: Turn, guardian: Guardian, delivery: Delivery, kind: EventKind) -> None:
    """Write down what a guardian did with a delivery."""
    await events.record_event(
        turn.session,
        kind,
        guardian_id=id_of(guardian),
        child_id=delivery.child_id,
        delivery_id=id_of(delivery),
        now=turn.now,
    )


async def show_answered(
    turn: Turn, guardian: Guardian, delivery: Delivery, standing: Standing, *, tapped: Tapped
) -> None:
    """Show the touch with its answer, in the words that it was sent in.

    The message that was tapped is changed, for one whose answer was lost may stand there twice.
    """
    if tapped.in_menu:
        await show_answered_again(turn, guardian, delivery, standing, tapped=tapped)
        return
    catalogue = await turn.desk.shelf.get(turn.session, delivery.content_version)
    message = await show_again(turn.session, catalogue, delivery, standing=standing, now=turn.now)
    if message:
        turn.show(tapped, message, note="note-saved")
    else:
        turn.reply(Note(tapped.callback_id, turn.tell("note-saved", guardian.language)))


async def play(turn: Turn, guardian: Guardian, tapped: Tapped, *, delivery_id: int) -> None:
    """Play the recording of what was sent, in its words; an impatient second tap plays it once."""
    delivery = await find_own_delivery(turn, guardian, delivery_id)
    if delivery is None or delivery.activity_id is None:
        return
    catalogue = await turn.desk.shelf.get(turn.session, delivery.content_version)
    activity = catalogue.activities.get(delivery.activity_id)
    language = delivery.language or catalogue.programme.language
    if activity is None or language not in activity.audio:
        return
    turn.reply(Note(tapped.callback_id))
    since = turn.now - PLAYED_LATELY
    if not await events.has_listened(turn.session, delivery_id, since=since):
        await record(turn, guardian, delivery, EventKind.LISTENED)
        turn.reply(Play(catalogue.version, delivery.activity_id, language))
