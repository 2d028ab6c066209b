"""The rows of the roster: every child's place in the trial, and its measures where told."""

from dataclasses import asdict
from typing import Any

from bot.report.doses import Dose
from bot.report.exports.columns import NOT_LINKED, NOT_RESEARCHED, WITHHELD, Missing
from bot.report.exports.pseudonyms import Pseudonyms
from bot.report.exports.rows import Numbered, make_column
from bot.report.exports.standing import Standing
from bot.report.exports.tables import DOSE
from bot.store.export_rows import Enrolled
from bot.store.linking import Linking


def make_dose_rows(
    standing: Standing, doses: dict[int, Dose], pseudonyms: Pseudonyms
) -> list[Numbered]:
    """Make a row for every child of the roster, in the order of their numbers."""
    told = [tell(each, standing, doses[number]) for number, each in standing.enrolled.items()]
    zones = [standing.zones[standing.zone_of_child[number]] for number in standing.enrolled]
    made = []
    for column in DOSE.columns:
        values = [row[column.from_column] for row in told]
        present = [None if isinstance(each, Missing) else each for each in values]
        shown = make_column(column, present, zones, pseudonyms)
        pairs = zip(values, shown, strict=True)
        made.append([old if isinstance(old, Missing) else new for old, new in pairs])
    rows = zip(standing.enrolled, zip(*made, strict=True), strict=True)
    return [Numbered(number, list(values)) for number, values in rows]


def tell(child: Enrolled, standing: Standing, dose: Dose) -> dict[str, Any]:
    """Tell of one child what may be told; why the rest is missing stands in its place."""
    number, linking = child.child_id, standing.linking[child.child_id]
    researched = standing.researched.get(number, 0)
    why_not = {Linking.WITHHELD: WITHHELD, Linking.NOT_LINKED: NOT_LINKED}.get(linking)
    of_family: dict[str, Any] = {
        "research": researched,
        "joined_at": standing.joined_at.get(number),
        **asdict(dose),
        "share": dose.share,
    }
    return {**child._asdict(), "linking": linking} | {
        name: why_not or hide(name, value, is_researched=researched > 0)
        for name, value in of_family.items()
    }


def hide(name: str, value: Any, *, is_researched: bool) -> Any:
    """Give a value, or that nobody lets researchers use what it rests on."""
    column = next(each for each in DOSE.columns if each.name == name)
    return value if is_researched or NOT_RESEARCHED not in column.missing else NOT_RESEARCHED
