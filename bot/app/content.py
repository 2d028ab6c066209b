"""What the commands for those who write content do: check it once, or whenever it changes."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from bot.catalogue.checks.plainness import Rules
from bot.catalogue.desk.personas import Persona
from bot.catalogue.files import CONTENT, LOCALES
from bot.catalogue.materials import PrintableCard, StoryCard
from bot.catalogue.programme import Programme
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.reading.recordings import RecordedList
from bot.catalogue.reading.workbench import Checked, Workbench
from bot.catalogue.records import ActivityCard, Distress
from bot.errors import Problem
from bot.printing.printables import check_printables

SCHEMAS: Mapping[str, type[BaseModel]] = {
    "programme": Programme,
    "activity": ActivityCard,
    "story": StoryCard,
    "printable": PrintableCard,
    "recorded": RecordedList,
    "distress": Distress,
    "language": Rules,
    "persona": Persona,
}


class ContentChecker:
    """Checks one pair of folders again and again, the pages to print in every language too."""

    def __init__(self, content: Path, locales: Path) -> None:
        """Begin with nothing read."""
        self.bench = Workbench(content, locales)

    def check(self) -> Findings:
        """Check everything; what has not changed is neither read nor set again."""
        return self.read().findings

    def read(self) -> Checked:
        """Check everything, and give what was read; where a page cannot be set, that too."""
        checked = self.bench.check()
        if checked.catalogue:
            catalogue = checked.catalogue
            checked.findings.errors += check_printables(catalogue, catalogue.languages)
        return checked

    def has_changed(self) -> bool:
        """Say whether a file differs from what was checked last."""
        return self.bench.has_changed()

    def place(self, problem: Problem) -> str:
        """Give the path of the file that a problem is in, as whoever stands here opens it."""
        room, _, rest = problem.path.partition("/")
        folder = {CONTENT: self.bench.content, LOCALES: self.bench.locales}.get(room)
        if folder is None or not rest:
            return problem.path
        path, here = (folder / rest).absolute(), Path.cwd()
        return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def make_schemas() -> dict[str, str]:
    """Make the JSON Schema of each kind of YAML file that staff write, by file name."""
    return {f"{name}.json": make_schema(model) for name, model in SCHEMAS.items()}


def make_schema(model: type[BaseModel]) -> str:
    """Make the JSON Schema of one kind of file."""
    return json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schemas(content: Path) -> list[Path]:
    """Write the schemas into `content/schemas/`, where the files' first lines name them."""
    folder = content / "schemas"
    folder.mkdir(exist_ok=True)
    written = []
    for name, text in make_schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written
