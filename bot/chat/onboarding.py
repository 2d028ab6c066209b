"""From a card to the first activity: open the link or type the code, say yes, and it comes."""

from telegram import Update

from bot.catalogue.shown.menus import say_with_menu
from bot.catalogue.shown.notices import explain_beginning, offer_resume, render_welcome, say
from bot.chat import replies
from bot.chat.codes import Invitation, find_refusal, find_typed_code, open_code
from bot.chat.consents import record_word
from bot.chat.home import draw_home
from bot.chat.registering import register
from bot.chat.turns import CHAT, Tapped, Turn, TurnContext
from bot.chat.waiting import find_latest_first_day
from bot.core.actions import JoinTapped, Purpose
from bot.core.cadence import Rhythm
from bot.core.codes import parse_code
from bot.core.messages import OutgoingMessage
from bot.delivery.planning import come_back, plan_start
from bot.intake.enrolling import enrol
from bot.store import cards, centres, deliveries, events, guardians, histories, posters
from bot.store.columns import id_of
from bot.store.states import ConsentAnswer, EventKind, GuardianState
from bot.store.tables import Card, Child, Guardian, Newcomer, Poster, StaffInvitation
from bot.store.tombstones import Word

BACK = "back again"  # what a chat that was away had queued is not true any more


async def handle_start(update: Update, context: TurnContext) -> None:
    """Open the card whose link was followed; greet whoever comes without one."""
    turn = context.turn
    code = parse_code("".join(context.args or ()))
    language = await turn.find_language(update)
    if code:
        await open_invitation(turn, update, code)
    elif turn.guardian:
        await greet_again(turn, turn.guardian)
    else:
        await greet_without_card(turn, language=language)


async def take_typed_code(update: Update, turn: Turn) -> bool:
    """Open a code that somebody wrote; False where it is no code that was written."""
    text = update.message.text if update.message else None
    code = find_typed_code(turn, text or "")
    if code is None:
        return False
    await open_invitation(turn, update, code)
    return True


async def greet_again(turn: Turn, guardian: Guardian) -> None:
    """Greet a guardian who pressed START again."""
    language = guardian.language
    if guardian.state is GuardianState.ACTIVE:
        turn.reply(replies.say(await greet_active(turn, guardian)))
    elif guardian.state is GuardianState.MOVED:
        turn.reply(replies.say(say(turn.catalogue, "moved-away", language=language)))
    else:
        turn.reply(replies.say(offer_resume(turn.catalogue, "paused", language=language)))


async def greet_active(turn: Turn, guardian: Guardian) -> OutgoingMessage:
    """Show the menu to a guardian who is with us; say so where no child is left."""
    if await centres.list_children(turn.session, id_of(guardian)):
        return await draw_home(turn, guardian, greeting="joined-already")
    return say_with_menu(turn.catalogue, "no-child-left", language=guardian.language)


async def greet_without_card(turn: Turn, *, language: str) -> None:
    """Repeat a newcomer's first message; explain to anybody else what this is."""
    newcomer = await turn.find_newcomer()
    show = render_welcome if is_invited(newcomer) else explain_beginning
    turn.reply(replies.say(show(turn.catalogue, language=language)))


def is_invited(newcomer: Newcomer | None) -> bool:
    """Say whether a newcomer opened a card or a poster; others have only chosen a language."""
    return newcomer is not None and (newcomer.card_id or newcomer.poster_id) is not None


async def open_invitation(turn: Turn, update: Update, code: str) -> None:
    """Show the first message of a card or a poster, or say why it cannot be opened.

    A colleague's invitation registers the chat, and changes nothing for a guardian.
    """
    language = await turn.find_language(update)
    found = await open_code(turn, code, language=language)
    if found is None:
        return
    if isinstance(found, StaffInvitation):
        await register(turn, update, found)
        return
    if isinstance(found, Card):
        await record_opened(turn, found)
    if turn.guardian and turn.guardian.state is GuardianState.ACTIVE:
        await join_another(turn, turn.guardian, found)
        return
    earlier = await turn.find_newcomer()
    newcomer = await guardians.record_newcomer(
        turn.session,
        turn.chat_key,
        card_id=id_of(found) if isinstance(found, Card) else None,
        poster_id=id_of(found) if isinstance(found, Poster) else None,
        language=choose_language(turn, found, earlier, known=language),
        now=turn.now,
    )
    turn.reply(replies.say(render_welcome(turn.catalogue, language=newcomer.language)))


async def record_opened(turn: Turn, card: Card) -> None:
    """Write down that a card was opened."""
    await cards.record_opened(turn.session, card, now=turn.now)
    if turn.guardian and turn.guardian.state is GuardianState.ACTIVE:
        return
    await events.record_event(
        turn.session, EventKind.OPENED, guardian_id=None, child_id=card.child_id, now=turn.now
    )


def choose_language(turn: Turn, found: Invitation, earlier: Newcomer | None, *, known: str) -> str:
    """Choose the first message's language: as chosen before, the card's, or the one that is known.

    What is known is the guardian's, the newcomer's, or the phone's. A card's language gives way
    to one that was tapped: before any card, or under this one.
    """
    if turn.guardian or isinstance(found, Poster):
        return known
    if earlier and (not is_invited(earlier) or earlier.card_id == found.id):
        return known
    programme = turn.catalogue.programme
    return found.language if found.language in programme.languages else programme.language


async def join_another(turn: Turn, guardian: Guardian, found: Invitation) -> None:
    """Add one more child to a guardian who is with us already; a poster names no other child."""
    is_new = False
    if isinstance(found, Card):
        child = await centres.get_child(turn.session, found.child_id)
        is_new = await add_child(turn, guardian, child)
    said = await say_joined(turn, guardian, "joined-child") if is_new else None
    already = say_with_menu(turn.catalogue, "joined-already", language=guardian.language)
    turn.reply(replies.say(said or already))


async def say_joined(turn: Turn, guardian: Guardian, key: str) -> OutgoingMessage:
    """Say that the first activity comes: now, or on the first day of the child's arm."""
    language = guardian.language
    starts_on = await find_latest_first_day(turn, guardian)
    if starts_on is None:
        return say_with_menu(turn.catalogue, key, language=language)
    day = turn.catalogue.words_in(language).date(starts_on)
    return say_with_menu(turn.catalogue, f"{key}-later", language=language, day=day)


async def choose_first_language(turn: Turn, language: str, tapped: Tapped) -> None:
    """Show the first message in another language; one chosen before any card is remembered."""
    if language not in turn.catalogue.programme.languages:
        return
    newcomer = await turn.find_newcomer()
    if newcomer is None and turn.guardian:
        return
    if newcomer is None:
        newcomer = await guardians.record_newcomer(
            turn.session, turn.chat_key, language=language, now=turn.now
        )
    newcomer.language = language
    turn.session.add(newcomer)
    show = render_welcome if is_invited(newcomer) else explain_beginning
    turn.show(tapped, show(turn.catalogue, language=language))


async def join(turn: Turn, shown: JoinTapped, tapped: Tapped) -> None:
    """Make a newcomer a guardian: consent to messages, and the first activity at once.

    The button says which words were shown: the newcomer's language may have changed since.
    """
    newcomer = await turn.find_newcomer()
    found = await find_opened(turn, newcomer)
    if newcomer and found:
        refusal = find_refusal(turn, found)
        if refusal:
            turn.show(tapped, say(turn.catalogue, refusal, language=newcomer.language))
            return
        if shown.language in turn.catalogue.programme.languages:
            newcomer.language = shown.language
        version = shown.version or turn.catalogue.programme.consent
        turn.guardian = await welcome(turn, newcomer, found, version=version)
    if turn.guardian and turn.guardian.state is not GuardianState.MOVED:
        turn.show(tapped, await say_joined(turn, turn.guardian, "joined"))


async def find_opened(turn: Turn, newcomer: Newcomer | None) -> Invitation | None:
    """Give what a newcomer opened, as it stands now."""
    if newcomer and newcomer.card_id:
        return await cards.get_card(turn.session, newcomer.card_id)
    if newcomer and newcomer.poster_id:
        return await posters.get_poster(turn.session, newcomer.poster_id)
    return None


async def welcome(turn: Turn, newcomer: Newcomer, found: Invitation, *, version: str) -> Guardian:
    """Take a newcomer in, or back, who agreed to this version of the consent."""
    guardian = turn.guardian
    child = await find_child(turn, found, guardian)
    was_away = guardian is not None
    if guardian is None:
        guardian = await add_guardian(turn, newcomer, child)
    await guardians.record_language(turn.session, guardian, newcomer.language)
    await guardians.forget_newcomer(turn.session, newcomer)
    word = Word(Purpose.MESSAGES, ConsentAnswer.GIVEN, version, turn.now)
    await record_word(turn, guardian, word, language=newcomer.language)
    if was_away:
        weeks = turn.catalogue.programme.weeks
        await deliveries.skip_open(turn.session, id_of(guardian), reason=BACK, now=turn.now)
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
    await add_child(turn, guardian, child)
    return guardian


async def find_child(turn: Turn, found: Invitation, guardian: Guardian | None) -> Child:
    """Give the child of a card; who comes by a poster brings a new one, unless known already."""
    if isinstance(found, Card):
        return await centres.get_child(turn.session, found.child_id)
    pairs = await guardians.list_pairs(turn.session, id_of(guardian)) if guardian else ()
    if pairs:
        return await centres.get_child(turn.session, pairs[0].child_id)
    centre = await centres.get_centre_numbered(turn.session, found.centre_id)
    return await enrol(turn.session, centre, birth_month=None, now=turn.now, is_open=True)


async def add_guardian(turn: Turn, newcomer: Newcomer, child: Child) -> Guardian:
    """Add a guardian with the rhythm of the programme, in the zone of the centre."""
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


async def add_child(turn: Turn, guardian: Guardian, child: Child) -> bool:
    """Tie a guardian to a child and plan the first activity; False when tied before."""
    child_id = id_of(child)
    if await guardians.find_pair(turn.session, id_of(guardian), child_id):
        return False
    await guardians.add_pair(turn.session, guardian, child, now=turn.now)
    await plan_start(turn.session, guardian, child, now=turn.now)
    await events.record_event(
        turn.session,
        EventKind.JOINED,
        guardian_id=id_of(guardian),
        child_id=child_id,
        now=turn.now,
    )
    turn.calls_sender = True
    return True
