"""See what is kept, take it along, be forgotten."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import anyio
import pytest
from sqlmodel import SQLModel

from bot.app import inbox
from bot.app.forgetting import forget_again
from bot.app.health import list_health
from bot.core.messages import OutgoingMessage, Sent
from bot.errors import BotError
from bot.sandbox.records import ChatMessage, Fault
from bot.store import Database, forgetting
from bot.store.columns import id_of
from bot.store.states import DeliveryKind, EventKind, GuardianState, QuestionKind, UpdateStatus
from bot.store.tables import (
    Child,
    CodeAttempt,
    Consent,
    Delivery,
    EngagementEvent,
    Guardian,
    Newcomer,
    Question,
    StoredUpdate,
)
from bot.store.tombstones import TombstoneFile
from tests.conftest import MONDAY_MORNING
from tests.shipped import LANGUAGES as SHIPPED
from tests.shipped import shipped_catalogue
from tests.town import PATIENCE, Phone, Town

pytestmark = pytest.mark.anyio
LANGUAGES = ["en", "ar"]
SAID = {
    "en": {
        "kept": "I keep which messages I sent",
        "newcomer": "You have opened a card and not said yes yet",
        "nobody": "I keep nothing about you",
        "gone": "Everything about you is gone",
        "linking": "Results from kindergarten and school: no",
        "controller": "Who answers for it: the municipality",
        "title": "What Kuffert keeps about you",
        "did-it": "We did it",
    },
    "ar": {
        "kept": "أحتفظ بالرسائل التي أرسلتها",
        "newcomer": "فتحتم بطاقة ولم توافقوا بعد",
        "nobody": "لا أحتفظ بشيء عنكم سوى علامة",
        "gone": "لم يبقَ أي شيء عنكم",
        "linking": "نتائج الروضة والمدرسة: لا",
        "controller": "المسؤول عن ذلك: \u2068البلدية",
        "title": "ما يحتفظ به Kuffert عنكم",
        "did-it": "جرّبناها",
    },
}


async def files_of(phone: Phone) -> tuple[str, dict[str, object]]:
    """Ask for one's data; give the page and what the file for a computer holds."""
    count = len(phone.from_bot)
    phone.town.sandbox.write(phone.person.id, "/mydata")
    await phone.town.settle()
    page, file = phone.from_bot[count:]
    assert [each.media and each.media.kind for each in (page, file)] == ["document"] * 2
    return content_of(phone, page), json.loads(content_of(phone, file))


def content_of(phone: Phone, message: ChatMessage) -> str:
    assert message.media is not None
    return phone.town.sandbox.contents[message.media.digest].decode()


async def ask(phone: Phone, body: str, *, answer: str | None = None) -> None:
    """Write to staff, and let them answer."""
    town = phone.town
    await phone.write(body)
    if answer:
        number = id_of((await town.rows(Question))[-1])
        await inbox.answer(town.settings, number, answer, clock=town.clock)
        await town.settle()


async def guardian_of(phone: Phone) -> Guardian:
    key = chat_key(phone)
    return next(each for each in await phone.town.rows(Guardian) if each.chat_key == key)


def chat_key(phone: Phone) -> str:
    return phone.town.store.sealer.keyed_hash(str(phone.person.id), purpose="chat")


async def forget(phone: Phone) -> ChatMessage:
    """Ask to be forgotten, and say yes."""
    question = await phone.write("/forget")
    await phone.tap(question, "forget-surely")
    await phone.town.settle()
    await phone.town.skip(seconds=1)  # what is done is closed
    phone.town.runtime.inbox.wake()
    await phone.town.settle()
    return question


async def dump(database: Database) -> dict[str, list[dict[str, object]]]:
    """Give every row of every table."""
    tables = SQLModel.metadata.tables
    async with database.engine.connect() as connection:
        return {
            name: [dict(row._mapping) for row in await connection.execute(table.select())]
            for name, table in tables.items()
        }


def unseal_all(town: Town, kept: dict[str, list[dict[str, object]]]) -> str:
    """Write out everything that is kept, with what is sealed opened."""
    return json.dumps(kept, default=lambda value: open_sealed(town, value), ensure_ascii=False)


def open_sealed(town: Town, value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    for bound_to in ("chat", "update", "replies", "question", "answer", "card"):
        try:
            return town.store.sealer.unseal(value, bound_to=bound_to)
        except BotError:  # sealed as something else
            continue
    return value.decode("latin-1")


# /privacy


@pytest.mark.parametrize("language", LANGUAGES)
async def test_privacy_tells_what_is_kept_who_answers_and_what_was_chosen(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))

    told = await phone.write("/privacy")

    for part in ("kept", "controller", "linking"):
        assert SAID[language][part] in told.text
    assert told.actions() == {"consents", "my-data", "forget"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_choices_can_be_changed_from_there(town: Town, language: str) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    told = await phone.write("/privacy")

    await phone.tap(told, "consents")
    await phone.tap(told, "linking:yes")
    await phone.tap(told, "research:yes")

    answers = {str(row.purpose): str(row.answer) for row in await town.rows(Consent)}
    assert answers == {"messages": "given", "linking": "given", "research": "given"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_newcomer_and_a_stranger_are_told_how_little_there_is(
    town: Town, language: str
) -> None:
    newcomer, stranger = town.phone(language=language), town.phone("Chen", language=language)
    await newcomer.start(await town.card(language))
    stranger.person.opened = True

    told = await newcomer.write("/privacy")
    nothing = [await stranger.write(each) for each in ("/privacy", "/mydata", "/forget")]

    assert SAID[language]["newcomer"] in told.text
    assert all(SAID[language]["nobody"] in each.text for each in nothing)
    page, file = await files_of(newcomer)
    assert "Solsikken" in page
    assert file["opened"]["centre"] == "Solsikken"  # type: ignore[index]
    assert "guardian" not in file


# /mydata


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_that_is_kept_comes_as_a_page_and_as_a_file(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    first = await phone.join(await town.card(language))
    await phone.tap(first, "did-it")
    await ask(phone, "Can we skip a week?", answer="Of course.")

    page, file = await files_of(phone)

    direction = {"en": "ltr", "ar": "rtl"}[language]
    assert f'<html lang="{language}" dir="{direction}">' in page
    (child,) = await town.rows(Child)
    for words in (SAID[language]["title"], SAID[language]["did-it"], child.study_code):
        assert words in page
    for words in ("Can we skip a week?", "Of course."):
        assert words in page
        assert words in json.dumps(file)
    assert file["chat"] == str(phone.person.id)
    assert [each["kind"] for each in file["events"]] == ["joined", "did-it"]  # type: ignore[attr-defined]
    assert [each["purpose"] for each in file["consents"]] == ["messages"]  # type: ignore[attr-defined]
    assert {each["status"] for each in file["messages"]} == {"sent", "planned"}  # type: ignore[attr-defined]


async def test_two_guardians_data_never_mix(town: Town) -> None:
    code = await town.card("en")
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    hers, his = await amina.join(code), await bashir.join(code)
    await amina.tap(hers, "did-it")
    await bashir.tap(his, "not-for-us")
    await ask(amina, "Hers alone.")
    await ask(bashir, "His alone.")

    for phone, own, other in ((amina, "did-it", "not-for-us"), (bashir, "not-for-us", "did-it")):
        page, file = await files_of(phone)
        kinds = [each["kind"] for each in file["events"]]  # type: ignore[attr-defined]
        assert own in kinds
        assert other not in kinds
        words = ("Hers alone.", "His alone.")
        assert [each in page for each in words] == [phone is amina, phone is bashir]
        assert [each in json.dumps(file) for each in words] == [phone is amina, phone is bashir]


async def test_a_file_never_rests_unsealed_and_goes_when_it_is_sent(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))
    await ask(phone, "A secret question")
    town.sandbox.faults.append(Fault("server_error", "sendDocument"))

    town.sandbox.write(phone.person.id, "/mydata")
    with anyio.fail_after(PATIENCE):
        while not town.sandbox.strikes:
            await anyio.lowlevel.checkpoint()
    resting = await dump(town.store.database)
    with anyio.fail_after(PATIENCE):
        while await town.has_open_updates():
            town.clock.move_to(town.clock.now() + timedelta(seconds=1))
            town.runtime.inbox.wake()
            await anyio.lowlevel.checkpoint()

    assert "A secret question" not in repr(resting)
    assert "A secret question" in unseal_all(town, resting)
    assert (
        len([each for each in phone.from_bot if each.media and each.media.kind == "document"]) == 2
    )
    assert "A secret question" not in unseal_all(
        town, {"stored_update": (await dump(town.store.database))["stored_update"]}
    )


# /forget


@pytest.mark.parametrize("language", LANGUAGES)
async def test_two_taps_forget_everything_and_only_counts_and_a_tombstone_stay(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    first = await phone.join(await town.card(language))
    await phone.tap(first, "did-it")
    await phone.tap(phone.from_bot[2], "linking:yes")
    await ask(phone, "A secret question", answer="An answer")
    await town.skip(days=9)
    sent = len(await town.deliveries())

    question = await forget(phone)

    assert SAID[language]["gone"] in question.text
    kept = await dump(town.store.database)
    written = unseal_all(town, kept)
    assert sent > 3
    for words in (str(phone.person.id), chat_key(phone), "A secret question", "An answer"):
        assert words not in written
    for name in ("guardian", "delivery", "engagement_event", "consent", "pair", "question"):
        assert kept[name] == []
    assert kept["child_week"] == []
    counts = kept["forgotten_count"]
    assert [(each["month"], each["guardians"], each["answered"]) for each in counts] == [
        (date(2026, 9, 1), 1, 1)
    ]
    assert counts[0]["sent"] == 5  # the first activity, about linking, an answer, two touches
    assert len(kept["tombstone"]) == 1
    (child,) = await town.rows(Child)
    assert child.withdrawn_at == town.clock.now() - timedelta(seconds=1)
    assert await town.examine() == []


async def test_nothing_comes_after_that_and_a_card_opens_like_any_other(town: Town) -> None:
    phone, code = town.phone(language="en"), await town.card("en")
    await phone.join(code)
    await forget(phone)
    count = len(phone.from_bot)

    await town.skip(days=21)
    assert len(phone.from_bot) == count
    welcome = await phone.start(code)
    await phone.tap(welcome, "join")
    await town.settle()

    assert phone.from_bot[count + 1].media is not None
    assert len(await town.rows(Guardian)) == 1
    assert (await town.rows(Child))[0].withdrawn_at is None
    assert await town.examine() == []


async def test_no_keeps_everything(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))

    question = await phone.write("/forget")
    await phone.tap(question, "keep")

    assert question.text == "👍 Good. Nothing has changed."
    assert len(await town.rows(Guardian)) == 1


async def test_a_second_tap_after_ten_minutes_asks_once_more(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))
    question = await phone.write("/forget")
    await town.skip(minutes=11)

    await phone.tap(question, "forget-surely")
    assert "I asked you that some time ago" in question.text
    assert len(await town.rows(Guardian)) == 1
    await phone.tap(question, "forget-surely")

    assert await town.rows(Guardian) == []


async def test_a_newcomer_is_forgotten_too(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.start(await town.card("en"))
    async with town.store.database.writing() as session:
        attempt = CodeAttempt(chat_key=chat_key(phone), attempted_at=town.clock.now())
        session.add(attempt)

    await forget(phone)

    assert await town.rows(Newcomer) == []
    assert chat_key(phone) not in unseal_all(town, await dump(town.store.database))
    assert (await town.rows(Child))[0].withdrawn_at is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_phone_whose_place_was_taken_is_forgotten_with_the_one_that_took_it(
    town: Town, language: str
) -> None:
    code = await town.card(language)
    old, new = town.phone("Old phone", language=language), town.phone("New", language=language)
    await old.join(code)
    await ask(old, "A secret question", answer="An answer")
    await new.join(code)
    question = next(each for each in new.from_bot if "new-phone" in each.actions())
    await new.tap(question, "new-phone")
    await town.settle()

    await forget(new)

    kept = await dump(town.store.database)
    written = unseal_all(town, kept)
    for words in (str(old.person.id), chat_key(old), chat_key(new), "A secret question"):
        assert words not in written
    tombstones = {each["chat_key"] for each in kept["tombstone"]}
    sealer = town.store.sealer
    assert tombstones == {forgetting.tombstone_of(chat_key(each), sealer) for each in (old, new)}
    assert (await town.rows(Child))[0].withdrawn_at is not None
    assert await town.examine() == []


async def test_the_old_phone_alone_can_be_forgotten_and_the_new_one_goes_on(town: Town) -> None:
    code = await town.card("en")
    old, new = town.phone("Old phone", language="en"), town.phone("New", language="en")
    await old.join(code)
    await new.join(code)
    question = next(each for each in new.from_bot if "new-phone" in each.actions())
    await new.tap(question, "new-phone")

    await forget(old)

    assert [each.chat_key for each in await town.rows(Guardian)] == [chat_key(new)]
    assert (await town.rows(Child))[0].withdrawn_at is None
    count = len(new.from_bot)
    await town.skip(days=7)
    assert len(new.from_bot) > count


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_who_came_by_a_poster_sees_it_and_is_forgotten_too(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    await phone.start(await town.poster())
    await phone.write("7K3M9P2QWX4")  # a code that opens nothing

    page, file = await files_of(phone)
    await forget(phone)

    assert "Solsikken" in page
    assert file["opened"]["centre"] == "Solsikken"  # type: ignore[index]
    assert len(file["codes_that_opened_nothing"]) == 1  # type: ignore[arg-type]
    assert await town.rows(Newcomer) == []
    assert await town.rows(CodeAttempt) == []
    assert chat_key(phone) not in unseal_all(town, await dump(town.store.database))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_was_told_of_a_child_that_is_gone_is_shown_and_forgotten(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    first = await phone.join(await town.card(language))
    await phone.tap_stale(first, "child-gone:1:died")

    _page, file = await files_of(phone)
    await forget(phone)

    (told,) = file["children"]  # type: ignore[misc]
    assert told["left_reason"] == "died"  # type: ignore[index]
    (child,) = await town.rows(Child)
    assert (child.left_at, child.left_reason) == (None, None)
    assert child.withdrawn_at is not None


@pytest.mark.parametrize("language", SHIPPED)
def test_a_page_has_words_for_everything_that_can_happen(language: str) -> None:
    words = shipped_catalogue().words_in(language)
    keys = [f"event-{each}" for each in EventKind] + [f"state-{each}" for each in GuardianState]
    keys += [f"kind-{each}" for each in DeliveryKind]
    keys += [f"question-{each}" for each in QuestionKind if each is not QuestionKind.TEXT]

    assert [key for key in keys if key not in words.keys] == []


async def test_one_guardians_forgetting_never_touches_the_other(town: Town) -> None:
    code = await town.card("en")
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    await amina.join(code)
    his = await bashir.join(code)
    await bashir.tap(his, "did-it")
    await ask(bashir, "His alone.")
    before = await files_of(bashir)

    await forget(amina)

    (guardian,) = await town.rows(Guardian)
    assert guardian.chat_key == chat_key(bashir)
    after = await files_of(bashir)
    assert after[1]["events"] == before[1]["events"]
    assert after[1]["questions"] == before[1]["questions"]
    assert len((await dump(town.store.database))["child_week"]) == 1
    assert (await town.rows(Child))[0].withdrawn_at is None
    count = len(bashir.from_bot)
    await town.skip(days=5)
    assert len(bashir.from_bot) > count
    assert await town.examine() == []


async def test_forgetting_that_is_tapped_twice_happens_once(town: Town) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))
    question = await phone.write("/forget")
    action = next(each for each in question.actions() if each.startswith("forget-surely"))

    for _ in range(2):
        town.sandbox.tap(phone.person.id, question.id, action)
    await town.settle()
    await town.settle()

    (count,) = (await dump(town.store.database))["forgotten_count"]
    assert count["guardians"] == 1
    assert {each.status for each in await town.rows(StoredUpdate)} == {UpdateStatus.DONE}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_farewell_that_cannot_be_sent_leaves_nothing_either(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    question = await phone.write("/forget")
    town.sandbox.faults.append(Fault("server_error", "editMessageText", times=100))

    town.sandbox.tap(
        phone.person.id,
        question.id,
        next(each for each in question.actions() if each.startswith("forget-surely")),
    )
    with anyio.fail_after(PATIENCE):
        while await town.rows(Guardian):
            await anyio.lowlevel.checkpoint()
        while await town.has_open_updates():
            town.clock.move_to(town.clock.now() + timedelta(seconds=10))
            town.runtime.inbox.wake()
            await anyio.lowlevel.checkpoint()

    assert UpdateStatus.FAILED in {each.status for each in await town.rows(StoredUpdate)}
    written = unseal_all(town, await dump(town.store.database))
    assert str(phone.person.id) not in written
    assert chat_key(phone) not in written


def test_every_table_that_knows_a_family_is_covered_by_forgetting() -> None:
    """Walk over all tables; a new one that points to a family has to be forgotten too."""
    forgotten = {
        *(table.__tablename__ for table in forgetting.CHATS),
        *(table.__tablename__ for table in forgetting.OWNED),
        *(table.__tablename__ for table in (Delivery, EngagementEvent, Question)),
    }
    of_centres = {"card", "poster"}  # sealed codes of paper, which belong to no chat
    of_exports = {"export_series"}  # the sealed key of pseudonyms, which belongs to no chat
    stays = {"tombstone"}  # by design, and its key is a hash of its own
    personal = {
        name
        for name, table in SQLModel.metadata.tables.items()
        if {"guardian_id", "chat_key", "newcomer_id", "question_id"}
        & {column.name for column in table.c}
        or any(column.name.endswith("_sealed") for column in table.c)
        or any(key.column.table.name in forgotten for key in table.foreign_keys)
    }

    assert personal - of_centres - of_exports - stays == forgotten


# The file that survives a restore


async def forget_again_in(town: Town, file: TombstoneFile) -> int:
    store = town.store
    return await forget_again(store.database, file, sealer=store.sealer, now=town.clock.now())


async def test_a_restored_backup_brings_nobody_back(town: Town, tmp_path: Path) -> None:
    file = TombstoneFile(tmp_path / "tombstones")
    amina, bashir = town.phone("Amina"), town.phone("Bashir")
    await amina.join(await town.card("en"))
    await bashir.join(await town.card("en"))
    tombstone = forgetting.tombstone_of(chat_key(amina), town.store.sealer)
    file.add(tombstone, now=town.clock.now() + timedelta(days=1))  # after the backup was made

    await town.skip(days=2)
    count = await forget_again_in(town, file)
    again = await forget_again_in(town, file)

    assert (count, again) == (1, 0)
    assert [each.chat_key for each in await town.rows(Guardian)] == [chat_key(bashir)]
    assert await town.examine() == []


async def test_whoever_came_back_after_being_forgotten_stays(town: Town, tmp_path: Path) -> None:
    file = TombstoneFile(tmp_path / "tombstones")
    phone = town.phone(language="en")
    tombstone = forgetting.tombstone_of(chat_key(phone), town.store.sealer)
    file.add(tombstone, now=town.clock.now() - timedelta(days=1))
    await phone.join(await town.card("en"))

    assert await forget_again_in(town, file) == 0

    assert len(await town.rows(Guardian)) == 1


async def test_a_line_is_on_the_disk_before_the_forgetting_is(town: Town, tmp_path: Path) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))
    file = TombstoneFile(tmp_path / "no such folder" / "tombstones")
    desk = town.runtime.inbox.desk
    town.runtime.inbox.desk = replace(desk, tombstones=file)
    question = await phone.write("/forget")
    action = next(each for each in question.actions() if each.startswith("forget-surely"))

    town.sandbox.tap(phone.person.id, question.id, action)
    soon = town.clock.now() + timedelta(minutes=1)  # a lease is longer
    with anyio.fail_after(PATIENCE):
        while not any(
            each.body_sealed and each.claimed_until and each.claimed_until < soon
            for each in await town.rows(StoredUpdate)
        ):
            await anyio.lowlevel.checkpoint()

    assert len(await town.rows(Guardian)) == 1  # no line could be written, so nothing went
    file.path.parent.mkdir()
    town.clock.move_to(town.clock.now() + timedelta(seconds=2))
    with anyio.fail_after(PATIENCE):
        while await town.has_open_updates():
            town.runtime.inbox.wake()
            await anyio.lowlevel.checkpoint()
    assert await town.rows(Guardian) == []
    assert set(file.read()) == {forgetting.tombstone_of(chat_key(phone), town.store.sealer)}


def test_a_file_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="cannot be written"):
        TombstoneFile(tmp_path / "no such folder" / "tombstones").prepare()


def test_a_torn_line_spoils_no_other(tmp_path: Path) -> None:
    file = TombstoneFile(tmp_path / "tombstones")
    file.add("a" * 64, now=MONDAY_MORNING)
    with file.path.open("a") as torn:
        torn.write("b" * 20)

    file.add("c" * 64, now=MONDAY_MORNING)

    assert file.read() == {"a" * 64: MONDAY_MORNING, "c" * 64: MONDAY_MORNING}


# When the programme's time is over


async def test_everything_personal_goes_so_many_days_after_the_study(town: Town) -> None:
    amina, newcomer = town.phone("Amina"), town.phone("Bashir")
    await amina.join(await town.card("en"))
    await newcomer.start(await town.card("en"))
    catalogue = town.runtime.shelf.current
    end = {"study_end": date(2026, 9, 30), "retention_days": 30}
    programme = catalogue.programme.model_copy(update=end)
    town.runtime.shelf.current = replace(catalogue, programme=programme)

    await town.skip(days=53)  # until 30 October, the last day
    await town.runtime.housekeeper.retire()
    kept = len(await town.rows(Guardian))
    await town.skip(days=1)
    for _ in range(2):  # another night, or another replica, changes nothing
        await town.runtime.housekeeper.retire()

    assert kept == 1
    for table in (Guardian, Newcomer, Delivery, EngagementEvent):
        assert await town.rows(table) == []
    written = unseal_all(town, await dump(town.store.database))
    assert chat_key(amina) not in written
    told = await list_health(town.store, town.settings, now=town.clock.now())
    at = f"{town.clock.now():%Y-%m-%d %H:%M} UTC"
    assert told[-1] == f"note: the programme's time is over: 2 chats were forgotten, last {at}."


# A sender that holds a message


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_message_in_hand_of_one_who_is_forgotten_is_not_sent(
    town: Town, language: str
) -> None:
    phone = town.phone(language=language)
    await phone.join(await town.card(language))
    sender = town.runtime.sender
    await town.runtime.send_due()
    count = len(phone.from_bot)
    held, go = anyio.Event(), anyio.Event()

    @asynccontextmanager
    async def wait(message: OutgoingMessage) -> AsyncIterator[OutgoingMessage]:
        """Keep the message in hand, as where another uploads its picture."""
        held.set()
        await go.wait()
        yield message

    sender.messenger.readying = wait  # type: ignore[method-assign]
    due_at = next(each.due_at for each in await town.deliveries() if each.ended_at is None)
    town.clock.move_to(due_at)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(town.runtime.send_due)
        with anyio.fail_after(PATIENCE):
            await held.wait()
        await forget_at_once(phone)
        town.clock.move_to(due_at + timedelta(seconds=2))
        go.set()

    assert len(phone.from_bot) == count
    assert await town.deliveries() == []
    assert await town.runtime.sender.send_due() == 0


async def forget_at_once(phone: Phone) -> None:
    """Forget as a tap does, while a sender is at work."""
    async with phone.town.store.database.writing() as session:
        await forgetting.forget_chat(session, chat_key(phone), now=phone.town.clock.now())


async def test_a_message_that_went_out_while_its_guardian_was_forgotten_is_no_error(
    town: Town,
) -> None:
    phone = town.phone(language="en")
    await phone.join(await town.card("en"))
    count = len(phone.from_bot)
    due_at = next(each.due_at for each in await town.deliveries() if each.ended_at is None)
    send = town.runtime.sender.messenger.send

    async def send_and_forget(address: str, message: OutgoingMessage) -> Sent:
        """The network takes the message, and the family is forgotten before that is recorded."""
        sent = await send(address, message)
        await forget_at_once(phone)
        return sent

    town.runtime.sender.messenger.send = send_and_forget  # type: ignore[method-assign]
    town.clock.move_to(due_at)
    await town.runtime.sender.send_due()

    assert len(phone.from_bot) == count + 1
    assert await town.deliveries() == []
    assert await town.examine() == []
