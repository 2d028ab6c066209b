"""Read one file of a catalogue; whatever is wrong with it is noted with its line."""

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.errors import Problem

# what a text says of its own state: whether it is reviewed, by whom, on which day, of which text
# (its own hash then), and the hash of the source that it was made from
STATE_KEYS = ("reviewed", "reviewer", "reviewed_on", "reviewed_text", "source")
FRONT = re.compile(r"---[ \t]*\n((?:.*\n)*?)---[ \t]*(?:\n|$)")
FENCE = "---"
DEEPEST = 20  # lists and mappings within each other
HEADING = "##"
HEADING_LINE = re.compile(r"##[ \t]+(.*?)[ \t]*$")
BLANK = (" ", "\t")
PLAIN_KEY = re.compile(  # `key: "words"` without anything that YAML would read in another way
    r'(?P<key>[a-z_]+): (?:"(?P<quoted>[^"\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]*)"'
    r"|(?P<date>\d{4}-\d\d-\d\d)|(?P<number>[1-9]\d{0,5}|0)"
    r"|(?P<bare>[A-Za-z](?:[A-Za-z0-9 ,./-]*[A-Za-z0-9])?))"
)
SAID = {"yes": True, "true": True, "no": False, "false": False}
MEANT_OTHERWISE = frozenset(("on", "off", "null", *SAID))  # in some way of writing them
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Findings:
    """The problems of a catalogue, as they are found."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, line: int, what: str, instead: str) -> None:
        """Note something that keeps the catalogue from loading."""
        self.errors.append(Problem(path, line, what, instead))

    def add(self, others: "Findings") -> None:
        """Take over what was found elsewhere."""
        self.errors += others.errors
        self.warnings += others.warnings

    def warn(self, path: str, line: int, what: str, instead: str) -> None:
        """Note something that staff should know."""
        self.warnings.append(Problem(path, line, what, instead))


class Loader(yaml.CSafeLoader):
    """Reads YAML; a key is what is written there, though `no` and `on` say true or false elsewhere.

    `no` is Norwegian, for one.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping of a node."""
        self.flatten_mapping(node)
        return {
            key.value if isinstance(key, yaml.ScalarNode) else self.construct_object(key, True): (
                self.construct_object(value, deep=deep)
            )
            for key, value in node.value
        }


class Refused(yaml.YAMLError):
    """YAML that could be read, but is none of ours."""

    def __init__(self, why: str, mark: Any) -> None:
        """Keep the place."""
        super().__init__(why)
        self.problem_mark = mark


class Lines(dict[tuple[str | int, ...], int]):
    """The line of everything in a YAML file, by the way that leads to it: ("bands", "3-4")."""

    def of(self, *way: str | int) -> int:
        """Give the line of something, or of the nearest thing that it lies in."""
        while way and way not in self:
            way = way[:-1]
        return self.get(way, 1)


@dataclass(frozen=True)
class Page:
    """A Markdown file: its front matter, its sections, and where each of them stands.

    `lines` are those of front matter's keys and of the sections' headings, `starts` those of the
    sections' first words.
    """

    front: Mapping[str, Any]
    lines: Mapping[str, int]
    sections: Mapping[str, str]
    starts: Mapping[str, int] = field(default_factory=dict)
    is_stale: bool = False  # its source has changed since it was translated

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody has read it and found it right."""
        return self.front.get("reviewed") is True


def parse_text(content: bytes, path: str, findings: Findings) -> str | None:
    """Read a file as UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        findings.refuse(path, line, "this is not UTF-8 text", "Save the file as UTF-8.")
        return None


def parse_yaml(
    text: str, path: str, findings: Findings, *, first_line: int = 1
) -> tuple[dict[str, Any], Lines] | None:
    """Read a mapping, and the line of everything in it."""
    loader = Loader(text)
    try:
        check_plain(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        findings.refuse(
            path, line, "this cannot be read as YAML", "Write lines such as `key: value`."
        )
        return None
    finally:
        loader.dispose()
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        findings.refuse(path, first_line, "there are no keys", "Write lines such as `key: value`.")
        return None
    lines = Lines()
    for key, line in note_lines(node, lines, (), first_line):
        findings.refuse(path, line, f'"{key}" stands twice', "Keep one of the two.")
    return {str(key): value for key, value in values.items()}, lines


def check_plain(text: str) -> None:
    """Raise YAMLError for what refers to something else, or lies in more than any file of ours.

    By references a few lines can come to thousands of millions of values.
    """
    depth = 0
    for event in yaml.parse(text, Loader):
        if isinstance(event, yaml.AliasEvent):
            raise Refused("a reference", event.start_mark)
        begins = isinstance(event, yaml.CollectionStartEvent)
        depth += begins - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Refused("too deep", event.start_mark)


def note_lines(
    node: yaml.Node, lines: Lines, way: tuple[str | int, ...], first_line: int
) -> list[tuple[str, int]]:
    """Note where everything below a node stands; list the keys that stand twice, and where."""
    twice = []
    if isinstance(node, yaml.MappingNode):
        inner = [(key.value, key.start_mark.line, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        inner = [(place, each.start_mark.line, each) for place, each in enumerate(node.value)]
    else:
        return []
    for name, line, value in inner:
        below = (*way, name)
        if below in lines:
            twice.append((str(name), line + first_line))
        lines[below] = line + first_line
        if not isinstance(value, yaml.ScalarNode):
            twice += note_lines(value, lines, below, first_line)
    return twice


def parse_file(text: str, path: str, findings: Findings) -> tuple[dict[str, Any], Lines] | None:
    """Read a YAML file that holds a mapping; the plainest at once, since there are many."""
    plain = parse_plain(text.splitlines(), first_line=1)
    if not plain or not plain[0]:
        return parse_yaml(text, path, findings)
    values, places = plain
    return values, Lines({(key,): line for key, line in places.items()})


def parse_record(model: type[Model], text: str, path: str, findings: Findings) -> Model | None:
    """Read a YAML file as a record; each wrong value is named with what it should be."""
    parsed = parse_file(text, path, findings)
    return make_record(model, *parsed, path, findings) if parsed else None


def make_record(
    model: type[Model], values: Mapping[str, Any], lines: Lines, path: str, findings: Findings
) -> Model | None:
    """Make a record of what a YAML file holds."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        told = set()
        for each in error.errors():
            way = tuple(str(part) if isinstance(part, str) else part for part in each["loc"])
            what, instead = explain(model, way, each["type"], each["msg"])
            place = find_way(lines, way)
            if place not in told:  # of several forms that a value may have, one is spoken of
                findings.refuse(path, lines.of(*place), what, instead)
            told.add(place)
        return None


def find_way(lines: Lines, way: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Give as much of a way as stands in a file; the rest names a type, or what is missing."""
    while len(way) > 1 and way not in lines:
        way = way[:-1]
    return way


def explain(
    model: type[BaseModel], way: tuple[str | int, ...], kind: str, message: str
) -> tuple[str, str]:
    """Say what is wrong with a key, or with all of them together, and what it should be."""
    said = message.removeprefix("Value error, ")
    if not way:
        return said, "See the README."
    name = str(way[0])
    if kind == "extra_forbidden" and name not in model.model_fields:
        return f'unknown key "{name}"', f"Use: {', '.join(model.model_fields)}."
    known = model.model_fields.get(name)
    described = (known and known.description) or "See the README."
    if kind == "missing" and len(way) == 1:
        return f'"{name}" is missing', described
    return f'"{name}": {said[:1].lower()}{said[1:]}', described


def parse_page(
    text: str, path: str, findings: Findings, *, keys: Sequence[str], sections: Iterable[str]
) -> Page | None:
    """Read front matter and sections; exactly these keys and sections may stand there."""
    text = text.replace("\r\n", "\n") if "\r" in text else text
    fenced = FRONT.match(text)
    if fenced is None:
        findings.refuse(path, 1, "there is no front matter", "Begin with --- and end it with ---.")
        return None
    parsed = parse_front(fenced[1].splitlines(), path, findings)
    if parsed is None:
        return None
    front, front_lines = parsed
    for name in front:
        if name not in keys:
            findings.refuse(
                path, front_lines.get(name, 1), f'unknown key "{name}"', f"Use: {', '.join(keys)}."
            )
    page = parse_sections(text, fenced.end(), path, findings, allowed=list(sections))
    return Page(front, {**front_lines, **page.lines}, page.sections, page.starts)


def parse_front(
    lines: Sequence[str], path: str, findings: Findings
) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Read front matter: the plainest lines at once, since there are many; others as YAML."""
    plain = parse_plain(lines, first_line=2)
    if plain:
        return plain
    parsed = parse_yaml("\n".join(lines), path, findings, first_line=2)
    if parsed is None:
        return None
    values, found = parsed
    return values, {str(way[0]): line for way, line in found.items() if len(way) == 1}


def parse_plain(
    lines: Sequence[str], *, first_line: int
) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Read lines that hold nothing but plain keys and values; None where one is less plain.

    It says what YAML would say, in a tenth of the time.
    """
    values: dict[str, Any] = {}
    places: dict[str, int] = {}
    for place, line in enumerate(lines, start=first_line):
        if line.startswith("#"):
            continue
        found = PLAIN_KEY.fullmatch(line)
        if found is None or found["key"] in values:
            return None
        try:
            values[found["key"]] = read_plain(found)
        except ValueError:  # it is less plain than it looks
            return None
        places[found["key"]] = place
    return values, places


def read_plain(found: re.Match[str]) -> str | int | bool | date:
    """Read the value of a plain line; raise ValueError for one that only YAML should read."""
    quoted, bare = found["quoted"], found["bare"]
    if quoted is not None:
        return quoted
    if bare is None:
        number = found["number"]
        return date.fromisoformat(found["date"]) if number is None else int(number)
    if bare not in SAID and bare.lower() in MEANT_OTHERWISE:
        raise ValueError
    return SAID.get(bare, bare)


def parse_sections(
    text: str, start: int, path: str, findings: Findings, *, allowed: list[str]
) -> Page:
    """Split what follows the front matter, from a place on, at its headings."""
    sections: dict[str, str] = {}
    places: dict[str, int] = {}
    starts: dict[str, int] = {}
    line, counted = 1, 0
    headings = [*find_headings(text, start), len(text) + 1]
    for heading, following in itertools.pairwise(headings):
        line, counted = line + text.count("\n", counted, heading), heading
        title, _, told = text[heading : following - 1].partition("\n")
        name = title[len(HEADING) :].strip()
        if name not in allowed:
            instead = f"Use one of: {', '.join(allowed)}."
            findings.refuse(path, line, f'unknown section "{name}"', instead)
        elif name in sections:
            findings.refuse(path, line, f'section "{name}" stands twice', "Keep one of the two.")
        else:
            sections[name], places[name] = told.strip(), line
            starts[name] = line + 1 + told.count("\n", 0, len(told) - len(told.lstrip()))
    for name in allowed:
        if not sections.get(name):
            instead = f"Write ## {name} and its text."
            findings.refuse(path, places.get(name, 0), f'section "{name}" is missing', instead)
    return Page({}, places, sections, starts)


def find_headings(text: str, start: int) -> Iterator[int]:
    """Find where the lines begin that start with ## and a space."""
    place = start if text.startswith(HEADING, start) else text.find(f"\n{HEADING}", start) + 1
    while place > 0:
        if text[place + len(HEADING) : place + len(HEADING) + 1] in BLANK:
            yield place
        place = text.find(f"\n{HEADING}", place) + 1


def source_hash(page: Page) -> str:
    """Name the text that a translation is made from: 16 hex digits of SHA-256."""
    parts = [
        f"{key}: {page.front[key]}\n" for key in ("title", "things", "alt") if key in page.front
    ]
    parts += [f"## {name}\n{text.strip()}\n" for name, text in page.sections.items()]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
