"""A colleague reads texts aloud: invited once, asked one by one, kept beside each text."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import staff
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.reading.parsing import Findings, parse_page
from bot.catalogue.reading.recordings import spoken_hash, spoken_parts
from bot.catalogue.shown.reading_aloud import Passage, list_lacking, list_passages
from bot.chat.codes import ATTEMPTS_OF_CHAT
from bot.core.codes import parse_code
from bot.errors import BotError
from bot.sandbox.records import ChatMessage, Fault
from bot.store.tables import CodeAttempt, Newcomer, Question, StaffChat, StaffInvitation
from tests.shipped import ROOT, shipped_catalogue
from tests.town import Phone, Town
from tests.voice_notes import make_voice_note

pytestmark = pytest.mark.anyio
DANISH, ARABIC = (list_passages(shipped_catalogue(), each) for each in ("da", "ar"))
OVER = "Denne invitation er brugt, eller også er den udløbet."
SLIP = "Et tegn i koden passer ikke"


def lay_out_content(town: Town) -> None:
    """Put the content where the town keeps its recordings."""
    shutil.copytree(ROOT / "content", town.recordings)


async def invite(town: Town) -> str:
    """Invite a colleague; give the code."""
    invited = await staff.invite(town.settings, days=7, clock=town.clock)
    assert invited.link.startswith("https://t.me/kuffert_demo_bot?start=")
    assert parse_code(invited.typed) == invited.link.split("=")[1]
    return parse_code(invited.typed)


async def registered(town: Town, *, language: str = "da") -> Phone:
    """A colleague's phone."""
    phone = town.phone("Chen", language)
    await phone.start(await invite(town))
    await town.settle()
    return phone


async def speak(phone: Phone, note: bytes, **more: object) -> ChatMessage:
    """Send a voice note; give what comes back once all of it is done."""
    await phone.attach("voice", note, **more)
    await phone.town.settle()
    return phone.last


async def press(phone: Phone, step: str) -> ChatMessage:
    """Press a button of the last message; give what comes."""
    await phone.tap(phone.last, next(each for each in phone.last.actions() if step in each))
    return phone.last


def place_of(town: Town, passage: Passage) -> Path:
    """Give the file of a passage's recording."""
    return town.recordings.parent / f"{passage.folder}/audio/{passage.key}.ogg"


async def test_a_colleague_is_asked_text_by_text_and_each_voice_note_lands_beside_its_text(
    town: Town,
) -> None:
    lay_out_content(town)
    phone = await registered(town)
    notes = [make_voice_note(f"note {number}") for number in range(3)]

    offer = await phone.write("/record")
    assert f"Dansk: {len(DANISH)} tekster mangler" in offer.text
    asked = await press(phone, "read-in:da")
    assert f"dansk: 1 af {len(DANISH)}" in asked.text
    assert DANISH[0].title in asked.text
    assert "{{" not in asked.text
    played = await speak(phone, notes[0])
    assert played.media
    assert played.media.kind == "voice"
    assert town.sandbox.contents[played.media.digest] == notes[0]
    assert DANISH[0].title in played.text
    assert f"2 af {len(DANISH)}" in (await press(phone, "step:next")).text
    await speak(phone, notes[1])

    assert place_of(town, DANISH[0]).read_bytes() == notes[0]
    assert place_of(town, DANISH[1]).read_bytes() == notes[1]
    catalogue = load_catalogue(read_folder(town.recordings, ROOT / "locales"))
    assert [each.folder for each in catalogue.activities.values() if each.audio.get("da")] == [
        each.folder
        for each in catalogue.activities.values()
        if each.folder in (DANISH[0].folder, DANISH[1].folder)
    ]
    recorded = place_of(town, DANISH[0]).with_name("recorded.yaml").read_text()
    assert recorded == f'da: {{text: "{hash_on_disk(town, DANISH[0])}", on: 2026-09-07}}\n'
    (colleague,) = await town.rows(StaffChat)
    assert colleague.recorded_at == town.clock.now()
    assert (await staff.list_colleagues(town.settings))[0].endswith("last recorded 2026-09-07")
    assert await town.rows(Question) == []


def hash_on_disk(town: Town, passage: Passage) -> str:
    """Name an activity's words as the check does, from its file."""
    text = (town.recordings.parent / f"{passage.folder}/{passage.language}.md").read_text()
    sections = ("why", "do", "grow", "easier", "harder")
    page = parse_page(text, "", Findings(), keys=(), sections=sections)
    assert page
    return spoken_hash(spoken_parts(page))


async def test_again_throws_away_next_goes_on_skipped_ones_come_last_and_stop_ends(
    town: Town,
) -> None:
    lay_out_content(town)
    phone = await registered(town, language="ar")
    story = [each for each in ARABIC if each.folder == ARABIC[-1].folder]
    for each in ARABIC[: -len(story)]:  # all but the last story is recorded by somebody else
        town.runtime.inbox.desk.recordings.keep(  # type: ignore[union-attr]
            each.folder, each.key, make_voice_note(), text=each.hash, on=town.clock.now().date()
        )
    first = await phone.write("/record العربية")
    assert "⁨1⁩ من" in first.text
    assert ARABIC[-1].title in first.text

    await speak(phone, make_voice_note("bad"))
    assert place_of(town, story[0]).exists()
    again = await phone.write("إعادة")
    assert again.text == first.text
    assert not place_of(town, story[0]).exists()
    await speak(phone, make_voice_note("good"))
    played = phone.last
    await press(phone, "step:next")
    assert await town.rows(CodeAttempt) == []
    await phone.tap_stale(played, next(each for each in played.actions() if "next" in each))
    skipped = phone.last.text  # the tap on what is past changed nothing
    assert "⁨2⁩ من" in skipped
    for _ in story[1:]:
        await press(phone, "step:skip")

    assert "كان هذا آخر نص." in phone.last.text
    assert (await press(phone, "read-in:ar")).text.split("\n")[1:] == skipped.split("\n")[1:]
    assert place_of(town, story[0]).read_bytes() == make_voice_note("good")
    stopped = await phone.write("stop")
    assert "/record" in stopped.text
    after = await speak(phone, make_voice_note("to nobody"))
    assert "أنتم مسجّلون" in after.text
    assert len(list(place_of(town, story[0]).parent.glob("*.ogg"))) == 1


async def test_a_network_in_trouble_an_update_that_comes_twice_and_a_changed_text_do_no_harm(
    town: Town,
) -> None:
    lay_out_content(town)
    phone = await registered(town)
    await phone.write("/record da")
    town.clock.move_to(town.clock.now() + timedelta(hours=5))
    (colleague,) = await town.rows(StaffChat)
    async with town.store.database.writing() as session:  # the text was another when it was shown
        colleague.asked_hash = "0" * 16
        session.add(colleague)

    town.sandbox.faults.append(Fault("status", "getFile", times=1))
    count = len(phone.from_bot)
    update_id = town.sandbox.attach(phone.person.id, "voice", make_voice_note("a"), "v.oga")
    await town.wait_for(lambda: not town.sandbox.faults)
    while len(phone.from_bot) == count:  # the network gave an error: it is tried again
        await town.skip(seconds=5)
    town.sandbox.repeat_update(update_id)
    await town.settle()

    assert len(phone.from_bot) == count + 1
    assert "Teksten er ændret" in phone.last.text
    recordings = town.runtime.inbox.desk.recordings
    assert recordings
    assert recordings.read()[DANISH[0].folder] == {"da": "0" * 16}
    assert list_lacking(DANISH, recordings.read()) == DANISH
    assert DANISH[0].title in (await press(phone, "step:next")).text


async def test_what_is_no_voice_note_is_refused_with_a_sentence_and_nothing_is_kept(
    town: Town,
) -> None:
    lay_out_content(town)
    phone = await registered(town)
    await phone.write("/record dansk")
    picture = (ROOT / "content/stories/red-suitcase").glob("*.png")
    audio = {"file_id": "a", "file_unique_id": "a", "duration": 9, "mime_type": "audio/mpeg"}

    waits = "Jeg venter på en talebesked"
    assert waits in (await phone.attach("photo", next(picture).read_bytes())).text
    assert waits in (await phone.attach("document", b"ID3")).text
    assert waits in (await phone.attach("video", b"mp4")).text
    assert waits in (await phone.send(audio=audio)).text
    assert waits in (await phone.write("Hvad skal jeg?")).text
    assert "kortere end to sekunder" in (await speak(phone, make_voice_note(seconds=1))).text
    assert "fem minutter" in (await speak(phone, make_voice_note(seconds=301))).text
    assert "megabyte" in (await speak(phone, bytes(1_000_001), seconds=20)).text
    assert "ikke en hel talebesked" in (await speak(phone, b"OggS" * 9, seconds=9)).text
    torn = make_voice_note("torn")[:-1]
    assert "ikke en hel talebesked" in (await speak(phone, torn, seconds=9)).text
    assert list(town.recordings.rglob("audio/*")) == []
    shutil.rmtree(town.recordings)
    assert "Der kan ikke skrives i indholdsmappen" in (await speak(phone, make_voice_note())).text
    assert {each.split(":")[1] for each in phone.last.actions()} == {"skip", "stop"}

    lay_out_content(town)
    assert "Gemt" in (await speak(phone, make_voice_note())).text


async def test_an_invitation_registers_one_chat_once_and_only_while_it_lasts(town: Town) -> None:
    code, late = await invite(town), await invite(town)
    chen, bashir = town.phone("Chen", "da"), town.phone("Bashir", "da")

    assert "Du er registreret" in (await chen.start(code)).text
    assert "Du er registreret" in (await chen.write(code)).text
    assert OVER in (await bashir.start(code)).text
    assert "Du er registreret" in (await chen.start(late)).text  # it stays for somebody else
    assert [each.used_at is None for each in await town.rows(StaffInvitation)] == [False, True]
    town.clock.move_to(town.clock.now() + timedelta(days=7))
    assert OVER in (await bashir.start(late)).text
    assert len(await town.rows(StaffChat)) == 1
    assert await town.rows(Newcomer) == []
    for _ in range(ATTEMPTS_OF_CHAT):
        assert SLIP in (await bashir.start("7" * 11)).text
    waiting = await bashir.start(await invite(town))
    assert "en time" in waiting.text
    assert len(await town.rows(StaffChat)) == 1


async def test_a_parent_who_sends_record_sees_an_unknown_command_and_nothing_else(
    town: Town,
) -> None:
    parent, stranger = town.phone(), town.phone("Bashir", "da")
    await parent.join(await town.card())
    await stranger.start()

    unknown = [(await parent.write(each)).text for each in ("/recorded", "/record", "/record da")]
    explained = [(await stranger.write(each)).text for each in ("/recorded", "/record")]
    await town.settle()

    assert len(set(unknown)) == len(set(explained)) == 1
    commands = town.sandbox.commands
    assert not any(each["command"] == "record" for listed in commands.values() for each in listed)


async def test_a_colleague_who_is_a_parent_stays_one_and_a_removed_one_is_a_parent_alone(
    town: Town,
) -> None:
    lay_out_content(town)
    phone = town.phone()
    await phone.join(await town.card())
    count = len(await town.deliveries())
    await phone.start(await invite(town))
    await town.settle()
    own = f"chat:{phone.person.id}"
    assert [each["command"] for each in town.sandbox.commands[own]][:2] == ["record", "menu"]
    assert len(await town.deliveries()) == count

    # a voice note is a question, unless a text was just asked for
    await speak(phone, make_voice_note("question"))
    assert len(await town.rows(Question)) == 1
    await phone.write("/record da")
    await phone.write("/menu")
    await speak(phone, make_voice_note("recording"))
    assert len(await town.rows(Question)) == 1
    await phone.write("/ask")
    await speak(phone, make_voice_note("question"))
    assert len(await town.rows(Question)) == 2
    await phone.write("/record da")
    town.clock.move_to(town.clock.now() + timedelta(hours=2))
    await speak(phone, make_voice_note("question"))
    assert len(await town.rows(Question)) == 3
    assert len(list(town.recordings.rglob("audio/*.ogg"))) == 1

    await staff.remove(town.settings, 1)
    with pytest.raises(BotError, match="There is no colleague 1"):
        await staff.remove(town.settings, 1)
    assert "Den kommando kender jeg ikke" in (await phone.write("/record")).text
    await town.settle()
    assert own not in town.sandbox.commands


async def test_a_colleague_sees_the_registration_and_may_be_forgotten_and_come_back(
    town: Town,
) -> None:
    phone = await registered(town)
    town.sandbox.write(phone.person.id, "/mydata")
    await town.settle()
    page, file = (
        town.sandbox.contents[each.media.digest].decode()
        for each in phone.from_bot[-2:]
        if each.media
    )
    assert "kollega, der læser højt" in page
    assert '"registered_at"' in file

    await phone.tap(await phone.write("/forget"), "forget-surely")
    assert await town.rows(StaffChat) == []
    assert f"chat:{phone.person.id}" not in town.sandbox.commands
    town.clock.move_to(town.clock.now() + timedelta(minutes=1))

    assert "Du er registreret" in (await phone.start(await invite(town))).text
    assert len(await town.rows(StaffChat)) == 1
