"""Send again, at the wish of staff, what did not reach a family."""

from datetime import datetime

from bot.delivery.following import come_back_to
from bot.store import Session, deliveries, overview
from bot.store.columns import id_of
from bot.store.states import DeliveryKind

AGAIN_FOR = ("too late", "failed")  # reasons after which sending again makes sense


def may_resend(reason: str, *, is_failed: bool) -> bool:
    """Say whether what ended for a reason can be sent again: not what was not to go out at all."""
    return is_failed or reason.startswith(AGAIN_FOR)


async def resend(
    session: Session, *, centre: str, language: str, reason: str, since: datetime, now: datetime
) -> int:
    """Plan again what families of a centre did not get for a reason; return for how many.

    Each is planned once, however often that is asked for. It keeps quiet hours, says what is right
    when it goes out, and is of the week that was missed.
    """
    missed = await overview.list_missed(
        session, centre=centre, language=language, reason=reason, since=since
    )
    known = await overview.list_resent(session, [id_of(each) for each in missed])
    again = [
        each
        for each in missed
        if id_of(each) not in known
        and may_resend(each.reason or "", is_failed=each.status == "failed")
    ]
    for each in again:
        following = come_back_to(each, DeliveryKind.ANSWER, now, now=now)
        following.touch, following.asked = each.touch, False
        await deliveries.plan(session, following)
    return len(again)
