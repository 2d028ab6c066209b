"""Bring a restored database to today: what may have been sent since is not sent again, ever."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.actions import Purpose
from bot.delivery.planning import end, leave
from bot.delivery.succeeding import Ended, plan_successors, read_histories
from bot.store import Session, claims, deliveries, families, guardians
from bot.store.columns import id_of
from bot.store.forgetting import close_updates
from bot.store.states import ConsentAnswer, GuardianState
from bot.store.tables import Delivery, Guardian
from bot.store.tombstones import Word

RESTORED = "restored"
BATCH = 500
LOST_NUMBERS = 1_000_000  # more deliveries than were planned after the backup and are lost


async def skip_all_due(session: Session, *, weeks: int, now: datetime) -> int:
    """Skip everything that is due, and whatever follows it and is due too; return how much.

    What a process had claimed at the backup was due, and comes back as planned. Each round ends one
    delivery of a pair and plans its next slot, until the next one lies ahead: so every slot since
    the backup is accounted for, by the code that plans always.
    """
    await claims.release(session)
    count = 0
    while True:
        due: list[Delivery] = []
        for asked in (True, False):
            due += await claims.lock_due(session, now=now, asked=asked, limit=BATCH)
        if not due:
            return count
        await skip(session, due, weeks=weeks, now=now)
        session.expunge_all()  # so that memory does not grow with the rounds
        count += len(due)


async def skip(session: Session, due: Sequence[Delivery], *, weeks: int, now: datetime) -> None:
    """Skip deliveries, and plan what follows each."""
    found = await guardians.get_guardians(session, sorted({each.guardian_id for each in due}))
    histories = await read_histories(session, due, found)
    for each in due:
        end(each, reason=RESTORED, now=now)
    await session.flush()
    ended = [Ended(each, found[each.guardian_id], histories[each.guardian_id]) for each in due]
    await plan_successors(session, ended, weeks=weeks, now=now)


async def pass_lost_numbers(session: Session) -> None:
    """Give no new delivery the number of one that is lost with the days since the backup.

    Its message still stands in a chat, and its buttons name that number: a tap on them is to find
    nothing, rather than another message.
    """
    await deliveries.pass_numbers(session, count=LOST_NUMBERS)


async def withdraw_again(
    session: Session, guardian: Guardian, word: Word, *, made_at: datetime, weeks: int
) -> bool:
    """Take back a consent that was taken back after the backup; say whether that was needed.

    It is not where the restored database knows a later word, or a no already. What this chat wrote
    before, and nobody had handled when the backup was made, was handled before it withdrew: it
    might take the withdrawal back. A chat that another phone replaced has nothing to withdraw.
    """
    number = id_of(guardian)
    last = await guardians.find_consent(session, number, word.purpose)
    is_known = last is not None and (
        last.answer is not ConsentAnswer.GIVEN or last.answered_at >= word.at
    )
    if is_known or guardian.state is GuardianState.MOVED:
        return False
    await guardians.record_consent(
        session,
        guardian,
        purpose=word.purpose,
        answer=word.answer,
        version=word.version,
        language=last.language if last else guardian.language,
        now=word.at,
    )
    await close_updates(session, guardian.chat_key, until=word.at)
    if word.purpose is Purpose.MESSAGES and guardian.state not in families.GONE:
        await stop_again(session, guardian, weeks=weeks, now=max(word.at, made_at))
    return True


async def stop_again(session: Session, guardian: Guardian, *, weeks: int, now: datetime) -> None:
    """Stop a guardian's messages at the moment when it was done; what was due before is skipped.

    That moment is never before the backup's, whose settings are the last that are known.
    """
    number = id_of(guardian)
    while due := await deliveries.list_due_to(session, number, now=now):
        await skip(session, due, weeks=weeks, now=now)
    guardian = await guardians.lock_guardian(session, number)
    await leave(session, guardian, GuardianState.STOPPED, weeks=weeks, now=now)
