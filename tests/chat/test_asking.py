"""What a parent writes, says or shows reaches staff, and staff's answer reaches the parent."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.app import inbox
from bot.app.examination import examine_database
from bot.core.asked import QUESTION, Asked, parse_asked
from bot.errors import BotError
from bot.sandbox.records import ChatMessage
from bot.store.states import DeliveryStatus
from bot.store.tables import Card, Child, Newcomer, Pair, Question
from tests.town import ROOT, Phone, Town

pytestmark = pytest.mark.anyio
PICTURE = (ROOT / "content/activities/because-chain/picture.png").read_bytes()
VOICE = b"OggS" + bytes(40)


@dataclass(frozen=True)
class Tongue:
    """What is written and read in one language."""

    code: str
    question: str
    answered_within: str
    distress: str
    help_line: str
    died: str
    moved: str
    so_sorry: str
    staff: str


DANISH = Tongue(
    code="da",
    question="Må vi lave legen på somali <b>også</b>?",
    answered_within="Der kommer et svar her inden for 2 arbejdsdage.",
    distress="Jeg kan ikke mere, og min mand SLAAR mig",
    help_line="1888, hele døgnet",
    died="Min lille søn er død.",
    moved="Vi er flyttet til Odense",
    so_sorry="Det gør mig meget ondt.",
    staff="Svar fra børnehaveprogrammet:",
)
ARABIC = Tongue(
    code="ar",
    question="هل نلعب بالصومالية <b>أيضًا</b>؟",
    answered_within="يصلكم جواب هنا خلال يومي عمل.",
    distress="أُريدُ أنْ أمُوت",
    help_line="\u206670 201 201\u2069",
    died="ابنتي الصغيرة ماتت",
    moved="انتقلنا إلى مدينة أخرى",
    so_sorry="أشعر بحزن شديد من أجلكم.",
    staff="جواب من برنامج الروضة:",
)
TONGUES = pytest.mark.parametrize("tongue", [DANISH, ARABIC], ids=lambda each: each.code)


async def join(town: Town, language: str = "da") -> Phone:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    return phone


async def opened(town: Town) -> list[Asked]:
    """Open every question, as staff do."""
    unseal = town.store.sealer.unseal
    return [
        parse_asked(unseal(each.body_sealed, bound_to=QUESTION))
        for each in await town.rows(Question)
    ]


async def answer(town: Town, number: int, text: str) -> None:
    await inbox.answer(town.settings, number, text, clock=town.clock)
    await town.settle()


async def doctor(town: Town) -> int:
    """Examine the record as `kuffert doctor` does; give the number of breaches."""
    examined = await examine_database(
        town.settings, repairs=False, say=lambda _: None, show_progress=lambda *_: None
    )
    return examined.found


@TONGUES
async def test_a_question_is_stored_sealed_and_answered_at_once_with_when_an_answer_comes(
    town: Town, tongue: Tongue
) -> None:
    phone = await join(town, tongue.code)

    reply = await phone.write(tongue.question)

    assert tongue.answered_within in reply.text
    (row,) = await town.rows(Question)
    assert (str(row.kind), row.language, row.is_urgent) == ("text", tongue.code, False)
    assert tongue.question[:6].encode() not in row.body_sealed
    assert (await opened(town))[0].text == tongue.question


@TONGUES
async def test_staffs_answer_comes_back_as_staffs_in_the_parents_language(
    town: Town, tongue: Tongue
) -> None:
    phone = await join(town, tongue.code)
    await phone.write(tongue.question)

    await answer(town, 1, "Ja <gerne>!\nنعم & \u202eشكرًا")

    assert phone.last.text.split("\n") == [
        tongue.staff,
        "",
        "\u2068Ja <gerne>!\u2069",
        "\u2068نعم & شكرًا\u2069",
    ]
    assert tongue.question not in phone.last.text
    (row,) = await town.rows(Question)
    assert row.answered_at is not None
    assert row.closed_at is not None
    assert b"gerne" not in (row.answer_sealed or b"")
    assert await inbox.list_questions(town.settings) == []


async def test_each_of_two_answers_says_what_it_was_written_to_say(town: Town) -> None:
    phone = await join(town)
    await phone.write("Hvornår?")
    town.clock.move_to(town.clock.now() + timedelta(hours=14))  # 01:00, and nobody just asked

    await answer(town, 1, "Fredag.")
    await answer(town, 1, "Nej, lørdag.")
    count = len(phone.from_bot)
    await town.skip(hours=8)

    said = [each.text for each in phone.from_bot[count:]]
    assert ["Fredag." in said[0], "Nej, lørdag." in said[1], len(said)] == [True, True, 2]


@pytest.mark.parametrize(("hours", "comes_at_once"), [(0.5, True), (2, False)])
async def test_an_answer_at_night_comes_only_to_whoever_has_just_asked(
    town: Town, hours: float, comes_at_once: bool
) -> None:
    phone = await join(town)
    town.clock.move_to(town.clock.now() + timedelta(hours=11))  # 22:00 in Copenhagen
    await phone.write("Er du der?")
    town.clock.move_to(town.clock.now() + timedelta(hours=hours))

    await answer(town, 1, "Ja.")

    assert ("Ja." in phone.last.text) == comes_at_once
    await town.skip(hours=11)
    assert any("Ja." in each.text for each in phone.from_bot)


async def test_an_answer_comes_during_a_break_and_doctor_finds_nothing_wrong(town: Town) -> None:
    phone = await join(town)
    await phone.write("Kan vi holde fri?")
    town.clock.move_to(town.clock.now() + timedelta(hours=14))
    await answer(town, 1, "Selvfølgelig.")

    await phone.write("/pause")
    found = await doctor(town)
    await town.skip(hours=10)

    assert "Selvfølgelig." in phone.last.text
    assert found == await doctor(town) == 0


async def test_an_answer_that_waits_does_not_come_after_a_stop(town: Town) -> None:
    phone = await join(town)
    await phone.write("Kan vi holde fri?")
    town.clock.move_to(town.clock.now() + timedelta(hours=14))
    await answer(town, 1, "Selvfølgelig.")

    await phone.write("/stop")
    await town.skip(hours=10)

    assert "Selvfølgelig." not in phone.last.text
    assert (await town.deliveries())[-1].reason == "stopped"


async def test_an_answer_takes_nobodys_place_in_the_week(town: Town) -> None:
    phone = await join(town)
    await town.skip(days=7)
    await phone.write("Hej")
    for text in ("Et", "To", "Tre", "Fire"):
        await answer(town, 1, text)
    count = len(phone.from_bot)

    await town.skip(days=5)

    assert len(phone.from_bot) == count + 3


@pytest.mark.parametrize(
    ("leave", "said"),
    [
        ("/stop", "Question 1: this parent has stopped all messages."),
        ("block", "Question 1: this parent has blocked the bot, or is gone."),
        ("moved", "Question 1: this family has moved away since."),
    ],
)
async def test_an_answer_that_cannot_reach_anybody_is_refused_in_one_line(
    town: Town, leave: str, said: str
) -> None:
    phone = await join(town)
    await phone.write("Hej")
    if leave == "block":
        town.sandbox.block(phone.person.id)
        await town.settle()
    elif leave == "moved":
        menu = await phone.write("/ask")
        await say_gone(phone, menu, "moved")
    else:
        await phone.write(leave)

    with pytest.raises(BotError) as refused:
        await answer(town, 1, "Hej")

    assert str(refused.value) == said


async def test_an_answer_too_long_for_the_chat_is_refused_before_it_is_stored(town: Town) -> None:
    phone = await join(town)
    await phone.write("Hej")

    with pytest.raises(BotError, match=r"Telegram shows 4096\. Shorten it, or"):
        await answer(town, 1, "👍" * 2040)

    assert (await town.rows(Question))[0].answer_sealed is None


async def test_voices_and_photos_with_their_captions_are_passed_on(town: Town) -> None:
    phone = await join(town)

    await phone.attach("voice", VOICE, seconds=600)
    await phone.attach("photo", PICTURE, caption="Er det her rigtigt?")

    rows = await town.rows(Question)
    voice, photo = await opened(town)
    assert [str(each.kind) for each in rows] == ["voice", "photo"]
    assert town.sandbox.files[voice.file_id or ""].kind == "voice"
    assert town.sandbox.files[photo.file_id or ""].kind == "photo"
    assert photo.text == "Er det her rigtigt?"


async def test_an_album_is_one_question_a_photo_and_one_reply(town: Town) -> None:
    phone = await join(town)
    count = len(phone.from_bot)

    for caption in ("Se her", "", ""):
        town.sandbox.attach(
            phone.person.id, "photo", PICTURE, "x.png", caption=caption, media_group_id="77"
        )
    await town.settle()

    assert len(await town.rows(Question)) == 3
    assert len(phone.from_bot) == count + 1


@TONGUES
async def test_what_cannot_be_passed_on_is_answered_with_what_can(
    town: Town, tongue: Tongue
) -> None:
    phone = await join(town, tongue.code)
    said = {"da": "Jeg kan give ord, en talebesked eller et foto videre", "ar": "كلمات أو رسالة"}
    contact = {"contact": {"phone_number": "+4512345678", "first_name": "A"}}

    replies = [
        await phone.attach("sticker", b"RIFF"),
        await phone.attach("document", b"%PDF"),
        await phone.attach("video", b"...."),
        await phone.send(location={"latitude": 56.1, "longitude": 10.2}),
        await phone.send(**contact),
    ]

    assert all(said[tongue.code] in each.text for each in replies)
    assert await town.rows(Question) == []


async def test_the_words_under_a_video_are_not_lost(town: Town) -> None:
    phone = await join(town)
    count = len(phone.from_bot)

    await phone.attach("video", b"....", caption="Er det sådan?")
    await town.wait_for(lambda: len(phone.from_bot) == count + 2)

    assert [each.text for each in await opened(town)] == ["Er det sådan?"]
    assert "en talebesked eller et foto" in phone.last.text


async def test_forwarded_words_are_marked_as_somebody_elses(town: Town) -> None:
    phone = await join(town)
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Bashir"}

    await phone.send("Kan I hjælpe?", forward_origin=origin)

    assert [(each.text, each.is_forwarded) for each in await opened(town)] == [
        ("Kan I hjælpe?", True)
    ]


async def test_a_changed_question_is_read_as_it_was_changed(town: Town) -> None:
    phone = await join(town)
    await phone.write("Hvornaar?")
    written = next(each for each in phone.messages if each.text == "Hvornaar?")
    count = len(phone.from_bot)

    town.sandbox.edit(phone.person.id, written.id, "Hvornår?")
    await town.settle()

    (asked,) = await opened(town)
    assert (asked.text, asked.earlier) == ("Hvornår?", ("Hvornaar?",))
    assert len(phone.from_bot) == count
    assert "Hvornaar?" in inbox.list_words(await inbox.open_question(town.settings, 1))


async def test_a_change_that_tells_of_distress_puts_a_question_first(town: Town) -> None:
    phone = await join(town)
    await phone.write("Hej")
    written = next(each for each in phone.messages if each.text == "Hej")
    count = len(phone.from_bot)

    town.sandbox.edit(phone.person.id, written.id, "Hej, jeg vil ikke leve")
    reply = await phone.next_message(count)

    assert "70 201 201" in reply.text
    assert (await town.rows(Question))[0].is_urgent


async def test_a_flood_is_told_kindly_and_distress_passes_all_the_same(town: Town) -> None:
    phone = await join(town)
    for number in range(20):
        await phone.write(f"nummer {number}")

    enough = await phone.write("nummer 20")
    urgent = await phone.write("Han slår mig")

    assert "Jeg har givet 20 beskeder fra dig videre siden i går." in enough.text
    assert "1888" in urgent.text
    assert [each.text for each in await opened(town)][19:] == ["nummer 19", "Han slår mig"]
    town.clock.move_to(town.clock.now() + timedelta(days=1, minutes=1))
    assert DANISH.answered_within in (await phone.write("nummer 21")).text


@TONGUES
async def test_distress_goes_first_and_is_answered_with_where_help_is(
    town: Town, tongue: Tongue
) -> None:
    phone = await join(town, tongue.code)
    await phone.write(tongue.question)
    await phone.attach("voice", VOICE)

    reply = await phone.write(tongue.distress)

    assert tongue.help_line in reply.text
    listed = await inbox.list_questions(town.settings)
    assert [line.split("\t")[0] for line in listed] == ["3", "2", "1"]
    assert listed[0].split("\t")[1:] == [
        "2026-09-07 09:00 UTC",
        tongue.code,
        "solsikken",
        "text",
        "urgent",
    ]


async def test_distress_in_another_language_than_ones_own_is_heard(town: Town) -> None:
    phone = await join(town, "ar")

    reply = await phone.write("I want to die")

    assert ARABIC.help_line in reply.text


async def test_the_list_shows_neither_words_nor_study_codes(town: Town) -> None:
    phone = await join(town)
    await phone.write("Min nabo hedder Olga")

    (line,) = await inbox.list_questions(town.settings)

    (child,) = await town.rows(Child)
    assert "Olga" not in line
    assert child.study_code not in line


# The commands


async def test_ask_invites_and_words_behind_it_are_a_question(town: Town) -> None:
    phone = await join(town)

    invitation = await phone.write("/ask")
    await phone.write("/ask Hvad koster det?")

    assert invitation.text.startswith("Skriv her, hvad du vil spørge om")
    assert [each.text for each in await opened(town)] == ["Hvad koster det?"]


async def test_the_button_under_help_and_under_an_answer_invites_to_ask(town: Town) -> None:
    phone = await join(town)

    await phone.tap(await phone.write("/help"), "ask")
    assert phone.last.text.startswith("Skriv her, hvad du vil spørge om")
    await phone.write("Hej")
    await answer(town, 1, "Goddag")
    answered = phone.last
    await phone.tap(answered, "ask")

    assert "Goddag" in answered.text
    assert phone.last.text.startswith("Skriv her, hvad du vil spørge om")


async def test_a_mistyped_command_is_no_question(town: Town) -> None:
    phone = await join(town)

    reply = await phone.write("/hepl")

    assert "/help" in reply.text
    assert await town.rows(Question) == []


async def test_whoever_stopped_is_told_that_no_answer_can_come(town: Town) -> None:
    phone = await join(town)
    await phone.write("/stop")

    reply = await phone.write("Vent lidt")

    assert "Du har stoppet mine beskeder, så et svar kan ikke nå dig." in reply.text
    assert "resume" in reply.actions()
    assert [each.text for each in await opened(town)] == ["Vent lidt"]


# A child who is gone


async def say_gone(phone: Phone, menu: ChatMessage, reason: str) -> ChatMessage:
    """Go through the menu to the end, for the first child offered."""
    await phone.tap(menu, "gone")
    offer = phone.last
    await phone.tap(offer, f"leaving:{reason}")
    await phone.tap(offer, f":{reason}")
    return offer


@TONGUES
async def test_words_of_a_death_change_nothing_by_themselves(town: Town, tongue: Tongue) -> None:
    phone = await join(town, tongue.code)

    reply = await phone.write(tongue.died)
    await phone.tap(reply, "stay")

    assert tongue.so_sorry in reply.text.replace("\n", " ")
    assert {"child-gone:1:died", "stay"} == reply.actions()
    assert (await town.rows(Question))[0].is_urgent
    assert (await town.rows(Child))[0].left_at is None
    count = len(phone.from_bot)
    await town.skip(days=5)
    assert len(phone.from_bot) > count


@TONGUES
async def test_after_a_death_there_is_a_short_word_and_then_silence(
    town: Town, tongue: Tongue
) -> None:
    phone = await join(town, tongue.code)
    reply = await phone.write(tongue.died)

    await phone.tap(reply, "died")
    count = len(phone.from_bot)
    await town.skip(days=60)

    assert tongue.so_sorry in reply.text
    assert "70 209 903" in reply.text
    assert not any(ord(letter) > 0x1F000 or letter in "✅⏸▶" for letter in reply.text)
    assert reply.buttons == []
    assert len(phone.from_bot) == count
    open_rows = [row for row in await town.deliveries() if row.ended_at is None]
    assert open_rows == []
    assert (await town.deliveries())[1].reason == "child is gone"
    assert await doctor(town) == 0
    (child,) = await town.rows(Child)
    assert (str(child.left_reason), child.left_at is not None) == ("died", True)


@TONGUES
async def test_whoever_has_moved_is_thanked_and_hears_no_more(town: Town, tongue: Tongue) -> None:
    phone = await join(town, tongue.code)
    reply = await phone.write(tongue.moved)

    await phone.tap(reply, "moved")
    count = len(phone.from_bot)
    await town.skip(days=14)

    good_luck = {"da": "Held og lykke", "ar": "كل التوفيق"}
    assert good_luck[tongue.code] in reply.text
    assert len(phone.from_bot) == count


async def test_stop_offers_to_say_that_a_child_is_gone(town: Town) -> None:
    phone = await join(town)

    offer = await say_gone(phone, await phone.write("/stop"), "died")

    assert "Det gør mig meget ondt." in offer.text
    assert (await town.rows(Child))[0].left_at is not None


async def test_the_other_parent_hears_no_more_and_is_told_nothing(town: Town) -> None:
    amina, bashir = await join(town), town.phone("Bashir")
    (child,) = await town.rows(Child)
    await bashir.join(await town.card("da", child=child))
    count = len(bashir.from_bot)
    newcomer = town.phone("Chen")
    await newcomer.start(await town.card("da", child=child))

    await say_gone(amina, await amina.write("/ask"), "died")
    await town.skip(days=14)

    assert len(bashir.from_bot) == count
    assert await doctor(town) == 0
    assert all(pair.finished_at for pair in await town.rows(Pair))
    assert all(card.revoked_at for card in await town.rows(Card))
    assert await town.rows(Newcomer) == []
    resumed = await bashir.write("/resume")
    assert resumed.text.startswith("Der er ikke noget barn nu")
    greeted = await bashir.start()
    assert greeted.text.startswith("Der er ikke noget barn nu")


async def test_several_children_are_told_apart_by_age_and_the_siblings_go_on(town: Town) -> None:
    phone = await join(town, "ar")
    count = len(phone.from_bot)
    await phone.start(await town.card("ar", months=66))
    await town.wait_for(lambda: len(phone.from_bot) >= count + 2)
    await town.settle()
    reply = await phone.write(ARABIC.died)

    labels = [row[0]["text"] for row in reply.buttons]
    await phone.tap(reply, "child-gone:1:died")
    count = len(phone.from_bot)
    await town.skip(days=14)

    assert [label.replace("\u2068", "").replace("\u2069", "") for label in labels] == [
        "إيقاف الرسائل عن طفلكم الذي عمره 4 سنوات",
        "إيقاف الرسائل عن طفلكم الذي عمره 5 سنوات",
        "لا، استمروا",
    ]
    assert "تستمر الرسائل عن الأخت أو الأخ." in reply.text
    later = [row for row in await town.deliveries() if row.status is DeliveryStatus.SENT]
    assert {row.child_id for row in later[-3:]} == {2}
    assert len(phone.from_bot) > count


async def test_nobody_stops_the_messages_about_another_familys_child(town: Town) -> None:
    amina = await join(town)
    other = town.phone("Chen")
    await other.join(await town.card("da"))
    reply = await amina.write(DANISH.moved)

    await amina.tap_stale(reply, "child-gone:2:moved")

    assert [child.left_at for child in await town.rows(Child)] == [None, None]


async def test_an_old_button_about_a_child_who_is_gone_says_nothing_cheerful(town: Town) -> None:
    phone = await join(town)
    game = next(each for each in phone.from_bot if each.media)
    before = game.text
    await phone.tap(await phone.write(DANISH.died), "died")
    count = len(phone.from_bot)

    await phone.tap(game, "too-hard")

    assert game.text == before
    assert len(phone.from_bot) == count
