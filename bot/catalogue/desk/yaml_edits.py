"""Change single values of a YAML text; every other character of it stays."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

import yaml

Keys = Sequence[str | int]
STRING = "tag:yaml.org,2002:str"
WIDTH = 98
UNPRINTABLE = re.compile(
    "[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


class Unwritable(Exception):
    """A value that cannot be put where it should go."""


def set_text(text: str, keys: Keys, value: str, *, after: str | None = None) -> str:
    """Write a text under some keys, in the way in which the one before it was written."""
    before = flatten(compose(text))
    for written in list_writings(text, keys, value):
        changed = set_raw(text, keys, written, after=after)
        if reads_as(changed, {**before, tuple(map(str, keys)): (STRING, value)}):
            return changed
    raise Unwritable


def set_raw(text: str, keys: Keys, written: str, *, after: str | None = None) -> str:
    """Put what is YAML already under some keys; a new key stands after another, or at the end."""
    *above, last = keys
    parent = compose(text)
    for key in above:
        parent = child_of(parent, key)
    value = find_child(parent, last)
    if value is None:
        return insert(text, parent, f"{last}: {written}", after=after)
    start, end = span_of(text, value)
    lead = " " if start == end else ""
    return text[:start] + lead + written + text[end:]


def insert(text: str, parent: yaml.Node, line: str, *, after: str | None) -> str:
    """Add a key to a mapping."""
    if not isinstance(parent, yaml.MappingNode) or not parent.value:
        raise Unwritable
    if parent.flow_style:
        place = text.rindex("}", 0, parent.end_mark.index)
        inside = text[:place].rstrip(" ")
        return f"{inside}, {line}{text[len(inside) :]}"
    newline = newline_of(text)
    key, value = next((pair for pair in parent.value if pair[0].value == after), parent.value[-1])
    end = max(key.end_mark.index, len(text[: value.end_mark.index].rstrip()))
    place = text.find("\n", end) + 1
    indent = " " * key.start_mark.column
    if place == 0:
        return f"{text}{newline}{indent}{line}"
    return f"{text[:place]}{indent}{line}{newline}{text[place:]}"


def newline_of(text: str) -> str:
    """Say how a file ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"


def compose(text: str) -> yaml.Node:
    """Read a text as nodes that know where they stand."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        raise Unwritable
    return node


def child_of(node: yaml.Node, key: str | int) -> yaml.Node:
    """Get what stands under a key."""
    found = find_child(node, key)
    if found is None:
        raise Unwritable
    return found


def find_child(node: yaml.Node, key: str | int) -> yaml.Node | None:
    """Find what stands under a key, or at a place of a list."""
    if isinstance(node, yaml.MappingNode):
        return next((value for each, value in node.value if each.value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        found: yaml.Node = node.value[key]
        return found
    return None


def span_of(text: str, node: yaml.Node) -> tuple[int, int]:
    """Say from where to where a value stands, without the blank lines after it."""
    start, end = node.start_mark.index, node.end_mark.index
    if getattr(node, "style", None) in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    return start, end


def list_writings(text: str, keys: Keys, value: str) -> Iterator[str]:
    """List the ways in which a value may be written, the one that it had first."""
    node: yaml.Node | None = compose(text)
    column = 0
    for key in keys:
        parent, node = node, node and find_child(node, key)
        if isinstance(parent, yaml.MappingNode):
            column = next((k.start_mark.column for k, _v in parent.value), 0)
    style = getattr(node, "style", '"') if node else '"'
    if style is None:
        yield value
    if style == "'":
        yield "'" + value.replace("'", "''") + "'"
    if style in ("|", ">") and not UNPRINTABLE.search(value.replace("\n", "")):
        yield fold(value, indent=column + 2, newline=newline_of(text))
    yield quote(value)


def quote(value: str) -> str:
    """Write a text between double quotes, on one line."""
    escaped = "".join(ESCAPES.get(each, each) for each in value)
    return '"' + UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08X}", escaped) + '"'


def fold(value: str, *, indent: int, newline: str) -> str:
    """Write a text as a folded block: a line's end is a space, an empty line an end of line."""
    lead = " " * indent
    lines = [
        line
        for paragraph in value.split("\n")
        for line in (*wrap(paragraph, width=WIDTH - indent), "")
    ]
    return newline.join([">-", *(f"{lead}{line}" if line else "" for line in lines[:-1])])


def wrap(paragraph: str, *, width: int) -> list[str]:
    """Break a paragraph at its blanks."""
    return textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False)


def flatten(node: yaml.Node, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], tuple[str, str]]:
    """List every scalar by its keys."""
    if isinstance(node, yaml.ScalarNode):
        return {above: (node.tag, node.value)}
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found |= flatten(value, (*above, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            found |= flatten(value, (*above, str(number)))
    return found


def reads_as(text: str, expected: Mapping[tuple[str, ...], tuple[str, str]]) -> bool:
    """Say whether a text says what it should, and nothing else."""
    try:
        return flatten(compose(text)) == dict(expected)
    except (yaml.YAMLError, Unwritable):
        return False
