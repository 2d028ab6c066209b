"""What a person sends arrives in Telegram's shapes, and only what the bot asked for."""

import json

import pytest
from telegram import Update

from bot.errors import BotError
from bot.sandbox import Sandbox
from bot.sandbox.methods import call
from bot.sandbox.refusals import Refused
from tests.sandbox.test_strictness import CHAT, NOW, PICTURE
from tests.town import SettableClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(SettableClock(NOW))
    sandbox.add_person("Amina")
    return sandbox


def last_update(sandbox: Sandbox) -> Update:
    """Read the last update as the library does."""
    update = Update.de_json(sandbox.updates[max(sandbox.updates)], None)
    assert update
    return update


async def test_a_photo_comes_in_sizes_the_largest_last_with_its_caption(sandbox: Sandbox) -> None:
    sandbox.attach(CHAT, "photo", PICTURE, "x.png", caption="/se her", media_group_id="7")

    message = last_update(sandbox).message

    assert message
    assert [each.width for each in message.photo] == sorted(each.width for each in message.photo)
    assert (message.caption, message.text, message.media_group_id) == ("/se her", None, "7")
    assert [each.type for each in message.caption_entities] == ["bot_command"]
    assert await call(sandbox, "getFile", {"file_id": message.photo[-1].file_id})
    with pytest.raises(Refused):
        await call(sandbox, "getFile", {"file_id": message.photo[0].file_id})


@pytest.mark.parametrize("kind", ["voice", "sticker", "video", "document"])
async def test_each_kind_of_file_is_read_by_the_library(sandbox: Sandbox, kind: str) -> None:
    sandbox.attach(CHAT, kind, b"OggS", f"x.{kind}", seconds=400)

    message = last_update(sandbox).message

    assert message
    file = getattr(message, kind)
    assert message.effective_attachment is file
    assert getattr(file, "duration", 400) in (400, None) or file.duration.total_seconds() == 400


async def test_places_contacts_and_forwarded_words_are_read_by_the_library(
    sandbox: Sandbox,
) -> None:
    sandbox.send(CHAT, location={"latitude": 56.1, "longitude": 10.2})
    place = last_update(sandbox).message
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Bashir"}
    sandbox.send(CHAT, "Hej", forward_origin=origin)
    forwarded = last_update(sandbox).message

    assert place
    assert place.location
    assert forwarded
    assert (forwarded.text, forwarded.forward_origin is not None) == ("Hej", True)


async def test_a_change_comes_as_one_and_only_to_whoever_asked_for_changes(
    sandbox: Sandbox,
) -> None:
    sandbox.write(CHAT, "Hej")
    written = sandbox.messages(CHAT)[0]
    sandbox.edit(CHAT, written.id, "Hej med jer")
    changed = last_update(sandbox).edited_message
    count = len(sandbox.updates)

    await call(sandbox, "getUpdates", {"allowed_updates": json.dumps(["message"])})
    sandbox.edit(CHAT, written.id, "Hej igen")

    assert changed
    assert (changed.text, changed.edit_date is not None) == ("Hej med jer", True)
    assert len(sandbox.updates) == count


async def test_what_telegrams_own_app_does_not_let_through_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(BotError, match="A sticker has no caption"):
        sandbox.attach(CHAT, "sticker", b"RIFF", "x.webp", caption="x")
    with pytest.raises(BotError, match="A caption has at most 1024 characters"):
        sandbox.attach(CHAT, "photo", PICTURE, "x.png", caption="👍" * 513)
    with pytest.raises(BotError, match="is not this person's"):
        sandbox.edit(CHAT, 99, "x")


async def test_a_file_above_20_megabytes_cannot_be_fetched(sandbox: Sandbox) -> None:
    sandbox.attach(CHAT, "voice", b"OggS" + bytes(20_000_000), "v.ogg")
    media = sandbox.messages(CHAT)[0].media
    assert media

    with pytest.raises(Refused) as refused:
        await call(sandbox, "getFile", {"file_id": media.file_id})

    assert refused.value.description == "Bad Request: file is too big"
