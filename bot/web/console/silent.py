"""Who got nothing, and why: by centre, language and reason; and sending it again."""

from datetime import datetime, timedelta

from starlette.responses import Response

from bot.delivery.resending import may_resend, resend
from bot.store import centres, overview
from bot.store.overview import Silence
from bot.web.console.remembering import Memory
from bot.web.console.today import FRESH, start_of_day
from bot.web.console.visits import Visit

LONGEST_DAYS = 31
FAILURES = ("too late",)


async def show(visit: Visit, memory: Memory) -> Response:
    """List who got nothing in the last days, as it was counted a moment ago."""
    days, since = read_days(visit)

    async def count() -> list[Silence]:
        async with visit.office.database.reading() as session:
            return await overview.list_silences(session, since=since)

    counted = await memory.recall(("silent", since), count, now=visit.now, fresh=FRESH)
    found: list[Silence] = counted.value
    async with visit.office.database.reading() as session:
        names = {each.code: each.name for each in await centres.list_centres(session)}
    chosen = {name: visit.asked(name) for name in ("centre", "language", "reason")}
    shown = [each for each in found if fits(each, chosen)]
    return visit.page(
        "silent",
        counted=counted,
        days=days,
        silences=shown,
        total=sum(each.many for each in shown),
        chosen=chosen,
        names=names,
        choices={name: sorted({getattr(each, name) for each in found}) for name in chosen},
        may_resend=lambda each: may_resend(each.reason, is_failed=is_failure(each.reason)),
    )


def fits(silence: Silence, chosen: dict[str, str]) -> bool:
    """Say whether a line is of the centre, the language and the reason that were chosen."""
    return all(not value or getattr(silence, name) == value for name, value in chosen.items())


def is_failure(reason: str) -> bool:
    """Say whether a reason is what the network said, and no word of ours."""
    return ":" in reason or reason.startswith(FAILURES)


def read_days(visit: Visit) -> tuple[int, datetime]:
    """Read for how many days is asked, and give the moment from which they count."""
    said = visit.asked("days") or visit.said("days")
    days = min(max(int(said), 1), LONGEST_DAYS) if said.isdigit() else 7
    return days, start_of_day(visit) - timedelta(days=days - 1)


async def send_again(visit: Visit, memory: Memory) -> Response:
    """Plan again what a group of families did not get."""
    days, since = read_days(visit)
    centre, language, reason = (visit.said(name) for name in ("centre", "language", "reason"))
    async with visit.office.database.writing() as session:
        count = await resend(
            session, centre=centre, language=language, reason=reason, since=since, now=visit.now
        )
        await visit.note(session, "sent again", f"{centre} {language} {count}: {reason}")
    memory.forget()
    said = visit.words.count("{n} family gets it again.", "{n} families get it again.", count)
    return visit.back(f"/silent?days={days}", said=said.format(n=count))
