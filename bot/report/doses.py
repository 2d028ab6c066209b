"""Every child's dose: what its family received and did, each measure defined once.

The definitions stand beside the fields; exports, the report and the codebook all take them there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from bot.store import Session, measures
from bot.store.funnel import FunnelRow, list_children

ACTIVE_WEEKS = 8  # from how many a child counts as a complier, where the study says nothing else
SECONDS_A_DAY = 86_400


def measure(label: str, unit: str, definition: str, *, default: Any = 0) -> Any:
    """Define a measure."""
    told = {"label": label, "unit": unit, "definition": definition}
    return field(default=default, metadata=told)


@dataclass(frozen=True, kw_only=True)
class Dose:
    """What one child of the roster received and its family did, over all its guardians."""

    guardians: int = measure(
        "Guardians",
        "persons",
        "Guardians who have joined for the child and were not forgotten, each once, however many "
        "phones they have moved to.",
    )
    weeks_assigned: int = measure(
        "Weeks assigned",
        "weeks",
        "Weeks of the child's own programme of which at least one message was sent. A week whose "
        "messages a sibling got in its place is the sibling's.",
    )
    active_weeks: int = measure(
        "Active weeks",
        "weeks",
        "Weeks of the programme with at least one touch, also one that was asked for, whose last "
        "answer is did-it, whichever guardian gave it.",
    )
    delivered: int = measure(
        "Delivered", "messages", "Messages of the programme that were sent, to all guardians."
    )
    tapped: int = measure(
        "Tapped",
        "messages",
        "Messages of the programme with which a guardian did anything: an answer, easier or "
        "harder, when it will be tried, or what the child can do.",
    )
    heard: int = measure(
        "Heard",
        "recordings",
        "Recordings played: of the child's activities, and of pages of stories, which count for "
        "each child of the guardian.",
    )
    done: int = measure(
        "Activities done",
        "activities",
        "Activities of the weeks' programme with a touch whose last answer is did-it; an activity "
        "counts once a week.",
    )
    minutes: int = measure(
        "Minutes",
        "minutes",
        "Minutes that the activities done are said to take; an activity counts once a week. "
        "Nothing is measured with a clock.",
    )
    days_to_start: float | None = measure(
        "Days to start",
        "days",
        "From the first card's issue to the first guardian's joining; missing where nobody joined "
        "or there is no card.",
        default=None,
    )
    has_stopped: bool = measure(
        "Stopped",
        "yes or no",
        "Somebody has joined, and every guardian has stopped or is unreachable.",
        default=False,
    )
    is_complier: bool = measure(
        "Complier",
        "yes or no",
        f"At least {ACTIVE_WEEKS} active weeks, or as many as the study has settled on.",
        default=False,
    )

    @property
    def share(self) -> float | None:
        """The primary dose: active weeks among the weeks assigned; None where none was assigned."""
        return self.active_weeks / self.weeks_assigned if self.weeks_assigned else None


async def gather_doses(
    session: Session,
    *,
    minutes: Mapping[str, int],
    for_research: bool = False,
    active_weeks: int = ACTIVE_WEEKS,
    rows: Sequence[FunnelRow] | None = None,
) -> dict[int, Dose]:
    """Measure every child of the roster, by its number, joined or not.

    `minutes` says how long each activity takes. For research only those guardians' taps count who
    said yes to it. `rows` are the children, where they have been read already.
    """
    received = {each.child_id: each for each in await measures.list_received(session)}
    families = {each.child_id: each for each in await measures.list_families(session)}
    tapped = await measures.count_tapped(session, for_research=for_research)
    heard = await measures.count_heard(session, for_research=for_research)
    weeks: dict[int, set[int]] = defaultdict(set)
    spent: dict[int, int] = defaultdict(int)
    times: dict[int, int] = defaultdict(int)
    for done in await measures.list_done_weeks(session, for_research=for_research):
        weeks[done.child_id].add(done.week)
        spent[done.child_id] += minutes.get(done.activity_id, 0)
        times[done.child_id] += 1
    doses = {}
    for row in rows if rows is not None else await list_children(session):
        child = row.child_id
        got, family = received.get(child), families.get(child)
        doses[child] = Dose(
            guardians=family.guardians if family else 0,
            weeks_assigned=got.weeks if got else 0,
            active_weeks=len(weeks[child]),
            delivered=got.delivered if got else 0,
            tapped=tapped.get(child, 0),
            heard=heard.get(child, 0),
            done=times[child],
            minutes=spent[child],
            days_to_start=count_days(row),
            has_stopped=family is not None and 0 < family.guardians == family.ended,
            is_complier=len(weeks[child]) >= active_weeks,
        )
    return doses


def count_days(row: FunnelRow) -> float | None:
    """Count the days from a child's first card to its first guardian."""
    if row.issued_at is None or row.joined_at is None:
        return None
    return (row.joined_at - row.issued_at).total_seconds() / SECONDS_A_DAY


@dataclass(frozen=True)
class Definition:
    """What one measure means."""

    name: str
    label: str
    unit: str
    definition: str


def list_definitions() -> list[Definition]:
    """List every measure, as the codebook tells it."""
    return [Definition(each.name, **each.metadata) for each in fields(Dose)]
