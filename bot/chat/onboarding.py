"""From a card to the first activity: open the link, say yes, and it comes."""

from telegram import Update

from bot.catalogue.notices import offer_resume, render_welcome, say
from bot.chat import replies
from bot.chat.replies import Note
from bot.chat.turns import CHAT, Turn, TurnContext
from bot.core.actions import Purpose
from bot.core.cadence import Rhythm
from bot.core.codes import is_card_code, parse_code
from bot.delivery.planning import come_back, plan_start
from bot.store import cards, centres, events, guardians, histories
from bot.store.columns import id_of
from bot.store.states import ConsentAnswer, EventKind, GuardianState
from bot.store.tables import Card, Guardian, Newcomer

CARD = "card"  # what a card's code is hashed as


async def handle_start(update: Update, context: TurnContext) -> None:
    """Open the card whose link was followed; greet whoever comes without one."""
    turn = context.turn
    guardian = turn.guardian
    code = parse_code(context.args[0]) if context.args else ""
    if code:
        await open_card(turn, code, guardian=guardian, language=await turn.find_language(update))
    elif guardian:
        await greet_again(turn, guardian)
    else:
        await greet_without_card(turn, language=await turn.find_language(update))


async def greet_again(turn: Turn, guardian: Guardian) -> None:
    """Greet a guardian who pressed START again."""
    language = guardian.language
    if guardian.state is GuardianState.ACTIVE:
        turn.reply(replies.say(say(turn.catalogue, "joined-already", language=language)))
        return
    turn.reply(replies.say(offer_resume(turn.catalogue, "paused", language=language)))


async def greet_without_card(turn: Turn, *, language: str) -> None:
    """Repeat a newcomer's first message; tell anybody else where cards come from."""
    newcomer = await turn.find_newcomer()
    if newcomer:
        turn.reply(replies.say(render_welcome(turn.catalogue, language=newcomer.language)))
        return
    turn.reply(replies.say(say(turn.catalogue, "no-card", language=language)))


async def open_card(turn: Turn, code: str, *, guardian: Guardian | None, language: str) -> None:
    """Show the first message of a card, or say why it cannot be opened."""
    card = await find_card(turn, code)
    if card is None or card.revoked_at:
        key = "card-revoked" if card else "card-unknown"
        turn.reply(replies.say(say(turn.catalogue, key, language=language)))
        return
    await cards.record_opened(turn.session, card, now=turn.now)
    if guardian and guardian.state is GuardianState.ACTIVE:
        await join_another(turn, guardian, card)
        return
    newcomer = await guardians.record_newcomer(
        turn.session,
        turn.chat_key,
        card_id=id_of(card),
        language=guardian.language if guardian else first_language(turn, card),
        now=turn.now,
    )
    await events.record_event(
        turn.session, EventKind.OPENED, guardian_id=None, child_id=card.child_id, now=turn.now
    )
    turn.reply(replies.say(render_welcome(turn.catalogue, language=newcomer.language)))


def first_language(turn: Turn, card: Card) -> str:
    """Give the card's language, or the programme's where it is no longer spoken."""
    programme = turn.catalogue.programme
    return card.language if card.language in programme.languages else programme.language


async def find_card(turn: Turn, code: str) -> Card | None:
    """Look up a card by its code."""
    if not is_card_code(code):
        return None
    code_key = turn.desk.sealer.keyed_hash(code, purpose=CARD)
    return await cards.find_card(turn.session, code_key)


async def join_another(turn: Turn, guardian: Guardian, card: Card) -> None:
    """Add one more child to a guardian who is with us already."""
    is_new = await add_child(turn, guardian, card)
    key = "joined-child" if is_new else "joined-already"
    turn.reply(replies.say(say(turn.catalogue, key, language=guardian.language)))


async def choose_first_language(turn: Turn, language: str, *, message_id: int) -> None:
    """Show the first message in another language."""
    newcomer = await turn.find_newcomer()
    if newcomer is None or language not in turn.catalogue.programme.languages:
        return
    newcomer.language = language
    turn.session.add(newcomer)
    welcome = render_welcome(turn.catalogue, language=language)
    turn.reply(replies.edit(message_id, welcome))


async def join(turn: Turn, *, callback_id: str, message_id: int) -> None:
    """Make a newcomer a guardian: consent to messages, and the first activity at once."""
    newcomer = await turn.find_newcomer()
    turn.reply(Note(callback_id))
    if newcomer:
        turn.guardian = await welcome(turn, newcomer, turn.guardian)
    if turn.guardian:
        joined = say(turn.catalogue, "joined", language=turn.guardian.language)
        turn.reply(replies.edit(message_id, joined))


async def welcome(turn: Turn, newcomer: Newcomer, guardian: Guardian | None) -> Guardian:
    """Take a newcomer in, or back."""
    card = await cards.get_card(turn.session, newcomer.card_id)
    was_away = guardian is not None
    if guardian is None:
        guardian = await add_guardian(turn, newcomer, card)
    await guardians.record_language(turn.session, guardian, newcomer.language)
    await guardians.forget_newcomer(turn.session, newcomer)
    await guardians.record_consent(
        turn.session,
        guardian,
        purpose=Purpose.MESSAGES,
        answer=ConsentAnswer.GIVEN,
        version=turn.catalogue.programme.consent,
        now=turn.now,
    )
    if was_away:
        weeks = turn.catalogue.programme.weeks
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
    await add_child(turn, guardian, card)
    return guardian


async def add_guardian(turn: Turn, newcomer: Newcomer, card: Card) -> Guardian:
    """Add a guardian with the rhythm of the programme, in the zone of the centre."""
    child = await centres.get_child(turn.session, card.child_id)
    centre = await centres.get_centre_of(turn.session, child)
    programme = turn.catalogue.programme
    rhythm = Rhythm(
        zone=centre.zone,
        days=programme.days,
        hour=programme.hour,
        quiet_from=programme.quiet.from_hour,
        quiet_until=programme.quiet.until_hour,
    )
    guardian = await guardians.add_guardian(
        turn.session,
        turn.chat_key,
        chat_sealed=turn.desk.sealer.seal(turn.address, bound_to=CHAT),
        language=newcomer.language,
        rhythm=rhythm,
        now=turn.now,
    )
    await histories.record_setting(turn.session, guardian, now=turn.now)
    return guardian


async def add_child(turn: Turn, guardian: Guardian, card: Card) -> bool:
    """Tie a guardian to a card's child and plan the first activity; False when tied before."""
    if await guardians.find_pair(turn.session, id_of(guardian), card.child_id):
        return False
    child = await centres.get_child(turn.session, card.child_id)
    await guardians.add_pair(turn.session, guardian, child, now=turn.now)
    await plan_start(turn.session, guardian, child, now=turn.now)
    await events.record_event(
        turn.session,
        EventKind.JOINED,
        guardian_id=id_of(guardian),
        child_id=card.child_id,
        now=turn.now,
    )
    turn.calls_sender = True
    return True
