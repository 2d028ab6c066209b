"""What a tap does: its button's action is told apart, and whoever knows it acts."""

from telegram import Update

from bot.catalogue.notices import ask_consent
from bot.chat.answers import record_answer, record_plan, record_wish
from bot.chat.commands import choose_language, record_stop_reason, resume, stop, take_break
from bot.chat.consents import ask_next, record_choice, renew
from bot.chat.onboarding import choose_first_language, join
from bot.chat.replies import Note
from bot.chat.rights import RightTapped, act_on_right
from bot.chat.turns import Tapped, Turn, TurnContext
from bot.core.actions import (
    Action,
    AnswerTapped,
    ConsentChangeTapped,
    ConsentTapped,
    JoinTapped,
    LanguageTapped,
    NewcomerLanguageTapped,
    Purpose,
    RenewTapped,
    ResumeTapped,
    SnoozeTapped,
    StopReasonTapped,
    StopTapped,
    TryTapped,
    WishTapped,
    parse_action,
)
from bot.core.cadence import LONGEST_BREAK_WEEKS
from bot.store.tables import Guardian


async def handle_tap(update: Update, context: TurnContext) -> None:
    """Do what a button says; one that says nothing any more is answered all the same."""
    turn, query = context.turn, update.callback_query
    if query is None or query.message is None:
        return
    tapped = Tapped(query.id, query.message.message_id)
    action = parse_action(query.data or "")
    if isinstance(action, RightTapped):
        language = await turn.find_language(update)
        await act_on_right(turn, action, tapped, language=language)
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
            if turn.guardian:
                await act_as_guardian(turn, turn.guardian, action, tapped)


async def act_as_guardian(turn: Turn, guardian: Guardian, action: Action, tapped: Tapped) -> None:
    """Do what a guardian's button says."""
    match action:
        case AnswerTapped(delivery_id, answer):
            await record_answer(turn, guardian, tapped, delivery_id=delivery_id, answer=answer)
        case WishTapped(delivery_id, wish):
            await record_wish(turn, guardian, tapped, delivery_id=delivery_id, wish=wish)
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
