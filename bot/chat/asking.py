"""What a parent writes, says or shows goes to staff, sealed; a reply says at once what happens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from telegram import Message, MessageEntity, Update

from bot.catalogue.shown.asking import (
    Family,
    ask_why_gone,
    confirm_question,
    invite_to_ask,
    offer_to_stop,
    say_goodbye,
)
from bot.catalogue.shown.distress import Heard, listen
from bot.catalogue.shown.menus import say_with_menu, with_menu
from bot.catalogue.shown.notices import say
from bot.chat import replies
from bot.chat.explaining import find_guardian_or_explain
from bot.chat.replies import Note
from bot.chat.turns import Tapped, Turn, TurnContext
from bot.core.actions import Leaving
from bot.core.asked import QUESTION, Asked, format_asked, parse_asked
from bot.core.cadence import local_date
from bot.core.siblings import Sibling
from bot.delivery.leaving import let_go
from bot.store import centres, guardians, questions, staff
from bot.store.columns import id_of
from bot.store.states import GuardianState, LeftReason, QuestionKind
from bot.store.tables import Guardian, Question

MOST_A_DAY = 20
ONE_DAY = timedelta(days=1)
EDITABLE = timedelta(days=2)  # as long as Telegram lets people change what they wrote
SILENT = (GuardianState.STOPPED, GuardianState.UNREACHABLE)


async def handle_ask(update: Update, context: TurnContext) -> None:
    """Invite to write or speak; words behind the command are a question already."""
    turn = context.turn
    guardian = await find_guardian_or_explain(turn, update)
    if guardian and update.message and context.args:
        words = (update.message.text or "").split(maxsplit=1)[1]
        asked = replace(read_message(update.message), text=words)
        await ask(turn, guardian, QuestionKind.TEXT, asked)
    elif guardian:
        await invite(turn, guardian)


async def invite(turn: Turn, guardian: Guardian) -> None:
    """Invite to write or speak; a colleague who reads aloud is a guardian again from then on."""
    await staff.stop_reading(turn.session, turn.chat_key)
    has_children = bool(await centres.list_children(turn.session, id_of(guardian)))
    message = invite_to_ask(turn.catalogue, language=guardian.language, has_children=has_children)
    turn.reply(replies.say(message))


async def handle_question(turn: Turn, guardian: Guardian, message: Message) -> None:
    """Pass on words, a voice message or a photo; say of anything else what can be sent."""
    asked = read_message(message)
    if is_command(message):
        turn.reply(replies.say(say(turn.catalogue, "unknown-command", language=guardian.language)))
    elif message.voice or message.photo or message.text:
        await ask(turn, guardian, kind_of(message), asked)
    elif asked.text:  # under something that cannot be passed on stand words that can
        await ask(turn, guardian, QuestionKind.TEXT, asked)
        say_what_can_be_sent(turn, guardian)
    elif message.effective_attachment:  # otherwise Telegram's own word of something that happened
        say_what_can_be_sent(turn, guardian)


def say_what_can_be_sent(turn: Turn, guardian: Guardian) -> None:
    """Say what can be sent to staff."""
    turn.reply(replies.say(say(turn.catalogue, "ask-what", language=guardian.language)))


def is_command(message: Message) -> bool:
    """Say whether a message begins with a command, which none of ours is by now."""
    return any(
        each.type == MessageEntity.BOT_COMMAND and each.offset == 0 for each in message.entities
    )


def kind_of(message: Message) -> QuestionKind:
    """Say how a guardian asks."""
    if message.voice:
        return QuestionKind.VOICE
    return QuestionKind.PHOTO if message.photo else QuestionKind.TEXT


def read_message(message: Message) -> Asked:
    """Read what there is to pass on; of a photo, its largest size."""
    file = message.voice or (message.photo[-1] if message.photo else None)
    return Asked(
        text=message.text or message.caption or "",
        file_id=file.file_id if file else None,
        message_id=message.message_id,
        album=message.media_group_id,
        is_forwarded=message.forward_origin is not None,
    )


async def ask(turn: Turn, guardian: Guardian, kind: QuestionKind, asked: Asked) -> None:
    """Write a question down and say so; of an album, with its first photo.

    Beyond the day's number nothing is written down but what sounds like distress, and the reply
    says so.
    """
    heard = listen(turn.catalogue, asked.text)
    recent = await questions.list_since(turn.session, id_of(guardian), turn.now - ONE_DAY)
    first = find_first_of_album(turn, asked, recent)
    if len(recent) >= MOST_A_DAY and not heard.is_urgent and first is None:
        language = guardian.language
        number = turn.catalogue.words_in(language).number(MOST_A_DAY)
        enough = say(turn.catalogue, "asked-enough", language=language, number=number)
        turn.reply(replies.say(enough))
        return
    is_urgent = heard.is_urgent or (first is not None and first.is_urgent)
    await questions.record_question(
        turn.session,
        guardian,
        kind,
        body_sealed=turn.desk.sealer.seal(format_asked(asked), bound_to=QUESTION),
        is_urgent=is_urgent,
        now=turn.now,
    )
    if first is None or (heard.is_urgent and not first.is_urgent):
        await confirm(turn, guardian, heard)


def find_first_of_album(turn: Turn, asked: Asked, recent: Sequence[Question]) -> Question | None:
    """Look up an earlier photo of the same album."""
    if asked.album is None:
        return None
    return next((each for each in recent if unseal(turn, each).album == asked.album), None)


def unseal(turn: Turn, question: Question) -> Asked:
    """Open a question."""
    return parse_asked(turn.desk.sealer.unseal(question.body_sealed, bound_to=QUESTION))


async def confirm(turn: Turn, guardian: Guardian, heard: Heard) -> None:
    """Say that a question is with staff, and when an answer comes."""
    family = await get_family(turn, guardian)
    can_answer = guardian.state not in SILENT
    turn.reply(replies.say(confirm_question(turn.catalogue, heard, family, can_answer=can_answer)))


async def get_family(turn: Turn, guardian: Guardian) -> Family:
    """Give whom something is said to, and which children are still here."""
    number = id_of(guardian)
    centre = await centres.find_centre_of_guardian(turn.session, number)
    children = await centres.list_children(turn.session, number)
    return Family(
        guardian.language,
        centre.zone if centre else guardian.zone,
        [Sibling(id_of(child), child.birth_month) for child in children],
        local_date(turn.now, guardian.zone),
    )


# What is changed after it was sent


async def handle_edit(update: Update, context: TurnContext) -> None:
    """Take note of changed words; what is changed after an answer is a question of its own.

    A change of anything that was no question is none either.
    """
    turn, message = context.turn, update.edited_message
    if turn.guardian is None or message is None:
        return
    changed = read_message(message)
    question = await find_edited(turn, turn.guardian, changed.message_id)
    if question is None or unseal(turn, question).text == changed.text:
        return
    if question.closed_at:
        await ask(turn, turn.guardian, question.kind, replace(changed, album=None))
    else:
        await record_change(turn, turn.guardian, question, changed)


async def record_change(turn: Turn, guardian: Guardian, question: Question, changed: Asked) -> None:
    """Put changed words in the place of the earlier ones, which are kept beside them."""
    before = unseal(turn, question)
    heard = listen(turn.catalogue, changed.text)
    after = replace(before, text=changed.text, earlier=(*before.earlier, before.text))
    await questions.record_body(
        turn.session,
        question,
        turn.desk.sealer.seal(format_asked(after), bound_to=QUESTION),
        is_urgent=question.is_urgent or heard.is_urgent,
    )
    if heard.is_urgent and not listen(turn.catalogue, before.text).is_urgent:
        await confirm(turn, guardian, heard)


async def find_edited(turn: Turn, guardian: Guardian, message_id: int | None) -> Question | None:
    """Look up the latest question that a message was written as."""
    recent = await questions.list_since(turn.session, id_of(guardian), turn.now - EDITABLE)
    return next((each for each in recent if unseal(turn, each).message_id == message_id), None)


# A child who is gone


def tell_gone(turn: Turn, guardian: Guardian, tapped: Tapped) -> None:
    """Ask what has happened to a child that is no longer here."""
    turn.reply(
        Note(tapped.callback_id),
        replies.say(ask_why_gone(turn.catalogue, language=guardian.language)),
    )


async def choose_reason(turn: Turn, guardian: Guardian, reason: Leaving, tapped: Tapped) -> None:
    """Offer to stop the messages about a child that is gone."""
    family = await get_family(turn, guardian)
    if not family.children:
        alone = say_with_menu(turn.catalogue, "no-child-left", language=guardian.language)
        turn.show(tapped, alone)
        return
    turn.show(tapped, offer_to_stop(turn.catalogue, reason, family))


async def stop_child(
    turn: Turn, guardian: Guardian, tapped: Tapped, *, child_id: int, reason: Leaving
) -> None:
    """Stop the messages about one child of this guardian, for everybody; once is enough.

    Whoever taps is told of the own reason: what another guardian gave is not passed on.
    """
    if await guardians.find_pair(turn.session, id_of(guardian), child_id) is None:
        return
    child = await centres.get_child(turn.session, child_id)
    await let_go(turn.session, child, LeftReason(reason), now=turn.now)
    family = await get_family(turn, guardian)
    goodbye = say_goodbye(turn.catalogue, reason, family)
    if reason is not Leaving.DIED:  # a button would be one thing too many
        goodbye = with_menu(turn.catalogue, goodbye, language=guardian.language)
    turn.show(tapped, goodbye)


def stay(turn: Turn, guardian: Guardian, tapped: Tapped) -> None:
    """Leave everything as it is, and what was said where it stands."""
    turn.reply(Note(tapped.callback_id, turn.tell("note-unchanged", guardian.language)))
