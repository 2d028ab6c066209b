"""The tables of an export, column by column."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.report.doses import Dose, list_definitions
from bot.report.exports.columns import (
    NOT_ASSESSED,
    NOT_LINKED,
    NOT_RESEARCHED,
    WITHHELD,
    Column,
    Kind,
    Table,
    moment,
)
from bot.store.linking import Linking
from bot.store.states import (
    DeliveryKind,
    DeliveryStatus,
    Disadvantage,
    EventKind,
    OutcomeEnd,
)

SCHEMA = "2"  # rises whenever a column's name or meaning changes
OF_FAMILIES = (WITHHELD, NOT_LINKED)
OF_TAPS = (*OF_FAMILIES, NOT_RESEARCHED)
TAPPED = ("active_weeks", "tapped", "heard", "minutes", "is_complier", "share")
CHILD = (
    "The child; empty where engagement may not be tied to it (see linking in dose). "
    "The same in every table."
)
CHANGED = Column(
    "changed_at",
    Kind.MOMENT,
    "Changed (UTC)",
    "The moment of the export of this series that first held the row as it is, UTC.",
)


def words_of(words: type[StrEnum]) -> dict[str, str]:
    """Give every word of a list with its label."""
    return {str(each): str(each).replace("-", " ") for each in words}


DELIVERIES = Table(
    "deliveries",
    "one message to one guardian",
    "delivery",
    (
        Column("delivery", Kind.PSEUDONYM, "Delivery", "The message.", "id", "delivery"),
        Column("guardian", Kind.PSEUDONYM, "Guardian", "Who got it.", "guardian_id", "guardian"),
        Column("child", Kind.PSEUDONYM, "Child", CHILD, "linked_child_id", "child"),
        Column("kind", Kind.WORD, "Kind", "What it is for.", words=words_of(DeliveryKind)),
        Column("status", Kind.WORD, "Status", "Where it stands.", words=words_of(DeliveryStatus)),
        Column("reason", Kind.WORD, "Reason", "Why it failed, was skipped or was put off."),
        Column("week", Kind.NUMBER, "Week", "The week of the child's programme, from 1."),
        Column("touch", Kind.WORD, "Touch", "Which of the week's three.", words=words_of(Touch)),
        *moment("slot_at", "Slot", "The place in the programme that it fills"),
        *moment("planned_at", "Planned", "When it was planned"),
        *moment("due_at", "Due", "From when it may go out"),
        *moment("ended_at", "Ended", "When it was sent, failed or skipped"),
        Column("attempts", Kind.NUMBER, "Attempts", "How often the network was handed it."),
        Column(
            "in_doubt",
            Kind.YES_NO,
            "In doubt",
            "Whether an answer was lost, so that it may have come twice.",
            "lost_answers",
        ),
        Column("activity", Kind.WORD, "Activity", "The activity's id.", "activity_id"),
        Column("variant", Kind.WORD, "Variant", "Which form.", words=words_of(Variant)),
        Column("language", Kind.WORD, "Language", "The language that it was sent in."),
        Column("content_version", Kind.WORD, "Content", "The catalogue that it was made from."),
    ),
)
EVENTS = Table(
    "events",
    "something that a guardian did who lets researchers use it",
    "event",
    (
        Column("event", Kind.PSEUDONYM, "Event", "The event.", "id", "event"),
        Column(
            "guardian",
            Kind.PSEUDONYM,
            "Guardian",
            "Empty before joining.",
            "guardian_id",
            "guardian",
        ),
        Column("child", Kind.PSEUDONYM, "Child", CHILD, "linked_child_id", "child"),
        Column(
            "delivery", Kind.PSEUDONYM, "Delivery", "What it is about.", "delivery_id", "delivery"
        ),
        Column(
            "material",
            Kind.WORD,
            "Material",
            "The story or the page to print that it is about; for story-heard with page and "
            "language: red-suitcase/3/ar.",
        ),
        Column("kind", Kind.WORD, "Kind", "What was done.", words=words_of(EventKind)),
        *moment("happened_at", "Happened", "When"),
    ),
)
OUTCOMES = Table(
    "outcomes",
    "one assessed result of a child on the roster whose results are not withheld",
    "outcome",
    (
        Column("outcome", Kind.PSEUDONYM, "Outcome", "The result.", "id", "outcome"),
        Column(
            "child",
            Kind.PSEUDONYM,
            "Child",
            "The child, as in dose: results come linked by study code already.",
            "child_id",
            "child",
        ),
        Column("instrument", Kind.WORD, "Instrument", "Which test."),
        Column("wave", Kind.WORD, "Wave", "When in the study, such as before and after."),
        Column(
            "score",
            Kind.DECIMAL,
            "Score",
            "The score, in the test's own unit.",
            unit="of the instrument",
            missing=(NOT_ASSESSED,),
        ),
        Column("assessed_on", Kind.DATE, "Assessed on", "The day of the assessment."),
        Column(
            "ended",
            Kind.WORD,
            "How the row ended",
            "accepted, or corrected: a mistyped study code was put right by confirmation.",
            words=words_of(OutcomeEnd),
        ),
    ),
)


def list_measures() -> Iterable[Column]:
    """Make a column of every measure in the dictionary of measures."""
    for each in list_definitions():
        value = Dose.__dataclass_fields__[each.name].type
        yield Column(
            each.name,
            {int: Kind.NUMBER, bool: Kind.YES_NO}.get(value, Kind.DECIMAL),  # type: ignore[arg-type]
            each.label,
            each.definition,
            unit=each.unit,
            missing=OF_TAPS if each.name in TAPPED else OF_FAMILIES,
        )


DOSE = Table(
    "dose",
    "one child of the roster, joined or not",
    "child",
    (
        Column("child", Kind.PSEUDONYM, "Child", "The child.", "child_id", "child"),
        Column("centre", Kind.PSEUDONYM, "Centre", "The child's centre.", "centre_id", "centre"),
        Column("arm", Kind.WORD, "Arm", "What the child or its centre was drawn into."),
        Column("stratum", Kind.WORD, "Stratum", "Within which stratum it was drawn."),
        Column("birth_month", Kind.DATE, "Birth month", "The first of the month of birth."),
        Column("home_language", Kind.WORD, "Home language", "As the school's list says."),
        Column("baseline", Kind.DECIMAL, "Baseline", "The level that the school's list gives."),
        Column(
            "disadvantage",
            Kind.WORD,
            "Disadvantage",
            "As the school's list marks it, as coarsely as it can.",
            words=words_of(Disadvantage),
        ),
        Column("is_open", Kind.YES_NO, "By a poster", "Came by a poster, not from a list."),
        *moment("enrolled_at", "Enrolled", "When the child was put on the roster"),
        Column(
            "linking",
            Kind.WORD,
            "Linking",
            "linked: a guardian said yes and none no. not linked: nobody answered, or nobody "
            "joined. withheld: a guardian said no or withdrew, or the last one was forgotten; "
            "then no other table has a row of the child. What follows is filled only where linked.",
            words=words_of(Linking),
        ),
        Column(
            "research",
            Kind.NUMBER,
            "Guardians who let researchers use it",
            "How many guardians let researchers use what they tapped. What others tapped is in no "
            "table; where it is nobody, what was done is empty.",
            unit="persons",
            missing=OF_FAMILIES,
        ),
        *(
            replace(each, missing=OF_FAMILIES)
            for each in moment("joined_at", "Joined", "When the first guardian joined")
        ),
        *list_measures(),
        Column(
            "share",
            Kind.DECIMAL,
            "Primary dose",
            "Active weeks among the weeks assigned; empty where none was assigned.",
            unit="share from 0",
            missing=OF_TAPS,
        ),
    ),
)
FORGOTTEN = Table(
    "forgotten",
    "the forgotten families of one centre, or of all",
    "centre",
    (
        Column(
            "centre",
            Kind.PSEUDONYM,
            "Centre",
            "Empty in the line of all centres together.",
            of="centre",
        ),
        Column(
            "guardians",
            Kind.NUMBER,
            "Guardians",
            "How many guardians were forgotten; empty where few, or where it would tell.",
            unit="persons",
        ),
        Column("sent", Kind.NUMBER, "Sent", "Messages of the programme that they had been sent."),
        Column("answered", Kind.NUMBER, "Answered", "Touches that they had answered."),
    ),
)
TABLES = (DELIVERIES, EVENTS, DOSE, OUTCOMES, FORGOTTEN)


def in_series(table: Table) -> Table:
    """Give a table as exports of a series have it: with when each row changed."""
    return table if table is FORGOTTEN else replace(table, columns=(*table.columns, CHANGED))
