"""A town's crowd: families that do all there is to do, and the updates that came of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import anyio

from tests.sounds import make_ogg
from tests.town import Phone, Town

ALBUM = {"media_group_id": "album-1"}
PLACE = {"location": {"latitude": 56.15, "longitude": 10.2}}
CONTACT = {"contact": {"phone_number": "+4512345678", "first_name": "Bashir"}}
FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Chen", "date": 1}}
SETTLE_SECONDS = 120


async def gather_real(town: Town) -> list[dict[str, Any]]:
    """Let families in three languages do everything, and strangers knock; give their updates."""
    for name, language in (("Amina", "ar"), ("Bashir", "da"), ("Chen", "en")):
        phone = town.phone(name, language=language)
        await live(town, phone, await town.card(language))
    stranger = town.phone("Dora")
    await stranger.start("KUFFERT-0000-0000")
    await stranger.write("hello?")
    await town.settle()
    return list(town.sandbox.acknowledged.values())


async def live(town: Town, phone: Phone, code: str) -> None:
    """Let one family join, and do everything once."""
    first, person = await phone.join(code), phone.person.id
    await phone.tap(first, "did-it")
    await phone.tap(first, "too-hard")
    for command in ("/menu", "/help", "/pause", "/resume", "/language", "/ask", "/privacy"):
        await phone.write(command)
    await phone.attach("voice", make_ogg(), seconds=3)
    await phone.attach("photo", caption="look")
    await phone.attach("document", caption="our <week>")
    for _ in range(2):
        town.sandbox.attach(person, "photo", b"P", "photo.jpg", **ALBUM)
    town.sandbox.attach(person, "sticker", b"S", "sticker.webp")
    for extra in (PLACE, CONTACT, FORWARDED):
        town.sandbox.send(person, "here", **extra)
    said = town.sandbox.write(person, "she liked the socks")
    await town.settle()
    number = town.sandbox.acknowledged[said]["message"]["message_id"]
    town.sandbox.edit(person, number, "she liked the red socks")
    for action in sorted({each for message in phone.from_bot for each in message.actions()}):
        message = next(each for each in phone.from_bot if action in each.actions() or not action)
        town.sandbox.tap_stale(person, message.id, action)
    await town.settle()
    town.sandbox.block(person)
    town.sandbox.unblock(person)
    await settle(town)


async def settle(town: Town) -> None:
    """Come back when every update is done or given up, as attempts are made again."""
    with anyio.fail_after(SETTLE_SECONDS):
        await town.sandbox.wait_for(lambda: not town.sandbox.updates, seconds=SETTLE_SECONDS)
        while await town.has_open_updates():
            if not await town.wait_for_hands():
                town.clock.move_to(town.clock.now() + timedelta(seconds=1))
                town.runtime.inbox.wake()


def clear(town: Town, *, but: Sequence[int] = ()) -> None:
    """Let the sandbox forget what was said and called, so that its memory is not taken for ours."""
    sandbox = town.sandbox
    for person, chat in sandbox.chats.items():
        if person not in but:
            chat.clear()
    for each in (sandbox.acknowledged, sandbox.answers, sandbox.calls, sandbox.taps):
        each.clear()
    for digest in sandbox.contents:  # documents with what is kept of a family, most of them
        sandbox.contents[digest] = b""
    for file in [each for each, stored in sandbox.files.items() if stored.kind == "document"]:
        del sandbox.files[file]
