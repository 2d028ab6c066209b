"""The menu: everything that a family can see and do by buttons, on one message that changes."""

from dataclasses import replace

from telegram import Update

from bot.catalogue.shown.menus import ask_whom_to_invite, render_home, say_with_menu, with_menu
from bot.chat import replies
from bot.chat.answers import play, record_answer, record_plan, record_wish
from bot.chat.certificates import award
from bot.chat.explaining import find_staying_or_explain
from bot.chat.inviting import invite, may_invite
from bot.chat.materials import act_on_materials, open_shelf
from bot.chat.readers import find_reader
from bot.chat.replies import Note
from bot.chat.rights import tell_kept
from bot.chat.settings import draw_setting, look_ahead
from bot.chat.turns import Tapped, Turn, TurnContext
from bot.chat.weeks import draw_week, draw_weeks, show_touch
from bot.core.actions import (
    Action,
    AgainTapped,
    Answer,
    CertificateTapped,
    InviteTapped,
    ListenTapped,
    MenuBelowTapped,
    MenuTapped,
    Screen,
    WeekTapped,
    When,
    Wish,
)
from bot.core.messages import OutgoingMessage
from bot.store.tables import Guardian

SETTINGS = (
    Screen.SETTINGS,
    Screen.DAYS,
    Screen.OFTEN,
    Screen.HOUR,
    Screen.QUIET,
    Screen.ZONE,
    Screen.LANGUAGE,
    Screen.BREAK,
    Screen.ROLE,
)


async def handle_menu(update: Update, context: TurnContext) -> None:
    """Show the menu."""
    turn = context.turn
    guardian = await find_staying_or_explain(turn, update)
    if guardian:
        turn.reply(replies.say(await draw_home(turn, guardian)))


async def draw_home(turn: Turn, guardian: Guardian, *, greeting: str = "") -> OutgoingMessage:
    """Give the menu as it stands now."""
    outlook = await look_ahead(turn, guardian)
    reader = await find_reader(turn, guardian)
    return render_home(
        turn.catalogue,
        outlook,
        language=guardian.language,
        may_invite=outlook.has_children and may_invite(guardian, turn),
        has_two_languages=bool(reader.school),
        greeting=greeting,
    )


async def act_in_menu(turn: Turn, guardian: Guardian, action: Action, tapped: Tapped) -> None:
    """Do what a button of the menu says."""
    match action:
        case MenuTapped(screen):
            shown = await draw_screen(turn, guardian, screen)
            if shown:
                turn.show(tapped, shown)
        case ListenTapped(delivery_id):
            await play(turn, guardian, tapped, delivery_id=delivery_id)
        case CertificateTapped(child_id):
            await award(turn, guardian, tapped, child_id=child_id)
        case WeekTapped(delivery_id):
            await show_touch(turn, guardian, delivery_id, tapped)
        case AgainTapped(delivery_id, said):
            await say_again(turn, guardian, delivery_id, said, replace(tapped, in_menu=True))
        case MenuBelowTapped():
            turn.reply(Note(tapped.callback_id), replies.say(await draw_home(turn, guardian)))
        case InviteTapped(relative):
            await invite(turn, guardian, relative, tapped)
        case _:
            await act_on_materials(turn, guardian, action, tapped)


async def draw_screen(turn: Turn, guardian: Guardian, screen: Screen) -> OutgoingMessage | None:
    """Give a screen of the menu; None for one that is not there."""
    language = guardian.language
    match screen:
        case Screen.HOME:
            return await draw_home(turn, guardian)
        case Screen.WEEK:
            return await draw_week(turn, guardian)
        case Screen.WEEKS:
            return await draw_weeks(turn, guardian)
        case Screen.STORIES | Screen.PRINT:
            return await open_shelf(turn, guardian, screen)
        case Screen.PRIVACY:
            kept = await tell_kept(turn, language=language)
            return with_menu(turn.catalogue, kept, language=language)
        case Screen.INVITE:
            return ask_whom_to_invite(turn.catalogue, language=language)
        case Screen.NOBODY:
            return say_with_menu(turn.catalogue, "invite-nobody", language=language)
        case Screen.TWO_LANGUAGES:
            return say_with_menu(turn.catalogue, "two-languages", language=language)
    return await draw_setting(turn, guardian, screen) if screen in SETTINGS else None


async def say_again(
    turn: Turn, guardian: Guardian, delivery_id: int, said: str, tapped: Tapped
) -> None:
    """Take an answer, a wish or a time to try that was tapped in the menu."""
    if said in [*Answer]:
        answer = Answer(said)
        await record_answer(turn, guardian, tapped, delivery_id=delivery_id, answer=answer)
    elif said in [*Wish]:
        await record_wish(turn, guardian, tapped, delivery_id=delivery_id, wish=Wish(said))
    elif said in [*When]:
        await record_plan(turn, guardian, tapped, delivery_id=delivery_id, when=When(said))
