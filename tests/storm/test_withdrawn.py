"""A bot that starts on a database which does not know who withdrew, beside a file that does."""

import pytest
from sqlmodel import col, select

from bot.core.actions import Purpose
from bot.core.sealing import Sealer, parse_key
from bot.store.forgetting import word_key_of
from bot.store.states import ConsentAnswer
from bot.store.tables import Guardian
from bot.store.tombstones import TombstoneFile, Word
from tests.processes import KEY
from tests.storm.storm import Storm

pytestmark = pytest.mark.anyio


async def test_whoever_withdrew_gets_nothing_from_a_bot_on_a_database_that_was_put_back(
    storm: Storm,
) -> None:
    await storm.plan(3)
    file = TombstoneFile(storm.folder / "tombstones")
    async with storm.database.reading() as session:
        found = await session.exec(select(Guardian).order_by(col(Guardian.id)))
        withdrawn, *others = found.all()
    key = word_key_of(withdrawn.chat_key, Sealer(parse_key(KEY)))
    word = Word(Purpose.MESSAGES, ConsentAnswer.WITHDRAWN, "1", storm.sandbox.now())
    file.add_word(key, word)
    storm.settings["KUFFERT_TOMBSTONES"] = str(file.path)

    async with storm.senders() as senders:
        await storm.send_all(senders)

    books = await storm.close_books()
    assert set(books.arrived) == set(books.planned) == {each.id for each in others}
    assert "withdrew 1 consents again" in storm.read_log()
