"""What a tap does: its button's action is told apart, and whoever knows it acts."""

from telegram import Message, Update

from bot.catalogue.shown.notices import ask_consent
from bot.chat.answers import record_able, record_answer, record_plan, record_wish
from bot.chat.asking import choose_reason, invite, stay, stop_child, tell_gone
from bot.chat.commands import choose_language, record_stop_reason, resume, stop, take_break
from bot.chat.consents import ask_next, record_choice, renew
from bot.chat.families import move_in, record_age, stay_another
from bot.chat.home import act_in_menu
from bot.chat.onboarding import choose_first_language, join
from bot.chat.recording import ReadingTapped, act_on_reading
from bot.chat.replies import Note
from bot.chat.rights import RightTapped, act_on_right
from bot.chat.turns import Tapped, Turn, TurnContext
from bot.core.actions import (
    AbleTapped,
    Action,
    AgeTapped,
    AnotherPersonTapped,
    AnswerTapped,
    AskTapped,
    ChildGoneTapped,
    ConsentChangeTapped,
    ConsentTapped,
    GoneTapped,
    JoinTapped,
    LanguageTapped,
    LeavingTapped,
    NewcomerLanguageTapped,
    NewPhoneTapped,
    OldPhoneTapped,
    Purpose,
    RenewTapped,
    ResumeTapped,
    SnoozeTapped,
    StayTapped,
    StopReasonTapped,
    StopTapped,
    TryTapped,
    WishTapped,
    parse_action,
)
from bot.core.cadence import LONGEST_BREAK_WEEKS
from bot.store.states import GuardianState
from bot.store.tables import Guardian


async def handle_tap(update: Update, context: TurnContext) -> None:
    """Do what a button says; one that says nothing any more is answered all the same."""
    turn, query = context.turn, update.callback_query
    if query is None or query.message is None:
        return
    message = query.message
    has_file = bool(message.effective_attachment) if isinstance(message, Message) else None
    tapped = Tapped(query.id, message.message_id, has_file=has_file)
    action = parse_action(query.data or "")
    if isinstance(action, RightTapped):
        language = await turn.find_language(update)
        await act_on_right(turn, action, tapped, language=language)
    elif isinstance(action, ReadingTapped):
        await act_on_reading(turn, update, action, tapped)
    else:
        await act(turn, action, tapped)
    if not any(isinstance(reply, Note) for reply in turn.replies):
        language = await turn.find_language(update)
        turn.reply(Note(query.id, turn.tell("note-sent-before", language)))


async def act(turn: Turn, action: Action | None, tapped: Tapped) -> None:
    """Tell the actions apart; those of a guardian need one."""
    match action:
        case JoinTapped():
            await join(turn, action, tapped)
        case NewcomerLanguageTapped(language):
            await choose_first_language(turn, language, tapped)
        case None:
            return
        case _:
            if turn.guardian and may_act(turn.guardian, action):
                await act_as_guardian(turn, turn.guardian, action, tapped)


def may_act(guardian: Guardian, action: Action) -> bool:
    """Say whether a guardian's button still acts; of a chat that was let go, consent alone."""
    is_consent = isinstance(action, ConsentTapped | ConsentChangeTapped)
    return is_consent or guardian.state is not GuardianState.MOVED


async def act_as_guardian(turn: Turn, guardian: Guardian, action: Action, tapped: Tapped) -> None:
    """Do what a guardian's button says."""
    match action:
        case AnswerTapped(delivery_id, answer):
            await record_answer(turn, guardian, tapped, delivery_id=delivery_id, answer=answer)
        case WishTapped(delivery_id, wish):
            await record_wish(turn, guardian, tapped, delivery_id=delivery_id, wish=wish)
        case AbleTapped(delivery_id, able):
            await record_able(turn, guardian, tapped, delivery_id=delivery_id, able=able)
        case TryTapped(delivery_id, when):
            await record_plan(turn, guardian, tapped, delivery_id=delivery_id, when=when)
        case SnoozeTapped(weeks) if 1 <= weeks <= LONGEST_BREAK_WEEKS:
            await take_break(turn, guardian, tapped, pause_weeks=weeks)
        case StopTapped():
            turn.show(tapped, await stop(turn, guardian))
        case ResumeTapped():
            turn.show(tapped, await resume(turn, guardian))
        case LanguageTapped(language):
            await choose_language(turn, guardian, language, tapped)
        case AgeTapped(child_id, band):
            await record_age(turn, guardian, tapped, child_id=child_id, band=band)
        case AnotherPersonTapped():
            await stay_another(turn, guardian, tapped)
        case NewPhoneTapped():
            await move_in(turn, guardian, tapped)
        case OldPhoneTapped(guardian_id):
            await move_in(turn, guardian, tapped, old_id=guardian_id)
        case StopReasonTapped(reason):
            turn.show(tapped, await record_stop_reason(turn, guardian, reason), note="note-saved")
        case RenewTapped():
            turn.show(tapped, await renew(turn, guardian, action), note="note-saved")
        case ConsentTapped():
            await record_choice(turn, guardian, action)
            shown = await ask_next(turn, guardian, action.purpose)
            turn.show(tapped, shown, note="note-saved")
        case ConsentChangeTapped():
            language = guardian.language
            turn.show(tapped, ask_consent(turn.catalogue, Purpose.LINKING, language=language))
        case _:
            await act_on_asking(turn, guardian, action, tapped)


async def act_on_asking(turn: Turn, guardian: Guardian, action: Action, tapped: Tapped) -> None:
    """Do what a guardian's button says about questions, and about a child who is gone."""
    match action:
        case AskTapped():
            turn.reply(Note(tapped.callback_id))
            await invite(turn, guardian)
        case GoneTapped():
            tell_gone(turn, guardian, tapped)
        case LeavingTapped(reason):
            await choose_reason(turn, guardian, reason, tapped)
        case ChildGoneTapped(child_id, reason):
            await stop_child(turn, guardian, tapped, child_id=child_id, reason=reason)
        case StayTapped():
            stay(turn, guardian, tapped)
        case _:
            await act_in_menu(turn, guardian, action, tapped)
