"""What commands do: break, go on, language, stop, help; and what is said to anything else."""

from telegram import ChatMember, Update

from bot.catalogue.notices import offer_break, offer_languages, offer_resume, say
from bot.chat import replies
from bot.chat.turns import Turn, TurnContext
from bot.core.actions import Purpose
from bot.core.messages import OutgoingMessage
from bot.delivery.planning import come_back, find_next_at, leave
from bot.store import guardians
from bot.store.states import ConsentAnswer, GuardianState
from bot.store.tables import Guardian

COMMANDS = ("pause", "resume", "language", "stop", "help")


async def handle_pause(update: Update, context: TurnContext) -> None:
    """Take a break: nothing is sent, what is queued included, until the guardian goes on.

    A button then gives the break an end.
    """
    turn = context.turn
    guardian = await find_guardian_or_explain(turn, update)
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
    guardian = await find_guardian_or_explain(turn, update)
    if guardian is None:
        return
    turn.reply(replies.say(await stop(turn, guardian)))


async def stop(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Stop for good, and say how to begin again."""
    if guardian.state is not GuardianState.STOPPED:
        await go_away(turn, guardian, GuardianState.STOPPED)
        await record_messages(turn, guardian, ConsentAnswer.WITHDRAWN)
    return offer_resume(turn.catalogue, "stopped", language=guardian.language)


async def go_away(turn: Turn, guardian: Guardian, state: GuardianState) -> None:
    """End what a guardian has queued, and note why."""
    weeks = turn.catalogue.programme.weeks
    await leave(turn.session, guardian, state, weeks=weeks, now=turn.now)


async def handle_resume(update: Update, context: TurnContext) -> None:
    """Go on after a break, or after a stop."""
    turn = context.turn
    guardian = await find_guardian_or_explain(turn, update)
    if guardian:
        turn.reply(replies.say(await resume(turn, guardian)))


async def resume(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Go on, and say when the next activity comes."""
    was_active = guardian.state is GuardianState.ACTIVE
    if guardian.state is GuardianState.STOPPED:
        await record_messages(turn, guardian, ConsentAnswer.GIVEN)
    if not was_active:
        weeks = turn.catalogue.programme.weeks
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
    next_at = await find_next_at(turn.session, guardian)
    turn.calls_sender = True
    language = guardian.language
    if next_at is None:
        return say(turn.catalogue, "finished", language=language)
    day = turn.catalogue.words_in(language).moment(next_at, guardian.zone)
    key = "not-paused" if was_active else "resumed"
    return say(turn.catalogue, key, language=language, day=day)


async def record_messages(turn: Turn, guardian: Guardian, answer: ConsentAnswer) -> None:
    """Write down consent to messages, given or withdrawn."""
    await guardians.record_consent(
        turn.session,
        guardian,
        purpose=Purpose.MESSAGES,
        answer=answer,
        version=turn.catalogue.programme.consent,
        now=turn.now,
    )


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
    if is_blocked and guardian.state is not GuardianState.STOPPED:
        if guardian.state is not GuardianState.UNREACHABLE:
            await go_away(turn, guardian, GuardianState.UNREACHABLE)
    elif not is_blocked and guardian.state is GuardianState.UNREACHABLE:
        weeks = turn.catalogue.programme.weeks
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
        turn.calls_sender = True


async def handle_help(update: Update, context: TurnContext) -> None:
    """Say what the bot can do."""
    await say_to_anybody(context.turn, update, "help")


async def handle_anything_else(update: Update, context: TurnContext) -> None:
    """Say what is understood, to whoever writes or sends something else."""
    turn = context.turn
    if turn.guardian or await turn.find_newcomer():
        await say_to_anybody(turn, update, "cannot-read")
    else:
        await say_to_anybody(turn, update, "no-card")


async def find_guardian_or_explain(turn: Turn, update: Update) -> Guardian | None:
    """Look up the guardian; tell anybody else how to begin."""
    if turn.guardian is None:
        await say_to_anybody(turn, update, "no-card")
    return turn.guardian


async def say_to_anybody(turn: Turn, update: Update, key: str) -> None:
    """Say one short string in the language of whoever asks."""
    language = await turn.find_language(update)
    turn.reply(replies.say(say(turn.catalogue, key, language=language)))
