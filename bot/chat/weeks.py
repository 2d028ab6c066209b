"""Show the week in the menu: what each child was sent so far, its answer buttons at work."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.menus import Seen, Weeks, render_empty_week, render_week, render_weeks
from bot.chat.replies import Note
from bot.chat.settings import look_ahead
from bot.chat.turns import Tapped, Turn
from bot.core.cadence import Touch, local_date, monday_of
from bot.core.messages import OutgoingMessage
from bot.core.siblings import Label, Sibling, label_child
from bot.delivery.showing import show_again
from bot.store import centres, child_weeks, deliveries, events
from bot.store.child_weeks import Week
from bot.store.columns import id_of
from bot.store.standing import Standing, get_standing, list_family
from bot.store.states import DeliveryKind
from bot.store.tables import Delivery, Guardian

LOOK_BACK = timedelta(weeks=8)  # further back, nothing counts as the latest


async def draw_week(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Give the latest touch, as it stands now; say so where there is none."""
    latest = await list_latest(turn, guardian)
    shown = await draw_touch(turn, guardian, latest[-1]) if latest else None
    if shown:
        return shown
    outlook = await look_ahead(turn, guardian)
    return render_empty_week(turn.catalogue, outlook, language=guardian.language)


async def show_touch(turn: Turn, guardian: Guardian, delivery_id: int, tapped: Tapped) -> None:
    """Show one of the latest touches; any other is not ours to show, or is long past."""
    for delivery in await list_latest(turn, guardian):
        if delivery.id == delivery_id:
            shown = await draw_touch(turn, guardian, delivery)
            if shown:
                turn.show(tapped, shown)


async def show_answered_again(
    turn: Turn, guardian: Guardian, delivery: Delivery, standing: Standing, *, tapped: Tapped
) -> None:
    """Show a touch with its answer, on the screen of the menu that it was tapped on."""
    shown = await draw_touch(turn, guardian, delivery, standing=standing)
    if shown:
        turn.show(tapped, shown, note="note-saved")
    else:
        turn.reply(Note(tapped.callback_id, turn.tell("note-saved", guardian.language)))


async def draw_touch(
    turn: Turn, guardian: Guardian, delivery: Delivery, *, standing: Standing | None = None
) -> OutgoingMessage | None:
    """Give a screen with a touch, in the words that it was sent in; None where they are lost."""
    standing = standing or await get_standing(turn.session, delivery)
    catalogue = await turn.desk.shelf.get(turn.session, delivery.content_version)
    touch = await show_again(
        turn.session, catalogue, delivery, standing=standing, now=turn.now, in_menu=True
    )
    if touch is None:
        return None
    labels = await label_children(turn, guardian)
    latest = await list_latest(turn, guardian)
    this_monday = monday_of(local_date(turn.now, guardian.zone))
    return render_week(
        turn.catalogue,
        touch,
        [see(each, labels) for each in latest],
        shown=see(delivery, labels),
        language=guardian.language,
        is_new=monday_of_slot(delivery) >= this_monday,
    )


async def list_latest(turn: Turn, guardian: Guardian) -> list[Delivery]:
    """List, of each child, what it was sent of the latest week that it was sent anything of.

    A child who is gone is not brought up again.
    """
    since = local_date(turn.now - LOOK_BACK, guardian.zone)
    seen = await deliveries.list_seen(turn.session, id_of(guardian), since=since)
    gone = await list_gone(turn, guardian)
    sent = [each for each in seen if each.child_id not in gone]
    latest = {each.child_id: monday_of_slot(each) for each in sorted(sent, key=monday_of_slot)}
    return [each for each in sent if monday_of_slot(each) == latest[each.child_id]]


async def list_gone(turn: Turn, guardian: Guardian) -> set[int]:
    """List the children of a guardian who are gone."""
    return (await centres.list_left(turn.session, [id_of(guardian)]))[id_of(guardian)]


def monday_of_slot(delivery: Delivery) -> date:
    """Give the Monday of the week that a touch belongs to."""
    return monday_of(delivery.slot_on or date.min)


def see(delivery: Delivery, labels: dict[int, Label]) -> Seen:
    """Say of a touch what the menu asks of it."""
    return Seen(
        delivery_id=id_of(delivery),
        child_id=delivery.child_id or 0,
        touch=delivery.touch or Touch.DO,
        activity_id=delivery.activity_id or "",
        is_of_programme=delivery.kind is DeliveryKind.PROGRAMME,
        child=labels.get(delivery.child_id or 0),
    )


async def label_children(turn: Turn, guardian: Guardian) -> dict[int, Label]:
    """Say what each child is called, where a guardian has several."""
    family = await list_siblings(turn, guardian)
    on = turn.now.date()
    labels = {each.child_id: label_child(each.child_id, family, on=on) for each in family}
    return {child_id: label for child_id, label in labels.items() if label}


async def list_siblings(turn: Turn, guardian: Guardian) -> Sequence[Sibling]:
    """List the children of a guardian whose programme goes on."""
    family = await list_family(turn.session, id_of(guardian), at=turn.now)
    return [Sibling(child_id, birth_month) for child_id, birth_month in family]


async def list_present(turn: Turn, guardian: Guardian) -> Sequence[Sibling]:
    """List the children of a guardian who are still here, those who are through included."""
    present = await centres.list_children(turn.session, id_of(guardian))
    return [Sibling(id_of(each), each.birth_month) for each in present]


def is_through(catalogue: Catalogue, had: Sequence[Week]) -> bool:
    """Say whether something of the programme's last week was sent."""
    weeks = catalogue.programme.weeks
    return any(each.week >= weeks and each.sent_at is not None for each in had)


async def draw_weeks(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Give what each child has had so far, and what this guardian said was done."""
    done = await events.list_done(turn.session, id_of(guardian))
    family = await list_present(turn, guardian)
    had = await child_weeks.list_weeks_of(turn.session, [each.child_id for each in family])
    shown = [
        Weeks(
            child_id=each.child_id,
            child=label_child(each.child_id, family, on=turn.now.date()),
            count=sum(week.sent_at is not None for week in had.get(each.child_id, [])),
            is_through=is_through(turn.catalogue, had.get(each.child_id, [])),
            done=list(dict.fromkeys(name for child, name in done if child == each.child_id)),
        )
        for each in family
    ]
    return render_weeks(turn.catalogue, shown, language=guardian.language)
