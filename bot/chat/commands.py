"""What commands do: break, go on, language, stop, help; and what is said to anything else."""

from telegram import Update

from bot.catalogue.notices import offer_languages, offer_resume, say
from bot.chat import replies
from bot.chat.turns import Turn, TurnContext
from bot.core.actions import Purpose
from bot.core.messages import OutgoingMessage
from bot.delivery.planning import plan_return
from bot.store import deliveries, events, guardians
from bot.store.tables import ConsentAnswer, EventKind, Guardian, GuardianState, id_of

COMMANDS = ("pause", "resume", "language", "stop", "help")


async def handle_pause(update: Update, context: TurnContext) -> None:
    """Take a break: nothing is sent, what is queued included, until the guardian goes on."""
    turn = context.turn
    guardian = await find_guardian_or_explain(turn, update)
    if guardian is None:
        return
    if guardian.state is GuardianState.ACTIVE:
        await leave(turn, guardian, GuardianState.PAUSED, EventKind.PAUSED)
    turn.reply(replies.say(offer_resume(turn.catalogue, "paused", language=guardian.language)))


async def handle_stop(update: Update, context: TurnContext) -> None:
    """Stop for good: consent to messages is withdrawn; a newcomer is forgotten at once."""
    turn = context.turn
    newcomer = await turn.find_newcomer()
    if newcomer:
        await guardians.forget_newcomer(turn.session, newcomer)
    guardian = await find_guardian_or_explain(turn, update)
    if guardian is None:
        return
    if guardian.state is not GuardianState.STOPPED:
        await leave(turn, guardian, GuardianState.STOPPED, EventKind.STOPPED)
        await record_messages(turn, guardian, ConsentAnswer.WITHDRAWN)
    turn.reply(replies.say(offer_resume(turn.catalogue, "stopped", language=guardian.language)))


async def leave(turn: Turn, guardian: Guardian, state: GuardianState, event: EventKind) -> None:
    """End what a guardian has queued, and note why."""
    await guardians.record_state(turn.session, guardian, state)
    await deliveries.skip_open(turn.session, id_of(guardian), reason=state, now=turn.now)
    await events.record_event(turn.session, event, guardian_id=id_of(guardian), now=turn.now)


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
        await guardians.record_state(turn.session, guardian, GuardianState.ACTIVE)
        await events.record_event(
            turn.session, EventKind.RESUMED, guardian_id=id_of(guardian), now=turn.now
        )
    weeks = turn.catalogue.programme.weeks
    next_at = await plan_return(turn.session, guardian, weeks=weeks, now=turn.now)
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


async def handle_help(update: Update, context: TurnContext) -> None:
    """Say what the bot can do."""
    await say_to_anybody(context.turn, update, "help")


async def handle_anything_else(update: Update, context: TurnContext) -> None:
    """Say what is understood, to whoever writes or sends something else."""
    turn = context.turn
    if await turn.find_guardian() or await turn.find_newcomer():
        await say_to_anybody(turn, update, "cannot-read")
    else:
        await say_to_anybody(turn, update, "no-card")


async def find_guardian_or_explain(turn: Turn, update: Update) -> Guardian | None:
    """Look up the guardian; tell anybody else how to begin."""
    guardian = await turn.find_guardian()
    if guardian is None:
        await say_to_anybody(turn, update, "no-card")
    return guardian


async def say_to_anybody(turn: Turn, update: Update, key: str) -> None:
    """Say one short string in the language of whoever asks."""
    language = await turn.find_language(update)
    turn.reply(replies.say(say(turn.catalogue, key, language=language)))
