"""What simulated families do: who joins, what they agree to, and how they answer their messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from random import Random

from bot.core.actions import Purpose
from bot.core.cadence import Touch
from bot.store import Session
from bot.store.columns import id_of
from bot.store.states import (
    ConsentAnswer,
    DeliveryKind,
    DeliveryStatus,
    Disadvantage,
    EventKind,
    GuardianState,
)
from bot.store.tables import Card, Child, Consent, Delivery, EngagementEvent, Guardian, Pair

WEEKS = 22
TOUCHES = {Touch.DO: 0, Touch.GROW: 3}  # on Monday and Thursday
VERSION = "simulated"
OPENS = {Disadvantage.LOW: 0.8, Disadvantage.OTHER: 0.92}  # a card that was issued
JOINS = {Disadvantage.LOW: 0.75, Disadvantage.OTHER: 0.9}  # once it was opened
ZEAL = {Disadvantage.LOW: 0.65, Disadvantage.OTHER: 0.75}  # the mean chance to answer, at first
TIRES = 20.0  # in so many weeks zeal falls to a third
SILENT = 0.1  # of those who joined never answer
STOPS = 0.008  # a week
FAILS, SKIPS = 0.01, 0.02  # of the messages
ANSWERED = (EventKind.DID_IT, EventKind.NOT_YET, EventKind.SEEN, EventKind.TOO_HARD)
ANSWER_WEIGHTS = (6, 2, 2, 1)
LINKS = ((ConsentAnswer.GIVEN, 80), (ConsentAnswer.REFUSED, 8), (None, 12))
RESEARCHES = ((ConsentAnswer.GIVEN, 70), (ConsentAnswer.REFUSED, 20), (None, 10))


@dataclass
class Family:
    """A child and its family; `activity` is the share of weeks in which they did something."""

    child: Child
    centre: str
    language: str
    disadvantage: Disadvantage
    ability: float  # before the start, in standard deviations
    guardian: Guardian | None = None
    active: set[int] = field(default_factory=set)

    @property
    def activity(self) -> float:
        """The share of the programme's weeks in which the family did something."""
        return len(self.active) / WEEKS


async def live(
    session: Session, families: Sequence[Family], *, has_programme: bool, rng: Random, at: datetime
) -> None:
    """Hand out cards, let guardians join, and send them the programme where they have it."""
    for family in families:
        session.add(hand_out(family, rng=rng, at=at))
    session.add_all(family.guardian for family in families if family.guardian)
    await session.flush()
    joined = [(family, family.guardian) for family in families if family.guardian]
    for family, guardian in joined:
        session.add(pair(family, guardian))
        session.add_all(list_consents(guardian, rng=rng))
    if not has_programme:
        return
    sent = [list_deliveries(family, guardian, rng=rng) for family, guardian in joined]
    session.add_all(delivery for deliveries in sent for delivery in deliveries)
    await session.flush()
    for (family, _guardian), deliveries in zip(joined, sent, strict=True):
        session.add_all(list_answers(family, deliveries, rng=rng))


# Joining


def pair(family: Family, guardian: Guardian) -> Pair:
    """Tie a guardian to its child."""
    return Pair(
        guardian_id=id_of(guardian),
        child_id=id_of(family.child),
        joined_at=guardian.joined_at,
    )


def hand_out(family: Family, *, rng: Random, at: datetime) -> Card:
    """Issue a card; whoever opens it may join some days later, the disadvantaged less often."""
    opened_at = None
    if rng.random() < OPENS[family.disadvantage]:
        opened_at = at + timedelta(hours=rng.randrange(4, 200))
        if rng.random() < JOINS[family.disadvantage]:
            family.guardian = make_guardian(family, at=opened_at + timedelta(minutes=5))
    return Card(
        child_id=id_of(family.child),
        code_key=f"simulated {family.child.study_code}",
        code_sealed=b"",
        language=family.language,
        issued_at=at,
        printed_at=at,
        opened_at=opened_at,
    )


def make_guardian(family: Family, *, at: datetime) -> Guardian:
    """Make a guardian of the usual rhythm, without a chat."""
    return Guardian(
        chat_key=f"simulated {family.child.study_code}",
        chat_sealed=b"",
        language=family.language,
        zone="Europe/Copenhagen",
        days=tuple(TOUCHES.values()),
        hour=17,
        quiet_from=21,
        quiet_until=8,
        joined_at=at,
        settled_at=at,
        heard_at=at,
    )


def list_consents(guardian: Guardian, *, rng: Random) -> Iterator[Consent]:
    """Say yes to messages; to linking and research most say yes, some no, and some nothing."""
    said = {Purpose.MESSAGES: ConsentAnswer.GIVEN}
    for purpose, answers in ((Purpose.LINKING, LINKS), (Purpose.RESEARCH, RESEARCHES)):
        [answer] = rng.choices([each for each, _ in answers], [weight for _, weight in answers])
        if answer:
            said[purpose] = answer
    for purpose, answer in said.items():
        yield Consent(
            guardian_id=id_of(guardian),
            purpose=purpose,
            answer=answer,
            version="1",
            language=guardian.language,
            answered_at=guardian.joined_at,
        )


# The programme


def list_deliveries(family: Family, guardian: Guardian, *, rng: Random) -> list[Delivery]:
    """List the messages of a family's weeks, from the Monday after joining, until it stops."""
    start = guardian.joined_at.replace(hour=15, minute=0, second=0, microsecond=0)
    monday = start + timedelta(days=7 - start.weekday())
    deliveries = []
    for week in range(1, WEEKS + 1):
        if rng.random() < STOPS:
            guardian.state = GuardianState.STOPPED
            break
        for touch, day in TOUCHES.items():
            at = monday + timedelta(weeks=week - 1, days=day)
            deliveries.append(
                make_delivery(family, guardian, week=week, touch=touch, rng=rng, at=at)
            )
    return deliveries


def make_delivery(
    family: Family, guardian: Guardian, *, week: int, touch: Touch, rng: Random, at: datetime
) -> Delivery:
    """Make one message of the programme, with how it ended."""
    status, chance = DeliveryStatus.SENT, rng.random()
    if chance < FAILS + SKIPS:
        status = DeliveryStatus.FAILED if chance < FAILS else DeliveryStatus.SKIPPED
    return Delivery(
        guardian_id=id_of(guardian),
        child_id=id_of(family.child),
        kind=DeliveryKind.PROGRAMME,
        status=status,
        planned_at=at - timedelta(days=3),
        due_at=at,
        slot_at=at,
        slot_on=at.date(),
        week=week,
        touch=touch,
        attempts=1,
        ended_at=at,
        reason=None if status is DeliveryStatus.SENT else "simulated",
        activity_id=f"simulated-{week:02}",
        language=family.language,
        content_version=VERSION,
    )


def list_answers(
    family: Family, deliveries: Sequence[Delivery], *, rng: Random
) -> Iterator[EngagementEvent]:
    """Answer some of the messages that came, less and less often; some families never do."""
    zeal = min(1.0, max(0.0, rng.gauss(ZEAL[family.disadvantage], 0.25)))
    if rng.random() < SILENT:
        return
    for delivery in deliveries:
        week = delivery.week or 0
        if delivery.status is DeliveryStatus.SENT and rng.random() < zeal * exp(-week / TIRES):
            yield answer(family, delivery, rng=rng)


def answer(family: Family, delivery: Delivery, *, rng: Random) -> EngagementEvent:
    """Answer a message within a day and a half."""
    [kind] = rng.choices(ANSWERED, ANSWER_WEIGHTS)
    if kind is EventKind.DID_IT and delivery.week is not None:
        family.active.add(delivery.week)
    return EngagementEvent(
        guardian_id=delivery.guardian_id,
        child_id=delivery.child_id,
        delivery_id=id_of(delivery),
        kind=kind,
        happened_at=delivery.due_at + timedelta(minutes=rng.randrange(5, 2000)),
    )
