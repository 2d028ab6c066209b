"""Change single strings of a gettext file; every other character of it stays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from babel.messages.pofile import normalize, unescape

from bot.catalogue.desk.yaml_edits import newline_of

FIELD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")\s*$')
MORE = re.compile(r'^\s*(".*")\s*$')
FUZZY = re.compile(r",[ \t]*fuzzy\b")
HEADER = ""


@dataclass
class Entry:
    """One string of a file: its fields, where each stands, and the line on which it begins."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    flags: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """The string's id."""
        return self.values.get("msgid", "")


def read_entries(text: str) -> list[Entry]:
    """Read the strings of a file in their order, the header first."""
    entries: list[Entry] = []
    flags: tuple[int, int] | None = None
    place, current = 0, ""
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        start, place = place, place + len(line)
        bare = line.rstrip("\r\n")
        found, more = FIELD.match(bare), MORE.match(bare)
        if found:
            name, quoted = found[1], found[2]
            if begins(name, entries):
                entries.append(Entry(number, flags=flags))
                flags = None
            entries[-1].values[name] = unescape(quoted)
            entries[-1].spans[name] = (start, start + len(bare))
            current = name
        elif more and current:
            entries[-1].values[current] += unescape(more[1])
            entries[-1].spans[current] = (entries[-1].spans[current][0], start + len(bare))
        else:
            current = ""
            flags = (start, place) if line.startswith("#,") else flags
    return entries


def begins(name: str, entries: list[Entry]) -> bool:
    """Say whether a field is the first of the next string."""
    if not entries:
        return True
    has_string = any(each.startswith("msgstr") for each in entries[-1].values)
    return name == "msgctxt" or (name == "msgid" and (has_string or "msgid" in entries[-1].values))


def set_messages(text: str, changes: Mapping[str, Mapping[int, str]], *, plural: set[str]) -> str:
    """Write forms of some strings, by key and number; a new string goes to the end."""
    entries = {entry.key: entry for entry in reversed(read_entries(text))}
    newline = newline_of(text)
    edits: list[tuple[int, int, str]] = []
    added: list[str] = []
    for key, forms in changes.items():
        if key in entries:
            edits += edit_entry(text, entries[key], forms, is_plural=key in plural)
        else:
            added.append(write_entry(key, forms, is_plural=key in plural))
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written.replace("\n", newline) + text[end:]
    if added:
        tail = "\n" + "\n".join(added)
        ending = "" if text.endswith("\n") else newline
        text = text + ending + tail.replace("\n", newline)
    return text


def edit_entry(
    text: str, entry: Entry, forms: Mapping[int, str], *, is_plural: bool
) -> list[tuple[int, int, str]]:
    """List what to put where, so that a string has these forms; it is no longer fuzzy."""
    edits = []
    end = max(place for _start, place in entry.spans.values())
    new = []
    for number, value in sorted(forms.items()):
        name = f"msgstr[{number}]" if is_plural else "msgstr"
        written = f"{name} {normalize(value, width=0)}"
        if name in entry.spans:
            edits.append((*entry.spans[name], written))
        else:
            new.append(f"\n{written}")
    if new:
        edits.append((end, end, "".join(new)))
    if entry.flags:
        start, stop = entry.flags
        flags = FUZZY.sub("", text[start:stop])
        edits.append((start, stop, "" if flags.strip() == "#" else flags))
    return edits


def write_entry(key: str, forms: Mapping[int, str], *, is_plural: bool) -> str:
    """Write a string that is not in the file yet."""
    name = normalize(key, width=0)
    if not is_plural:
        return f"msgid {name}\nmsgstr {normalize(forms[0], width=0)}\n"
    lines = [f"msgid {name}", f"msgid_plural {name}"]
    lines += [
        f"msgstr[{number}] {normalize(value, width=0)}" for number, value in sorted(forms.items())
    ]
    return "\n".join(lines) + "\n"


def read_headers(text: str) -> dict[str, str]:
    """Read the lines of a file's header, by their name."""
    entries = read_entries(text)
    header = entries[0].values.get("msgstr", "") if entries and entries[0].key == HEADER else ""
    return {
        name.strip(): value.strip()
        for name, found, value in (line.partition(":") for line in header.split("\n"))
        if found
    }


def set_headers(text: str, values: Mapping[str, str]) -> str:
    """Write lines of the header; the others stay as they are."""
    newline = newline_of(text)
    entry = next(each for each in read_entries(text) if each.key == HEADER)
    start, end = entry.spans["msgstr"]
    block = text[start:end]
    for name, value in values.items():
        line = normalize(f"{name}: {value}\n", width=0).removeprefix('""').strip()
        found = re.search(rf'^"{re.escape(name)}:.*"[ \t]*(?=\r?$)', block, re.MULTILINE)
        if found:
            block = block[: found.start()] + line + block[found.end() :]
        else:
            block = f"{block}{newline}{line}"
    return text[:start] + block + text[end:]
