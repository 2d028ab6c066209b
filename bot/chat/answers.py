"""What a tap does: it is written down once, and the message it belongs to shows it."""

from dataclasses import dataclass, replace

from telegram import CallbackQuery, Update

from bot.catalogue.notices import ask_consent, offer_break, say, sum_up_consent
from bot.chat import replies
from bot.chat.commands import resume, stop
from bot.chat.onboarding import choose_first_language, join
from bot.chat.replies import Note
from bot.chat.turns import Turn, TurnContext
from bot.core.actions import (
    Answer,
    AnswerTapped,
    ConsentChangeTapped,
    ConsentTapped,
    JoinTapped,
    LanguageTapped,
    NewcomerLanguageTapped,
    Purpose,
    ResumeTapped,
    SnoozeTapped,
    StopTapped,
    TryTapped,
    When,
    Wish,
    WishTapped,
    parse_action,
)
from bot.core.cadence import LONGEST_BREAK_WEEKS
from bot.core.choosing import Variant, easier_than, harder_than
from bot.delivery.composing import about
from bot.delivery.following import follow_answer, plan_check
from bot.delivery.planning import snooze
from bot.delivery.showing import show_again
from bot.store import centres, deliveries, events, guardians
from bot.store.columns import id_of
from bot.store.standing import Standing, get_standing
from bot.store.states import ConsentAnswer, EventKind
from bot.store.tables import Consent, Delivery, Guardian


@dataclass(frozen=True)
class Tapped:
    """A tap, and the message that it was made on."""

    callback_id: str
    message_id: int


async def handle_tap(update: Update, context: TurnContext) -> None:
    """Do what a button says; one that says nothing any more is answered all the same."""
    turn, query = context.turn, update.callback_query
    if query is None or query.message is None:
        return
    await act(turn, query, message_id=query.message.message_id)
    if not any(isinstance(reply, Note) for reply in turn.replies):
        language = await turn.find_language(update)
        turn.reply(Note(query.id, tell(turn, "note-sent-before", language)))


async def act(turn: Turn, query: CallbackQuery, *, message_id: int) -> None:
    """Tell the actions apart; those of a guardian need one."""
    action = parse_action(query.data or "")
    match action:
        case JoinTapped():
            await join(turn, callback_id=query.id, message_id=message_id)
        case NewcomerLanguageTapped(language):
            await choose_first_language(turn, language, message_id=message_id)
            if turn.replies:
                turn.reply(Note(query.id))
        case None:
            return
        case _:
            if turn.guardian:
                await act_as_guardian(turn, turn.guardian, query, message_id=message_id)


async def act_as_guardian(
    turn: Turn, guardian: Guardian, query: CallbackQuery, *, message_id: int
) -> None:
    """Do what a guardian's button says."""
    tapped = Tapped(query.id, message_id)
    match parse_action(query.data or ""):
        case AnswerTapped(delivery_id, answer):
            await record_answer(turn, guardian, tapped, delivery_id=delivery_id, answer=answer)
        case WishTapped(delivery_id, wish):
            await record_wish(turn, guardian, tapped, delivery_id=delivery_id, wish=wish)
        case TryTapped(delivery_id, when):
            await record_plan(turn, guardian, tapped, delivery_id=delivery_id, when=when)
        case SnoozeTapped(weeks) if 1 <= weeks <= LONGEST_BREAK_WEEKS:
            await take_break(turn, guardian, tapped, pause_weeks=weeks)
        case StopTapped():
            turn.reply(Note(query.id))
            turn.reply(replies.edit(message_id, await stop(turn, guardian)))
        case LanguageTapped(language):
            await choose_language(turn, guardian, language, query=query, message_id=message_id)
        case ConsentTapped(purpose, is_given):
            turn.reply(Note(query.id, tell(turn, "note-saved", guardian.language)))
            await record_choice(turn, guardian, purpose=purpose, is_given=is_given)
            await show_next_question(turn, guardian, purpose=purpose, message_id=message_id)
        case ConsentChangeTapped():
            turn.reply(Note(query.id))
            question = ask_consent(turn.catalogue, Purpose.LINKING, language=guardian.language)
            turn.reply(replies.edit(message_id, question))
        case ResumeTapped():
            turn.reply(Note(query.id))
            message = await resume(turn, guardian)
            turn.reply(replies.edit(message_id, message))


async def find_own_delivery(turn: Turn, guardian: Guardian, delivery_id: int) -> Delivery | None:
    """Look up a delivery that this guardian was sent; nobody answers for somebody else."""
    delivery = await deliveries.find_delivery(turn.session, delivery_id)
    if delivery is None or delivery.guardian_id != id_of(guardian):
        return None
    return delivery if delivery.activity_id else None


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


async def take_break(turn: Turn, guardian: Guardian, tapped: Tapped, *, pause_weeks: int) -> None:
    """Take a break of some weeks; it ends by itself."""
    weeks = turn.catalogue.programme.weeks
    until = await snooze(turn.session, guardian, pause_weeks=pause_weeks, weeks=weeks, now=turn.now)
    turn.reply(Note(tapped.callback_id, tell(turn, "note-saved", guardian.language)))
    language = guardian.language
    day = turn.catalogue.words_in(language).day(until, guardian.zone)
    shown = offer_break(turn.catalogue, "break-until", language=language, day=day)
    turn.reply(replies.edit(tapped.message_id, shown))


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
        await centres.record_level(turn.session, child, level)
        standing = replace(standing, wish=kind)
    await show_answered(turn, guardian, delivery, standing, tapped=tapped)


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
    turn.reply(Note(tapped.callback_id, tell(turn, "note-saved", guardian.language)))
    catalogue = await turn.desk.shelf.get(turn.session, delivery.content_version)
    message = await show_again(turn.session, catalogue, delivery, standing=standing)
    if message:
        turn.reply(replies.edit(tapped.message_id, message))


async def choose_language(
    turn: Turn, guardian: Guardian, language: str, *, query: CallbackQuery, message_id: int
) -> None:
    """Speak another language from now on, in what is queued too."""
    if language not in turn.catalogue.programme.languages:
        return
    if guardian.language != language:
        await guardians.record_language(turn.session, guardian, language)
        await events.record_event(
            turn.session, EventKind.LANGUAGE, guardian_id=id_of(guardian), now=turn.now
        )
    turn.reply(Note(query.id))
    chosen = say(turn.catalogue, "language-chosen", language=language)
    turn.reply(replies.edit(message_id, chosen))


async def record_choice(
    turn: Turn, guardian: Guardian, *, purpose: Purpose, is_given: bool
) -> None:
    """Write down a yes or a no, unless it was said already; a yes taken back is a withdrawal."""
    last = await guardians.find_consent(turn.session, id_of(guardian), purpose)
    if last and is_yes(last) == is_given:
        return
    withdrawal = ConsentAnswer.WITHDRAWN if last else ConsentAnswer.REFUSED
    await guardians.record_consent(
        turn.session,
        guardian,
        purpose=purpose,
        answer=ConsentAnswer.GIVEN if is_given else withdrawal,
        version=turn.catalogue.programme.consent,
        now=turn.now,
    )


async def show_next_question(
    turn: Turn, guardian: Guardian, *, purpose: Purpose, message_id: int
) -> None:
    """After linking ask about research; after research repeat what was chosen."""
    language = guardian.language
    if purpose is Purpose.LINKING:
        question = ask_consent(turn.catalogue, Purpose.RESEARCH, language=language)
        turn.reply(replies.edit(message_id, question))
        return
    summary = sum_up_consent(
        turn.catalogue,
        language=language,
        linking=await has_consented(turn, guardian, Purpose.LINKING),
        research=await has_consented(turn, guardian, Purpose.RESEARCH),
    )
    turn.reply(replies.edit(message_id, summary))


async def has_consented(turn: Turn, guardian: Guardian, purpose: Purpose) -> bool:
    """Say whether a guardian's last word on a purpose was yes; no word means no."""
    last = await guardians.find_consent(turn.session, id_of(guardian), purpose)
    return last is not None and is_yes(last)


def is_yes(consent: Consent) -> bool:
    """Say whether a consent was given."""
    return consent.answer is ConsentAnswer.GIVEN


def tell(turn: Turn, key: str, language: str) -> str:
    """Say one short string as plain text."""
    return turn.catalogue.words_in(language).plain(key)
