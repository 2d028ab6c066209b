"""Measure, for every child on the roster, what was sent, what was done, and what may be told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.actions import Purpose
from bot.store import Session, exports
from bot.store.events import ANSWERS
from bot.store.exports import AssessedRow, RosterRow
from bot.store.linking import Linking, decide_linking
from bot.store.states import ConsentAnswer, DeliveryKind, DeliveryStatus, EventKind
from bot.store.tables import Delivery, EngagementEvent, Pair


@dataclass
class ChildMeasures:
    """One child of the roster and what is known of its programme.

    What is `researched` comes from the guardians alone who let researchers use what they tapped.
    """

    row: RosterRow
    linking: Linking = Linking.NOT_LINKED
    guardians: int = 0
    researched: int = 0
    joined_at: datetime | None = None
    weeks: set[int] = field(default_factory=set)
    weeks_done: set[int] = field(default_factory=set)
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    answers: dict[EventKind, int] = field(default_factory=lambda: defaultdict(int))
    researched_answers: dict[EventKind, int] = field(default_factory=lambda: defaultdict(int))
    researched_weeks: set[int] = field(default_factory=set)
    outcomes: list[AssessedRow] = field(default_factory=list)

    @property
    def has_joined(self) -> bool:
        """Whether a guardian has consented to messages."""
        return self.guardians > 0

    @property
    def has_taken_part(self) -> bool:
        """Whether a guardian has answered at least one touch."""
        return sum(self.answers.values()) > 0


@dataclass(frozen=True)
class Evidence:
    """Everything that exports and the report are made from, as of one moment."""

    children: Mapping[int, ChildMeasures]
    deliveries: Sequence[Delivery]
    events: Sequence[EngagementEvent]
    researched: frozenset[int]
    withheld: frozenset[int]

    def may_list(self, delivery: Delivery) -> bool:
        """Say whether a message may stand in a file: not where its child's linking is withheld.

        The running numbers in an earlier file would tie it to the study code all the same.
        """
        if delivery.child_id is None:
            return delivery.guardian_id not in self.withheld
        return self.linking_of(delivery.child_id) is not Linking.WITHHELD

    def may_research(self, event: EngagementEvent) -> bool:
        """Say whether what a guardian did may be given to researchers."""
        if event.child_id and self.linking_of(event.child_id) is Linking.WITHHELD:
            return False
        if event.guardian_id is None:  # a card was opened, nobody knows by whom
            return True
        is_withheld = event.child_id is None and event.guardian_id in self.withheld
        return event.guardian_id in self.researched and not is_withheld

    def linking_of(self, child_id: int | None) -> Linking:
        """Say whether a child's engagement may be told by its study code."""
        return self.children[child_id].linking if child_id else Linking.NOT_LINKED


async def gather_evidence(session: Session) -> Evidence:
    """Read everything, and measure each child."""
    children = {row.child_id: ChildMeasures(row) for row in await exports.list_roster(session)}
    pairs = await exports.list_pairs(session)
    consents = await exports.list_last_consents(session, Purpose.LINKING)
    deliveries = await exports.list_deliveries(session)
    events = await exports.list_events(session)
    research = await exports.list_last_consents(session, Purpose.RESEARCH)
    researched = frozenset(
        number for number, answer in research.items() if answer is ConsentAnswer.GIVEN
    )
    measure_joining(children, pairs, consents)
    for pair in pairs:
        children[pair.child_id].researched += pair.guardian_id in researched
    withheld = frozenset(
        pair.guardian_id for pair in pairs if children[pair.child_id].linking is Linking.WITHHELD
    )
    measure_sending(children, deliveries)
    measure_answers(children, deliveries, events, researched=researched)
    for outcome in await exports.list_outcomes(session):
        children[outcome.child_id].outcomes.append(outcome)
    return Evidence(children, deliveries, events, researched, withheld)


def measure_joining(
    children: Mapping[int, ChildMeasures],
    pairs: Sequence[Pair],
    consents: Mapping[int, ConsentAnswer],
) -> None:
    """Count guardians, and see what all of them say of linking."""
    answers: defaultdict[int, list[ConsentAnswer | None]] = defaultdict(list)
    for pair in pairs:
        child = children[pair.child_id]
        child.guardians += 1
        child.joined_at = min(child.joined_at or pair.joined_at, pair.joined_at)
        answers[pair.child_id].append(consents.get(pair.guardian_id))
    for child_id, child in children.items():
        is_withdrawn = child.row.withdrawn_at is not None
        child.linking = decide_linking(answers[child_id], is_withdrawn=is_withdrawn)


def measure_sending(children: Mapping[int, ChildMeasures], deliveries: Sequence[Delivery]) -> None:
    """Count a child's programme deliveries by how they ended, and the weeks that began."""
    for delivery in deliveries:
        if delivery.kind is not DeliveryKind.PROGRAMME or delivery.child_id is None:
            continue
        child = children[delivery.child_id]
        if delivery.status is DeliveryStatus.SENT:
            child.sent += 1
            if delivery.week:  # a question in a touch's place is of no week
                child.weeks.add(delivery.week)
        elif delivery.status is DeliveryStatus.FAILED:
            child.failed += 1
        elif delivery.status is DeliveryStatus.SKIPPED:
            child.skipped += 1


def measure_answers(
    children: Mapping[int, ChildMeasures],
    deliveries: Sequence[Delivery],
    events: Sequence[EngagementEvent],
    *,
    researched: frozenset[int],
) -> None:
    """Count the answers that count: the last one to each delivery."""
    of_delivery = {delivery.id: delivery for delivery in deliveries}
    last = {event.delivery_id: event for event in events if event.kind in ANSWERS}
    for event in last.values():
        delivery = of_delivery.get(event.delivery_id)
        if delivery is None or delivery.child_id is None:
            continue
        child = children[delivery.child_id]
        is_done = event.kind is EventKind.DID_IT
        weeks = {delivery.week} if is_done and delivery.week else set()
        child.answers[event.kind] += 1
        child.weeks_done |= weeks
        if delivery.guardian_id in researched:
            child.researched_answers[event.kind] += 1
            child.researched_weeks |= weeks
