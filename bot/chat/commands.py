"""What commands do: break, go on, language, stop, help; and who hears anything else."""

from telegram import ChatMember, Update

from bot.catalogue.shown.asking import with_gone
from bot.catalogue.shown.menus import say_with_menu, with_menu
from bot.catalogue.shown.notices import (
    ask_renewed,
    offer_break,
    offer_help,
    offer_languages,
    offer_reasons,
    offer_resume,
    say,
)
from bot.chat import replies
from bot.chat.asking import handle_question
from bot.chat.consents import record_word
from bot.chat.explaining import (
    explain,
    find_guardian_or_explain,
    find_staying_or_explain,
    say_to_anybody,
)
from bot.chat.listing import take_back
from bot.chat.onboarding import is_invited, take_typed_code
from bot.chat.recording import offer_reading, take_reading
from bot.chat.turns import Tapped, Turn, TurnContext
from bot.core.actions import Purpose, StopReason
from bot.core.messages import OutgoingMessage
from bot.core.versions import is_newer
from bot.delivery.planning import come_back, find_expected_at, leave, note, snooze
from bot.store import centres, events, guardians, staff
from bot.store.columns import id_of
from bot.store.families import GONE
from bot.store.states import ConsentAnswer, EventKind, GuardianState
from bot.store.tables import Guardian
from bot.store.tombstones import Word


async def handle_pause(update: Update, context: TurnContext) -> None:
    """Take a break: nothing is sent, what is queued included, until the guardian goes on.

    A button then gives the break an end.
    """
    turn = context.turn
    guardian = await find_staying_or_explain(turn, update)
    if guardian is None:
        return
    if guardian.state in (GuardianState.ACTIVE, GuardianState.SNOOZED):
        await go_away(turn, guardian, GuardianState.PAUSED)
    turn.reply(replies.say(offer_break(turn.catalogue, "paused", language=guardian.language)))


async def handle_stop(update: Update, context: TurnContext) -> None:
    """Stop for good: consent to messages is withdrawn; a newcomer is forgotten at once."""
    turn = context.turn
    newcomer = await turn.find_newcomer()
    if newcomer:
        await guardians.forget_newcomer(turn.session, newcomer)
    guardian = await find_staying_or_explain(turn, update)
    if guardian is None:
        return
    turn.reply(replies.say(await stop(turn, guardian)))


async def stop(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Stop for good, and say how to begin again; ask why, but not each time.

    Where no child is left, nothing is asked.
    """
    language, has_asked = guardian.language, True
    if guardian.state is not GuardianState.STOPPED:
        kinds = (EventKind.STOPPED, EventKind.ASKED_WHY)
        before = await events.find_last(turn.session, id_of(guardian), kinds)
        has_asked = before is EventKind.ASKED_WHY
        await go_away(turn, guardian, GuardianState.STOPPED)
        await record_messages(turn, guardian, ConsentAnswer.WITHDRAWN)
    stopped = offer_resume(turn.catalogue, "stopped", language=language)
    if not await centres.list_children(turn.session, id_of(guardian)):
        return stopped
    if not has_asked:
        await note(turn.session, guardian, EventKind.ASKED_WHY, now=turn.now)
        stopped = offer_reasons(turn.catalogue, language=language)
    return with_gone(turn.catalogue, stopped, language=language)


async def record_stop_reason(turn: Turn, guardian: Guardian, reason: StopReason) -> OutgoingMessage:
    """Write down why somebody stopped, once for each time that it was asked."""
    kinds = (EventKind.ASKED_WHY, *(STOP_REASONS[each] for each in StopReason))
    last = await events.find_last(turn.session, id_of(guardian), kinds)
    if last is EventKind.ASKED_WHY:
        await note(turn.session, guardian, STOP_REASONS[reason], now=turn.now)
    return offer_resume(turn.catalogue, "stop-reason-saved", language=guardian.language)


STOP_REASONS = {each: EventKind(f"stop-{each}") for each in StopReason}


async def go_away(turn: Turn, guardian: Guardian, state: GuardianState) -> None:
    """End what a guardian has queued, and note why."""
    weeks = turn.catalogue.programme.weeks
    await leave(turn.session, guardian, state, weeks=weeks, now=turn.now)


async def handle_resume(update: Update, context: TurnContext) -> None:
    """Go on after a break, or after a stop."""
    turn = context.turn
    guardian = await find_staying_or_explain(turn, update)
    if guardian:
        turn.reply(replies.say(await resume(turn, guardian)))


async def resume(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Go on, and say when the next activity comes; where the consent is outdated, ask first.

    Where no child is left there is nothing to agree to.
    """
    has_children = bool(await centres.list_children(turn.session, id_of(guardian)))
    if has_children and await has_outdated_consent(turn, guardian):
        return ask_renewed(turn.catalogue, language=guardian.language)
    was_active = guardian.state is GuardianState.ACTIVE
    if guardian.state is GuardianState.STOPPED:
        await record_messages(turn, guardian, ConsentAnswer.GIVEN)
    if not was_active:
        weeks = turn.catalogue.programme.weeks
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
    cap = turn.catalogue.programme.weekly_cap
    next_at = await find_expected_at(turn.session, guardian, cap=cap)
    turn.calls_sender = True
    language = guardian.language
    if next_at is None:
        key = "finished" if has_children else "no-child-left"
        return say_with_menu(turn.catalogue, key, language=language)
    day = turn.catalogue.words_in(language).moment(next_at, guardian.zone)
    key = "not-paused" if was_active else "resumed"
    said = say(turn.catalogue, key, language=language, day=day)
    return with_menu(turn.catalogue, said, language=language)


async def record_messages(turn: Turn, guardian: Guardian, answer: ConsentAnswer) -> None:
    """Write down consent to messages, given or withdrawn, to the words that were shown last."""
    last = await guardians.find_consent(turn.session, id_of(guardian), Purpose.MESSAGES)
    version = last.version if last else turn.catalogue.programme.consent
    language = last.language if last else guardian.language
    word = Word(Purpose.MESSAGES, answer, version, turn.now)
    await record_word(turn, guardian, word, language=language)


async def has_outdated_consent(turn: Turn, guardian: Guardian) -> bool:
    """Say whether messages were agreed to in older words than those that are asked for now."""
    last = await guardians.find_consent(turn.session, id_of(guardian), Purpose.MESSAGES)
    return last is not None and is_newer(turn.catalogue.programme.consent, last.version)


async def handle_language(update: Update, context: TurnContext) -> None:
    """Offer the languages."""
    turn = context.turn
    guardian = await find_guardian_or_explain(turn, update)
    if guardian:
        offer = offer_languages(turn.catalogue, language=guardian.language)
        turn.reply(replies.say(offer))


async def handle_membership(update: Update, context: TurnContext) -> None:
    """Obey a block at once, and an unblocking."""
    turn, change = context.turn, update.my_chat_member
    guardian = turn.guardian
    if guardian is None or change is None:
        return
    is_blocked = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    if is_blocked and guardian.state not in GONE:
        if guardian.state is not GuardianState.UNREACHABLE:
            await go_away(turn, guardian, GuardianState.UNREACHABLE)
    elif not is_blocked and guardian.state is GuardianState.UNREACHABLE:
        weeks = turn.catalogue.programme.weeks
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
        turn.calls_sender = True


async def handle_help(update: Update, context: TurnContext) -> None:
    """Say what the bot can do; who is with us can ask staff from there, and go to the menu."""
    turn = context.turn
    if turn.guardian is None or turn.guardian.state is GuardianState.MOVED:
        await say_to_anybody(turn, update, "help")
        return
    language = turn.guardian.language
    offered = offer_help(turn.catalogue, language=language)
    turn.reply(replies.say(with_menu(turn.catalogue, offered, language=language)))


async def handle_anything_else(update: Update, context: TurnContext) -> None:
    """Open a code that was typed; pass on what a guardian writes or sends to staff.

    What a colleague says who is asked to read something aloud is kept as a recording.
    """
    turn = context.turn
    if await take_typed_code(update, turn) or await take_reading(turn, update):
        return
    if turn.guardian and update.message:
        await handle_question(turn, turn.guardian, update.message)
    elif is_invited(await turn.find_newcomer()):
        await say_to_anybody(turn, update, "cannot-read")
    else:
        await explain(turn, update)


async def handle_record(update: Update, context: TurnContext) -> None:
    """Let a colleague read texts aloud; for everybody else there is no such command."""
    turn = context.turn
    colleague = await staff.find_colleague(turn.session, turn.chat_key)
    if colleague:
        words = " ".join(context.args or ())
        await offer_reading(turn, update, colleague, wanted=words)
    else:
        await handle_anything_else(update, context)
        take_back(turn)


async def take_break(turn: Turn, guardian: Guardian, tapped: Tapped, *, pause_weeks: int) -> None:
    """Take a break of some weeks; it ends by itself."""
    weeks = turn.catalogue.programme.weeks
    until = await snooze(turn.session, guardian, pause_weeks=pause_weeks, weeks=weeks, now=turn.now)
    language = guardian.language
    day = turn.catalogue.words_in(language).day(until, guardian.zone)
    offered = offer_break(turn.catalogue, "break-until", language=language, day=day)
    shown = with_menu(turn.catalogue, offered, language=language)
    turn.show(tapped, shown, note="note-saved")


async def choose_language(turn: Turn, guardian: Guardian, language: str, tapped: Tapped) -> None:
    """Speak another language from now on, in what is queued too."""
    if language not in turn.catalogue.programme.languages:
        return
    if guardian.language != language:
        await guardians.record_language(turn.session, guardian, language)
        await events.record_event(
            turn.session, EventKind.LANGUAGE, guardian_id=id_of(guardian), now=turn.now
        )
    turn.show(tapped, say_with_menu(turn.catalogue, "language-chosen", language=language))
