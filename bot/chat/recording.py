"""A colleague reads texts aloud: one after another is shown, and answered with a voice note.

Where it stands is kept in the database; which texts lack a recording is read from the content
folder each time, so nothing is asked for twice that somebody else has recorded meanwhile.
"""

import asyncio
from datetime import timedelta

from telegram import Message, Update

from bot.catalogue.reading.media import AUDIO_BYTES
from bot.catalogue.shown import studio
from bot.catalogue.shown.reading_aloud import Hashes, Passage, list_lacking, list_passages
from bot.catalogue.shown.studio import Place
from bot.chat import replies
from bot.chat.asking import is_command
from bot.chat.replies import Keep, Note
from bot.chat.turns import Tapped, Turn
from bot.core.actions import ReadInTapped, ReadTapped, Step, StepTapped
from bot.errors import BotError
from bot.store import staff
from bot.store.tables import StaffChat

SHORTEST_SECONDS = 2
LONGEST_SECONDS = 5 * 60
FORGOTTEN_AFTER = timedelta(hours=1)  # so that a guardian's question never becomes a recording

ReadingTapped = ReadTapped | ReadInTapped | StepTapped


async def act_on_reading(turn: Turn, update: Update, action: ReadingTapped, tapped: Tapped) -> None:
    """Do what a colleague's button says, unless it belongs to a text that is past."""
    colleague = await staff.find_colleague(turn.session, turn.chat_key)
    is_past = isinstance(action, StepTapped) and (
        colleague is None or colleague.reads is None or colleague.asked_hash != action.text
    )
    if colleague is None or is_past:
        return
    turn.reply(Note(tapped.callback_id))
    match action:
        case ReadTapped():
            await offer_reading(turn, update, colleague)
        case ReadInTapped(language):
            await offer_reading(turn, update, colleague, wanted=language)
        case StepTapped(step):
            await take_step(turn, update, colleague, step)


async def offer_reading(
    turn: Turn, update: Update, colleague: StaffChat, *, wanted: str = ""
) -> None:
    """Begin to read in a language, or ask in which; what was skipped before comes once more."""
    tongue = studio.find_tongue(turn.catalogue, wanted)
    if turn.desk.recordings is None:
        refuse(turn, update, colleague, "read-nowhere")
    elif tongue is None:
        await choose_tongue(turn, update)
    else:
        colleague.reads, colleague.skipped = tongue, ""
        colleague.texts = len(await list_open(turn, colleague))
        await ask_next(turn, update, colleague)


async def choose_tongue(turn: Turn, update: Update) -> None:
    """Ask in which language somebody reads."""
    recorded = await read_recorded(turn)
    lacking = {
        each: len(list_lacking(list_passages(turn.catalogue, each), recorded))
        for each in turn.catalogue.languages
    }
    language = turn.find_language_of_phone(update)
    turn.reply(replies.say(studio.choose_tongue(turn.catalogue, lacking, language=language)))


async def read_recorded(turn: Turn) -> Hashes:
    """Read which texts the recordings read that there are."""
    recordings = turn.desk.recordings
    return await asyncio.to_thread(recordings.read) if recordings else {}


async def list_open(turn: Turn, colleague: StaffChat) -> list[Passage]:
    """List the texts that lack a recording in a colleague's language, without those skipped."""
    passages = list_passages(turn.catalogue, colleague.reads or "")
    skipped = colleague.skipped.split("\n")
    lacking = list_lacking(passages, await read_recorded(turn))
    return [each for each in lacking if each.name not in skipped]


async def ask_next(turn: Turn, update: Update, colleague: StaffChat) -> None:
    """Ask for the next text; at the end offer what was skipped, or say that all is done."""
    open_ones = await list_open(turn, colleague)
    if open_ones:
        ask(turn, update, colleague, open_ones[0], left=len(open_ones))
        return
    language, tongue = turn.find_language_of_phone(update), colleague.reads or ""
    skipped = len(colleague.skipped.split("\n")) if colleague.skipped else 0
    stop(turn, colleague)
    message = (
        studio.offer_skipped(turn.catalogue, tongue, skipped, language=language)
        if skipped
        else studio.say_complete(turn.catalogue, tongue, language=language)
    )
    turn.reply(replies.say(message))


def ask(turn: Turn, update: Update, colleague: StaffChat, passage: Passage, *, left: int) -> None:
    """Ask for one text."""
    colleague.asked_at, colleague.asked_hash = turn.now, passage.hash
    colleague.asked_folder, colleague.asked_page = passage.folder, passage.page
    colleague.is_recorded = False
    colleague.texts = max(colleague.texts, left)
    turn.session.add(colleague)
    place = Place(colleague.texts - left + 1, colleague.texts)
    language = turn.find_language_of_phone(update)
    shown = studio.show_passage(turn.catalogue, passage, place, language=language)
    turn.reply(*(replies.say(each) for each in shown))


def stop(turn: Turn, colleague: StaffChat) -> None:
    """End the reading."""
    colleague.reads = colleague.asked_hash = None
    colleague.is_recorded = False
    turn.session.add(colleague)


async def take_step(turn: Turn, update: Update, colleague: StaffChat, step: Step) -> None:
    """Go on as somebody wants; without a recording, `next` skips."""
    if step is Step.STOP:
        stop(turn, colleague)
        refuse(turn, update, colleague, "read-stopped")
    elif step is Step.AGAIN:
        await ask_again(turn, update, colleague)
    else:
        if step is Step.SKIP or not colleague.is_recorded:
            name = name_asked(colleague)
            colleague.skipped = f"{colleague.skipped}\n{name}".strip()
        await ask_next(turn, update, colleague)


async def ask_again(turn: Turn, update: Update, colleague: StaffChat) -> None:
    """Throw away the recording that was just made, and ask for the same text once more."""
    recordings, passage = turn.desk.recordings, find_asked(turn, colleague)
    if recordings and colleague.is_recorded:
        folder, key = colleague.asked_folder or "", key_asked(colleague)
        try:
            text = colleague.asked_hash or ""
            await asyncio.to_thread(recordings.discard, folder, key, text=text)
        except BotError:
            refuse(turn, update, colleague, "read-not-kept")
            return
    if passage is None:  # the content changed, and the text is gone
        await ask_next(turn, update, colleague)
        return
    open_ones = await list_open(turn, colleague)
    ask(turn, update, colleague, passage, left=max(len(open_ones), 1))


def find_asked(turn: Turn, colleague: StaffChat) -> Passage | None:
    """Look up the text that is asked for, with the words that it has now."""
    passages = list_passages(turn.catalogue, colleague.reads or "")
    return next((each for each in passages if each.name == name_asked(colleague)), None)


def key_asked(colleague: StaffChat) -> str:
    """Name the recording that is asked for, within its folder."""
    page = f"/{colleague.asked_page}" if colleague.asked_page else ""
    return f"{colleague.reads}{page}"


def name_asked(colleague: StaffChat) -> str:
    """Name the text that is asked for."""
    return f"{colleague.asked_folder}/{key_asked(colleague)}"


# What somebody sends


async def take_reading(turn: Turn, update: Update) -> bool:
    """Take what a colleague sends who is asked to read; False where it is meant for others."""
    message = update.message
    if message is None or is_command(message):
        return False
    colleague = await staff.find_colleague(turn.session, turn.chat_key)
    if colleague is None or not (message.text or message.effective_attachment):
        return False
    if colleague.asked_hash and colleague.reads and not is_left(turn, colleague):
        await take(turn, update, colleague, message)
        return True
    if turn.guardian or await turn.find_newcomer():
        return False
    language = turn.find_language_of_phone(update)
    turn.reply(replies.say(studio.greet(turn.catalogue, language=language)))
    return True


def is_left(turn: Turn, colleague: StaffChat) -> bool:
    """Say whether a guardian has left reading long enough to have something else to say."""
    asked_at = colleague.asked_at
    return bool(turn.guardian and asked_at and turn.now - asked_at > FORGOTTEN_AFTER)


async def take(turn: Turn, update: Update, colleague: StaffChat, message: Message) -> None:
    """Take a voice note or a word; say of anything else what can be sent."""
    step = studio.find_step(turn.catalogue, message.text or "")
    if step:
        await take_step(turn, update, colleague, step)
    elif message.voice is None:
        refuse(turn, update, colleague, "read-what")
    else:
        flaw = find_flaw(message)
        if flaw:
            refuse(turn, update, colleague, flaw)
        else:
            turn.reply(keep(turn, update, colleague, message.voice.file_id))


def find_flaw(message: Message) -> str | None:
    """Say why a voice note cannot be a recording, as far as the network tells."""
    voice = message.voice.to_dict() if message.voice else {}
    if voice["duration"] < SHORTEST_SECONDS:
        return "read-too-short"
    is_too_large = (voice.get("file_size") or 0) > AUDIO_BYTES
    return "read-too-long" if is_too_large or voice["duration"] > LONGEST_SECONDS else None


def keep(turn: Turn, update: Update, colleague: StaffChat, file_id: str) -> Keep:
    """Call for a voice note to be fetched and kept, as a reading of the words that were shown."""
    passage, language = find_asked(turn, colleague), turn.find_language_of_phone(update)
    colleague.asked_at = turn.now
    turn.session.add(colleague)
    words = turn.catalogue.words_in(language)
    return Keep(
        file_id,
        folder=colleague.asked_folder or "",
        key=key_asked(colleague),
        text=colleague.asked_hash or "",
        title=studio.name_passage(words, passage) if passage else "",
        on=turn.now.date().isoformat(),
        language=language,
        is_changed=passage is None or passage.hash != colleague.asked_hash,
    )


def refuse(turn: Turn, update: Update, colleague: StaffChat, key: str) -> None:
    """Say something about the text that is asked for, with what can be done next."""
    text, language = colleague.asked_hash, turn.find_language_of_phone(update)
    if text is None:
        turn.reply(replies.say(studio.offer_to_read(turn.catalogue, key, language=language)))
    else:
        said = studio.refuse(turn.catalogue, key, text=text, language=language)
        turn.reply(replies.say(said))
