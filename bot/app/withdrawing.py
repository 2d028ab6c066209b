"""Take back again whatever consent was taken back, where a database does not know of it."""

import json
import logging
from dataclasses import asdict
from datetime import datetime

from bot.core.sealing import Sealer
from bot.delivery.restoring import withdraw_again
from bot.store import Database, Session, deployment, forgetting, guardians, records
from bot.store.columns import id_of
from bot.store.states import ConsentAnswer
from bot.store.tombstones import TombstoneFile

BATCH = 500
REPLAYED = "withdrawals_replayed"  # how far the file went when all of it was known here

log = logging.getLogger(__name__)


async def withdraw_unknown(
    database: Database, file: TombstoneFile, *, sealer: Sealer, weeks: int
) -> int:
    """Take back what the file says was taken back and the database does not know; return how much.

    A database that was put back by other means than `db restore` lacks it. Where the file has not
    grown since the last time nobody is looked at: a database that is put back has forgotten that
    time, too.
    """
    extent = json.dumps(asdict(file.measure()))  # before it is read, so that it is not too far
    async with database.writing() as session:
        if await deployment.find_value(session, REPLAYED) == extent:
            return 0
        count = await withdraw_all_again(session, file, sealer=sealer, made_at=None, weeks=weeks)
        await deployment.record_value(session, REPLAYED, extent)
    if count:
        log.info("withdrew %d consents again that the database did not know of", count)
    return count


async def withdraw_all_again(
    session: Session,
    tombstones: TombstoneFile,
    *,
    sealer: Sealer,
    made_at: datetime | None,
    weeks: int,
) -> int:
    """Take back whatever consent the file says was taken back, unless it was given again.

    `made_at` is the moment of the backup that the database was made from, where that is known.
    """
    words = tombstones.read_words()
    count, after = 0, 0
    while words:
        batch = await records.list_guardians(session, after=after, limit=BATCH)
        if not batch:
            break
        after = id_of(batch[-1])
        named = [(id_of(each), each.chat_key) for each in batch]
        session.expunge_all()
        for number, chat_key in named:
            for word in words.get(forgetting.word_key_of(chat_key, sealer), ()):
                if word.answer is ConsentAnswer.GIVEN:
                    continue
                guardian = await guardians.lock_guardian(session, number)
                known_at = made_at or word.at
                count += await withdraw_again(
                    session, guardian, word, made_at=known_at, weeks=weeks
                )
    return count
