"""Change single texts of a Markdown file; every other character of it stays."""

from collections.abc import Mapping, Sequence

from bot.catalogue.desk.yaml_edits import Unwritable, newline_of, quote, set_raw, set_text
from bot.catalogue.reading.parsing import FENCE, HEADING_LINE, Findings, Page, parse_page

Span = tuple[int, int]


def read_page(text: str) -> Page | None:
    """Read a page as far as it can be read, whatever its sections are called."""
    names = [found[1] for line in text.splitlines() if (found := HEADING_LINE.match(line))]
    return parse_page(text, "", Findings(), keys=(), sections=dict.fromkeys(names))


def find_spans(text: str) -> tuple[Span, dict[str, Span]]:
    """Say from where to where the front matter stands, and what follows each heading."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    end = next((n for n, each in enumerate(lines) if n and each.strip() == FENCE), None)
    if end is None:
        raise Unwritable
    places = [
        (number, found[1])
        for number, line in enumerate(lines[end + 1 :], start=end + 1)
        if (found := HEADING_LINE.match(line.rstrip("\r\n")))
    ]
    bodies: dict[str, Span] = {}
    for (number, name), (following, _name) in zip(
        places, [*places[1:], (len(lines), "")], strict=True
    ):
        bodies.setdefault(name, (starts[number + 1], starts[following]))
    return (starts[1], starts[end]), bodies


def set_section(text: str, name: str, value: str) -> str:
    """Write a section; the blank lines around it stay."""
    newline = newline_of(text)
    written = value.replace("\n", newline)
    _front, bodies = find_spans(text)
    if name not in bodies:
        return f"{text.rstrip()}{newline}{newline}## {name}{newline}{newline}{written}{newline}"
    start, end = bodies[name]
    body = text[start:end]
    if body.strip():
        first = start + len(body) - len(body.lstrip())
        return text[:first] + written + text[start + len(body.rstrip()) :]
    before = text[:start] if text[:start].endswith("\n") else text[:start] + newline
    after = text[end:] and newline + text[end:]
    return f"{before}{newline}{written}{newline}{after}"


def set_front_text(text: str, key: str, value: str, *, after: str | None = None) -> str:
    """Write a text into the front matter."""
    (start, end), _bodies = find_spans(text)
    return text[:start] + set_text(text[start:end], [key], value, after=after) + text[end:]


def set_front_raw(text: str, key: str, written: str, *, after: str | None = None) -> str:
    """Write what is YAML already into the front matter."""
    (start, end), _bodies = find_spans(text)
    return text[:start] + set_raw(text[start:end], [key], written, after=after) + text[end:]


def write_page(
    front: Mapping[str, str], sections: Mapping[str, str], *, state: Sequence[str], newline: str
) -> str:
    """Write a new page: texts of the front matter, lines of its state, then the sections."""
    lines = [FENCE, *(f"{key}: {quote(value)}" for key, value in front.items()), *state, FENCE]
    for name, value in sections.items():
        lines += ["", f"## {name}", "", *value.split("\n")]
    return newline.join([*lines, ""])
