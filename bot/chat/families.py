"""What a new guardian says of the family: how old the child is, and whether the phone is new."""

from bot.catalogue.shown.notices import EarlierPhone, ask_new_phone, ask_which_phone, say
from bot.chat.consents import ask_in_new_words
from bot.chat.turns import Tapped, Turn
from bot.core.cadence import local_date
from bot.core.choosing import birth_month_of
from bot.delivery.taking_over import find_old, take_over
from bot.store import centres, events, families, guardians
from bot.store.columns import id_of
from bot.store.states import EventKind
from bot.store.tables import Guardian


async def record_age(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, child_id: int, band: str
) -> None:
    """Take a child of an age band to be in the middle of it; only for one that no roster knows."""
    months = turn.catalogue.programme.bands.get(band)
    pair = await guardians.find_pair(turn.session, id_of(guardian), child_id)
    if months is None or pair is None:
        return
    child = await centres.get_child(turn.session, child_id)
    if not child.is_open:
        return
    today = local_date(turn.now, guardian.zone)
    middle = (months.from_months + months.until_months) // 2
    await centres.record_birth_month(turn.session, child, birth_month_of(middle, on=today))
    await record(turn, guardian, EventKind.AGE, child_id=child_id)
    told = say(turn.catalogue, "age-saved", language=guardian.language)
    turn.show(tapped, told, note="note-saved")


async def stay_another(turn: Turn, guardian: Guardian, tapped: Tapped) -> None:
    """Note that somebody is another person of the family: nothing changes."""
    if await families.has_done(turn.session, id_of(guardian), EventKind.TOOK_OVER):
        return
    await record(turn, guardian, EventKind.ANOTHER_PERSON)
    told = say(turn.catalogue, "another-person", language=guardian.language)
    turn.show(tapped, told, note="note-saved")


async def move_in(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, old_id: int | None = None
) -> None:
    """Take the earlier phone's place; where there are several, ask which."""
    old = await find_old(turn.session, guardian, old_id)
    if old:
        weeks = turn.catalogue.programme.weeks
        await take_over(turn.session, guardian, old, weeks=weeks, now=turn.now)
        turn.calls_sender = True
        told = say(turn.catalogue, "new-phone-saved", language=guardian.language)
        turn.show(tapped, told, note="note-saved")
        await ask_in_new_words(turn, guardian)
    elif await may_still_choose(turn, guardian):
        await ask_again(turn, guardian, tapped)


async def may_still_choose(turn: Turn, guardian: Guardian) -> bool:
    """Say whether the question about the phone is open still."""
    decided = (EventKind.ANOTHER_PERSON, EventKind.TOOK_OVER)
    done = [await families.has_done(turn.session, id_of(guardian), each) for each in decided]
    return not any(done)


async def ask_again(turn: Turn, guardian: Guardian, tapped: Tapped) -> None:
    """Ask which of several phones it was; or the first question, where none is left."""
    earlier = await families.list_earlier(turn.session, id_of(guardian))
    phones = [EarlierPhone(id_of(one), one.role, one.joined_at, one.zone) for one in earlier]
    language = guardian.language
    if phones:
        turn.show(tapped, ask_which_phone(turn.catalogue, phones, language=language))
    else:
        turn.show(tapped, ask_new_phone(turn.catalogue, language=language))


async def record(
    turn: Turn, guardian: Guardian, kind: EventKind, *, child_id: int | None = None
) -> None:
    """Write down what somebody said."""
    await events.record_event(
        turn.session, kind, guardian_id=id_of(guardian), child_id=child_id, now=turn.now
    )
