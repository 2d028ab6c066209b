"""Write the exports: deliveries, events, doses, counts of the forgotten, each column explained."""

import csv
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from pydantic import BaseModel, Field

from bot.errors import BotError
from bot.report.forgotten import ForgottenLine, list_lines
from bot.report.measures import ChildMeasures, Evidence, gather_evidence
from bot.store import Session
from bot.store.exports import list_forgotten
from bot.store.linking import Linking
from bot.store.states import EventKind
from bot.store.tables import Delivery, EngagementEvent

DICTIONARY = "dictionary.csv"
FORMULA = ("=", "+", "-", "@")  # how a spreadsheet would begin to compute
PSEUDONYM = (
    "The child's study code; empty where engagement may not be tied to it (see dose.linking)."
)


class DeliveryLine(BaseModel):
    """One message to one guardian."""

    delivery: int = Field(description="The delivery's number.")
    guardian: int = Field(description="A running number for the guardian; not a chat.")
    study_code: str | None = Field(description=PSEUDONYM)
    kind: str = Field(description="programme, check, answer or notice.")
    status: str = Field(description="planned, claimed, sent, failed or skipped.")
    reason: str | None = Field(description="Why it failed, was skipped or was put off.")
    week: int | None = Field(description="The week of the child's programme, from 1.")
    touch: str | None = Field(description="why, do or grow.")
    slot_at: datetime | None = Field(description="The place in the programme that it fills, UTC.")
    planned_at: datetime = Field(description="When it was planned, UTC.")
    due_at: datetime = Field(description="From when it may go out, UTC.")
    ended_at: datetime | None = Field(description="When it was sent, failed or skipped, UTC.")
    attempts: int = Field(description="How often it was handed to the network.")
    in_doubt: bool = Field(
        description="Whether an answer was lost, so that it may have come twice."
    )
    activity: str | None = Field(description="The activity's id.")
    variant: str | None = Field(description="easier, plain or harder.")
    language: str | None = Field(description="The language that it was sent in.")
    content_version: str | None = Field(description="The catalogue that it was made from.")


class EventLine(BaseModel):
    """Something that a guardian did."""

    event: int = Field(description="The event's number.")
    guardian: int | None = Field(description="A running number; empty before joining.")
    study_code: str | None = Field(description=PSEUDONYM)
    delivery: int | None = Field(description="The delivery that it is about.")
    material: str | None = Field(
        description=(
            "The story or the page to print that it is about; for story-heard with page and "
            "language: red-suitcase/3/ar."
        )
    )
    kind: str = Field(description=f"One of: {', '.join(EventKind)}.")
    happened_at: datetime = Field(description="When, UTC.")


class DoseLine(BaseModel):
    """One child of the roster, joined or not."""

    centre: str = Field(description="The centre's code.")
    study_code: str = Field(description="The child's study code.")
    birth_month: date | None = Field(description="The first of the month of birth.")
    enrolled_at: datetime = Field(description="When the child was put on the roster, UTC.")
    linking: str = Field(
        description=(
            "linked: a guardian said yes and none no. not linked: nobody answered, or nobody "
            "joined. withheld: a guardian said no or withdrew, or the last one was forgotten; "
            "then no other file has a row of the child. What follows is filled only where linked."
        )
    )
    guardians: int | None = Field(description="How many guardians have joined for this child.")
    research: int | None = Field(
        description=(
            "How many of them let researchers use what they tapped. What others tapped is in no "
            "file; where it is nobody, what was done is empty."
        )
    )
    joined_at: datetime | None = Field(description="When the first of them joined, UTC.")
    weeks_begun: int | None = Field(description="Weeks of which at least one touch was sent.")
    weeks_done: int | None = Field(description="Weeks with at least one touch answered did-it.")
    sent: int | None = Field(description="Programme messages sent, over all guardians.")
    failed: int | None = Field(description="Programme messages that failed.")
    skipped: int | None = Field(description="Programme messages that were skipped.")
    answered: int | None = Field(description="Touches with an answer; the last one counts.")
    did_it: int | None = Field(description="Touches whose last answer is did-it.")
    not_yet: int | None = Field(description="Touches whose last answer is not-yet.")
    too_hard: int | None = Field(description="Touches whose last answer is too-hard.")
    not_for_us: int | None = Field(description="Touches whose last answer is not-for-us.")
    seen: int | None = Field(description="Touches whose last answer is good to know.")


class DictionaryLine(BaseModel):
    """One column of one file."""

    file: str = Field(description="The file.")
    column: str = Field(description="The column.")
    type: str = Field(description="What it holds; moments are ISO 8601 in UTC.")
    description: str = Field(description="What it means.")


async def export_tables(session: Session, folder: Path) -> list[tuple[str, int]]:
    """Write every file to a folder, all or none; return each file's name and number of rows.

    Raise BotError for a folder that holds anything but an earlier export.
    """
    evidence = await gather_evidence(session)
    tables: dict[str, tuple[type[BaseModel], list[BaseModel]]] = {
        "deliveries.csv": (
            DeliveryLine,
            [line_of(each, evidence) for each in evidence.deliveries if evidence.may_list(each)],
        ),
        "events.csv": (
            EventLine,
            [
                event_line_of(each, evidence)
                for each in evidence.events
                if evidence.may_research(each)
            ],
        ),
        "dose.csv": (DoseLine, [dose_line_of(each) for each in evidence.children.values()]),
        "forgotten.csv": (ForgottenLine, [*list_lines(await list_forgotten(session))]),
    }
    models = {name: model for name, (model, _lines) in tables.items()}
    tables[DICTIONARY] = (DictionaryLine, list(list_dictionary(models)))
    put_in_place(folder, tables)
    return [(name, len(lines)) for name, (_model, lines) in tables.items()]


def line_of(delivery: Delivery, evidence: Evidence) -> DeliveryLine:
    """Make a delivery's line."""
    return DeliveryLine(
        delivery=delivery.id or 0,
        guardian=delivery.guardian_id,
        study_code=study_code_of(delivery.child_id, evidence),
        kind=delivery.kind,
        status=delivery.status,
        reason=delivery.reason,
        week=delivery.week,
        touch=delivery.touch,
        slot_at=delivery.slot_at,
        planned_at=delivery.planned_at,
        due_at=delivery.due_at,
        ended_at=delivery.ended_at,
        attempts=delivery.attempts,
        in_doubt=delivery.in_doubt,
        activity=delivery.activity_id,
        variant=delivery.variant,
        language=delivery.language,
        content_version=delivery.content_version,
    )


def event_line_of(event: EngagementEvent, evidence: Evidence) -> EventLine:
    """Make an event's line."""
    return EventLine(
        event=event.id or 0,
        guardian=event.guardian_id,
        study_code=study_code_of(event.child_id, evidence),
        delivery=event.delivery_id,
        material=event.material,
        kind=event.kind,
        happened_at=event.happened_at,
    )


def study_code_of(child_id: int | None, evidence: Evidence) -> str | None:
    """Give a child's study code, where engagement may be tied to it."""
    if child_id is None or evidence.linking_of(child_id) is not Linking.LINKED:
        return None
    return evidence.children[child_id].row.study_code


def dose_line_of(child: ChildMeasures) -> DoseLine:
    """Make a child's line; what it did is told where that may be linked, and used for research."""
    row, answers = child.row, child.researched_answers
    told: dict[str, Any] = dict.fromkeys(DoseLine.model_fields)
    if child.linking is Linking.LINKED:
        told |= {
            "guardians": child.guardians,
            "research": child.researched,
            "joined_at": child.joined_at,
            "weeks_begun": len(child.weeks),
            "sent": child.sent,
            "failed": child.failed,
            "skipped": child.skipped,
        }
    if child.linking is Linking.LINKED and child.researched:
        told |= {
            "weeks_done": len(child.researched_weeks),
            "answered": sum(answers.values()),
            "did_it": answers[EventKind.DID_IT],
            "not_yet": answers[EventKind.NOT_YET],
            "too_hard": answers[EventKind.TOO_HARD],
            "not_for_us": answers[EventKind.NOT_FOR_US],
            "seen": answers[EventKind.SEEN],
        }
    told |= {
        "centre": row.centre,
        "study_code": row.study_code,
        "birth_month": row.birth_month,
        "enrolled_at": row.enrolled_at,
        "linking": child.linking,
    }
    return DoseLine(**told)


def list_dictionary(models: dict[str, type[BaseModel]]) -> Iterable[DictionaryLine]:
    """Explain every column of every file, from what the files are written from."""
    explained: dict[str, type[BaseModel]] = {**models, DICTIONARY: DictionaryLine}
    for name, model in explained.items():
        for column, field in model.model_fields.items():
            shown = str(field.annotation).removeprefix("<class '").removesuffix("'>")
            yield DictionaryLine(
                file=name,
                column=column,
                type=shown.replace("datetime.", "").replace(" | None", " or empty"),
                description=field.description or "",
            )


def put_in_place(folder: Path, tables: dict[str, tuple[type[BaseModel], list[BaseModel]]]) -> None:
    """Write the files beside the folder, and put them in its place in one step."""
    if folder.exists() and not is_ours(folder, tables):
        raise BotError(f"{folder} holds other files. Give the export a folder of its own.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, (model, lines) in tables.items():
            write_table(draft / name, list(model.model_fields), lines)
        draft.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def is_ours(folder: Path, tables: Iterable[str]) -> bool:
    """Say whether a folder holds nothing but an earlier export."""
    return folder.is_dir() and {path.name for path in folder.iterdir()} <= set(tables)


def write_table(path: Path, columns: Sequence[str], lines: Iterable[BaseModel]) -> None:
    """Write one file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for line in lines:
            writer.writerow([show(getattr(line, column)) for column in columns])


def show(value: object) -> str:
    """Write a value as text; one that a spreadsheet would compute is led by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
