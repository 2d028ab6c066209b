"""Read one file of a catalogue; whatever is wrong with it is noted with its line."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.errors import Problem

FENCE = "---"
# what a text says of its own state: whether it is reviewed, by whom, on which day, of which text
# (its own hash then), and the hash of the source that it was made from
STATE_KEYS = ("reviewed", "reviewer", "reviewed_on", "reviewed_text", "source")
HEADING = re.compile(r"^##\s+(.*?)\s*$")
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Findings:
    """The problems of a catalogue, as they are found."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, line: int, what: str, instead: str) -> None:
        """Note something that keeps the catalogue from loading."""
        self.errors.append(Problem(path, line, what, instead))

    def warn(self, path: str, line: int, what: str, instead: str) -> None:
        """Note something that staff should know."""
        self.warnings.append(Problem(path, line, what, instead))


@dataclass(frozen=True)
class Page:
    """A Markdown file: its front matter and its sections, each with the line that it starts on."""

    front: Mapping[str, Any]
    lines: Mapping[str, int]
    sections: Mapping[str, str]


def parse_text(content: bytes, path: str, findings: Findings) -> str | None:
    """Read a file as UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.refuse(path, 0, "this is not UTF-8 text", "Save the file as UTF-8.")
        return None


def parse_yaml(
    text: str, path: str, findings: Findings, *, first_line: int = 1
) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Read a mapping, and the line of each of its keys."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        findings.refuse(
            path, line, "this cannot be read as YAML", "Write lines such as `key: value`."
        )
        return None
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        findings.refuse(path, first_line, "there are no keys", "Write lines such as `key: value`.")
        return None
    lines = {key.value: key.start_mark.line + first_line for key, _value in node.value}
    if len(lines) < len(node.value):
        findings.refuse(path, first_line, "a key stands twice", "Keep one of the two.")
    return {str(key): value for key, value in values.items()}, lines


def parse_record(model: type[Model], text: str, path: str, findings: Findings) -> Model | None:
    """Read a YAML file as a record; each wrong value is named with what it should be."""
    parsed = parse_yaml(text, path, findings)
    if parsed is None:
        return None
    values, lines = parsed
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for each in error.errors():
            name = str(each["loc"][0])
            what, instead = explain(model, name, each["type"], each["msg"])
            findings.refuse(path, lines.get(name, 1), what, instead)
        return None


def explain(model: type[BaseModel], name: str, kind: str, message: str) -> tuple[str, str]:
    """Say what is wrong with a key, and what it should be."""
    if kind == "extra_forbidden" and name not in model.model_fields:
        return f'unknown key "{name}"', f"Use: {', '.join(model.model_fields)}."
    described = model.model_fields[name].description or "See the README."
    if kind == "missing":
        return f'"{name}" is missing', described
    said = message.removeprefix("Value error, ")
    return f'"{name}": {said[:1].lower()}{said[1:]}', described


def parse_page(
    text: str, path: str, findings: Findings, *, keys: Sequence[str], sections: Iterable[str]
) -> Page | None:
    """Read front matter and sections; exactly these keys and sections may stand there."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != FENCE or FENCE not in [each.strip() for each in lines[1:]]:
        findings.refuse(path, 1, "there is no front matter", "Begin with --- and end it with ---.")
        return None
    end = next(n for n, each in enumerate(lines[1:], start=1) if each.strip() == FENCE)
    parsed = parse_yaml("\n".join(lines[1:end]), path, findings, first_line=2)
    if parsed is None:
        return None
    front, front_lines = parsed
    for name in front:
        if name not in keys:
            findings.refuse(
                path, front_lines.get(name, 1), f'unknown key "{name}"', f"Use: {', '.join(keys)}."
            )
    found, places = parse_sections(lines, end + 1, path, findings, allowed=list(sections))
    return Page(front, {**front_lines, **places}, found)


def parse_sections(
    lines: Sequence[str], start: int, path: str, findings: Findings, *, allowed: list[str]
) -> tuple[dict[str, str], dict[str, int]]:
    """Split what follows the front matter at its headings."""
    bodies: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    current: list[str] = []
    for number, line in enumerate(lines[start:], start=start + 1):
        heading = HEADING.match(line)
        if heading is None:
            current.append(line)
            continue
        name, current = heading[1], []
        if name not in allowed:
            findings.refuse(
                path, number, f'unknown section "{name}"', f"Use one of: {', '.join(allowed)}."
            )
        elif name in bodies:
            findings.refuse(path, number, f'section "{name}" stands twice', "Keep one of the two.")
        else:
            bodies[name], places[name] = current, number
    sections = {name: "\n".join(body).strip() for name, body in bodies.items()}
    for name in allowed:
        if not sections.get(name):
            findings.refuse(
                path,
                places.get(name, 0),
                f'section "{name}" is missing',
                f"Write ## {name} and its text.",
            )
    return sections, places


def source_hash(page: Page) -> str:
    """Name the text that a translation is made from: 16 hex digits of SHA-256."""
    parts = [
        f"{key}: {page.front[key]}\n" for key in ("title", "things", "alt") if key in page.front
    ]
    parts += [f"## {name}\n{text.strip()}\n" for name, text in page.sections.items()]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
