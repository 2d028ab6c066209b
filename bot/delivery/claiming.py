"""Claim what is due: decide about each delivery, compose it, and write down that it goes out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from bot.catalogue.shown.notices import Notice
from bot.core.cadence import monday_of
from bot.core.messages import OutgoingMessage
from bot.core.sealing import Sealer
from bot.core.turns import turn_after
from bot.core.versions import is_newer
from bot.delivery.checking import Case, Ending, Going, Verdict, Wait, decide
from bot.delivery.composing import Composed, Composer
from bot.delivery.planning import CHILD_GONE, taper
from bot.delivery.shelf import Shelf
from bot.delivery.succeeding import Ended, plan_successors, read_histories
from bot.store import Session, centres, claims, deliveries, guardians, questions
from bot.store.columns import id_of
from bot.store.states import DeliveryKind, DeliveryStatus
from bot.store.tables import Delivery, Guardian

ONE_DAY = timedelta(days=1)  # no zone is further from UTC
OVER = "programme is over"
ONE_A_SECOND = "one message a second"


@dataclass(frozen=True)
class Handing:
    """A delivery that is ours until a moment, checked and composed, on its way to the network."""

    delivery: Delivery
    guardian: Guardian
    message: OutgoingMessage
    until: datetime
    composed: Composed
    ignored_weeks: int = 0
    asks: Notice | None = None


@dataclass
class Claimed:
    """What came of one claim: what goes out, and how many were dealt with in all."""

    handings: list[Handing] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Decided:
    """A due delivery, what its deciding took, and the verdict."""

    case: Case
    verdict: Verdict


async def claim(
    session: Session,
    shelf: Shelf,
    *,
    claimant: str,
    until: datetime,
    limit: int,
    busy: set[int],
    chat_wait: timedelta,
    sealer: Sealer,
    now: datetime,
) -> Claimed:
    """Take up to `limit` due deliveries: asked-for ones first, then by the time they are due.

    Of each guardian one at a time; `busy` names those to whom a message is on its way already.
    Everything is written in the caller's transaction, so that what is handed out is ours.
    """
    due = list(await claims.lock_due(session, now=now, asked=True, limit=limit))
    if len(due) < limit:
        due += await claims.lock_due(session, now=now, asked=False, limit=limit - len(due))
    if not due:
        return Claimed()
    catalogue = shelf.current  # one for all of it, whatever comes meanwhile
    version = catalogue.programme.consent
    cases, waiting = await read_cases(
        session, due, version=version, busy=busy, chat_wait=chat_wait, now=now
    )
    cap, weeks = catalogue.programme.weekly_cap, catalogue.programme.weeks
    decided = [Decided(case, decide(case, cap=cap, now=now)) for case in cases]
    composer = Composer(session, catalogue, shelf=shelf, sealer=sealer, now=now)
    handings, over = await hand_out(composer, decided, until=until)
    await write_handed(session, handings, claimant=claimant, now=now)
    await write_waits(session, [*waiting, *list_waits(decided)])
    await write_endings(session, [*list_endings(decided), *over], weeks=weeks, now=now)
    for each in decided:
        if isinstance(each.verdict, Ending | Going) and each.verdict.tapers:
            guardian = await guardians.lock_guardian(session, id_of(each.case.guardian))
            await taper(session, guardian, weeks=weeks, now=now)
    return Claimed(handings, len(cases) + len(waiting))


async def read_cases(
    session: Session,
    due: Sequence[Delivery],
    *,
    version: str,
    busy: set[int],
    chat_wait: timedelta,
    now: datetime,
) -> tuple[list[Case], list[tuple[Delivery, Wait]]]:
    """Read what deciding takes, for all at once; (cases, those that wait for their chat).

    `version` is that of the consent texts that are asked for now. What is due to a guardian who is
    busy stays as it is, and is found again. Whoever is about to reply to one of the others waits
    until the claim is written, and then sees it.
    """
    found = await guardians.lock_guardians(session, sorted({each.guardian_id for each in due}))
    numbers, due = list(found), [each for each in due if each.guardian_id in found]
    pairs = await guardians.list_sibling_pairs(session, numbers)
    sent_at: dict[int, list[datetime]] = defaultdict(list)
    written_at = {number: each.replied_at for number, each in found.items() if each.replied_at}
    busy = set(busy)
    for each in await deliveries.list_recent(session, numbers, since=start_of_any_week(now)):
        number, ended_at = each.guardian_id, each.ended_at
        if each.status is DeliveryStatus.CLAIMED:
            busy.add(number)
        if each.status is not DeliveryStatus.SENT or ended_at is None:
            continue
        written_at[number] = max(ended_at, written_at.get(number, ended_at))
        if each.kind is DeliveryKind.PROGRAMME and not each.asked:
            sent_at[number].append(ended_at)
    histories = await read_histories(session, due, found)
    gone = await list_gone(session, due)
    asked = sorted({each.question_id for each in due if each.question_id is not None})
    answers = await questions.list_answers(session, asked)
    agreed = await guardians.list_versions(session, numbers, besides=version)
    cases, waiting = [], []
    for delivery in due:
        number = delivery.guardian_id
        free_at = turn_after(written_at.get(number), pause=chat_wait, now=now)
        if number in busy:
            continue
        if free_at > now:
            waiting.append((delivery, Wait(free_at, ONE_A_SECOND)))
            continue
        busy.add(number)
        cases.append(
            Case(
                delivery=delivery,
                guardian=found[number],
                history=histories[number],
                pairs=pairs.get(number, []),
                sent_at=sent_at[number],
                is_child_gone=id_of(delivery) in gone,
                question_at=answers[delivery.question_id].asked_at
                if delivery.question_id
                else None,
                is_outdated=number in agreed and is_newer(version, agreed[number]),
            )
        )
    return cases, waiting


async def list_gone(session: Session, due: Sequence[Delivery]) -> set[int]:
    """List the deliveries about a child who is gone, and the notices where no child is left.

    An answer of staff's is about nobody but whoever asked.
    """
    left = await centres.list_left(session, sorted({each.guardian_id for each in due}))
    alone = {number for number in left if not await centres.list_children(session, number)}
    return {
        id_of(each)
        for each in due
        if each.child_id in left.get(each.guardian_id, ())
        or (each.guardian_id in alone and each.question_id is None)
    }


def start_of_any_week(now: datetime) -> datetime:
    """Give a moment before which the present calendar week has begun in no zone.

    Nothing older counts: neither for the weekly cap, nor for one message a day.
    """
    monday = monday_of((now.astimezone(UTC) - ONE_DAY).date())
    return datetime.combine(monday, time(), UTC) - ONE_DAY


async def hand_out(
    composer: Composer, decided: Iterable[Decided], *, until: datetime
) -> tuple[list[Handing], list[tuple[Case, Ending]]]:
    """Compose what goes out; where the programme is over, it ends instead."""
    going = [(each.case, each.verdict) for each in decided if isinstance(each.verdict, Going)]
    families = {id_of(case.guardian): case.pairs for case, _verdict in going if case.pairs}
    days = {id_of(case.guardian): case.guardian.days for case, _verdict in going}
    told = [case.delivery for case, verdict in going if not verdict.asks]
    await composer.read(told, families, days)
    handings, over = [], []
    for case, verdict in going:
        composed = composer.compose(case.delivery, case.guardian, asks=verdict.asks)
        if composed is None:
            over.append((case, Ending(DeliveryStatus.SKIPPED, OVER)))
            continue
        handings.append(
            Handing(
                case.delivery,
                case.guardian,
                composed.message,
                until,
                composed,
                ignored_weeks=verdict.ignored_weeks,
                asks=verdict.asks,
            )
        )
    return handings, over


async def write_handed(
    session: Session,
    handings: Sequence[Handing],
    *,
    claimant: str,
    now: datetime,
) -> None:
    """Write down what goes to the network now, and what it says.

    One whose answer was lost before counts as handed over only right before its request, so that
    the same message is not taken for lost twice without having been sent.
    """
    await deliveries.record_all(
        session,
        [
            {
                "id": id_of(each.delivery),
                "status": DeliveryStatus.CLAIMED,
                "claimed_by": claimant,
                "claimed_until": each.until,
                "handed_at": None if each.delivery.lost_answers else now,
                "attempts": each.delivery.attempts + 1,
                "activity_id": each.composed.activity_id,
                "variant": each.composed.variant,
                "language": each.composed.language,
                "week": each.composed.week,
                "notice": each.composed.notice,
                "content_version": each.composed.version,
            }
            for each in handings
        ],
    )


def list_waits(decided: Iterable[Decided]) -> list[tuple[Delivery, Wait]]:
    """List what is sent later."""
    return [
        (each.case.delivery, each.verdict) for each in decided if isinstance(each.verdict, Wait)
    ]


async def write_waits(session: Session, waits: Sequence[tuple[Delivery, Wait]]) -> None:
    """Plan deliveries for later, with the reason."""
    await deliveries.record_all(
        session,
        [
            {"id": id_of(delivery), "due_at": wait.until, "reason": wait.reason}
            for delivery, wait in waits
        ],
    )


def list_endings(decided: Iterable[Decided]) -> list[tuple[Case, Ending]]:
    """List what is not sent."""
    return [(each.case, each.verdict) for each in decided if isinstance(each.verdict, Ending)]


async def write_endings(
    session: Session, endings: Sequence[tuple[Case, Ending]], *, weeks: int, now: datetime
) -> None:
    """End deliveries that are not sent, each with its reason, and plan what follows."""
    await deliveries.record_all(
        session,
        [
            {
                "id": id_of(case.delivery),
                "status": ending.status,
                "reason": ending.reason,
                "ended_at": now,
            }
            for case, ending in endings
        ],
    )
    ended = [
        Ended(case.delivery, case.guardian, case.history)
        for case, ending in endings
        if ending.reason != CHILD_GONE  # then nothing follows
    ]
    await plan_successors(session, ended, weeks=weeks, now=now)
