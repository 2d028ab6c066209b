"""Sign off the review of a text: who read it, on which day, and which text that was."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.catalogue.desk.items import PAGES, Group, Item, Outline, list_items, read_outline
from bot.catalogue.desk.items import read_text_page as read_page_at
from bot.catalogue.desk.message_edits import read_entries, read_headers, set_headers
from bot.catalogue.desk.page_edits import set_front_raw
from bot.catalogue.desk.pieces import REVIEWED, State, read_pieces, worst
from bot.catalogue.desk.writing import encode, read_plain
from bot.catalogue.desk.yaml_edits import compose as compose_yaml
from bot.catalogue.desk.yaml_edits import flatten, quote, set_raw
from bot.catalogue.files import Files
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import STATE_KEYS, Findings, source_hash
from bot.errors import BotError, FileRefused, Problem

LETTERS = 2
BY = "--by"
HEADERS = {
    "reviewer": "X-Reviewer",
    "reviewed_on": "X-Reviewed-On",
    "reviewed_text": "X-Reviewed-Text",
}


@dataclass(frozen=True)
class Signature:
    """Who signs, for which day; `is_still_right`: compared with today's source, and right."""

    reviewer: str
    on: date
    is_still_right: bool = False


@dataclass
class Signed:
    """What comes of signing: files to write, the texts signed, and those that were before."""

    files: dict[str, bytes] = field(default_factory=dict)
    signed: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


def read_signature(reviewer: str, on: date, *, is_still_right: bool) -> Signature:
    """Read a signature; raise FileRefused for a name that is none."""
    name = " ".join(reviewer.split())
    if not is_name(name):
        what = f'"{reviewer}" is no name'
        raise FileRefused([Problem(BY, 0, what, "Write who read the text, first and last name.")])
    return Signature(name, on, is_still_right)


def is_name(text: str) -> bool:
    """Say whether this may be the name of a person."""
    name = " ".join(text.split())
    return sum(each.isalpha() for each in name) >= LETTERS and name.isprintable()


def read_day(text: str | None, *, today: date) -> date:
    """Read the day of a review; without one, today. Raise BotError for one that cannot be."""
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise BotError(f'"{text}" is no date. Write one such as {today}.') from None
    if day > today:
        raise BotError(f"{day} is still to come. Write the day of the review, such as {today}.")
    return day


def sign(files: Files, paths: Sequence[str], signature: Signature) -> Signed:
    """Sign some texts; raise FileRefused with the reason of each that cannot be signed."""
    outline = read_outline(files)
    wanted = find_texts(files, paths, outline)
    findings = Findings()
    read_catalogue(files, findings)
    signed, problems = Signed(), []
    for path, (item, language) in wanted.items():
        wrong = [each for each in findings.errors if each.path == path]
        if not wrong:
            wrong = check_ready(
                files, item, language, outline=outline, is_right=signature.is_still_right
            )
        problems += wrong
        if not wrong:
            sign_one(files, path, item, signed, signature, outline=outline)
    if problems:
        raise FileRefused(problems)
    return signed


def find_texts(files: Files, paths: Sequence[str], outline: Outline) -> dict[str, tuple[Item, str]]:
    """Find the texts that stand at some paths, or below them, by their files."""
    every = {
        item.path_in(language): (item, language)
        for item in list_items(files, outline)
        for language in outline.languages
        if item.group is not Group.PROGRAMME and item.path_in(language) in files
    }
    found: dict[str, tuple[Item, str]] = {}
    problems = []
    for path in paths:
        under = {name: of for name, of in every.items() if name == path or below(name, path)}
        if not under:
            what = "there is no text that is reviewed"
            instead = "Name a file such as content/activities/sock-pairs/da.md, or its folder."
            problems.append(Problem(path, 0, what, instead))
        found |= under
    if problems:
        raise FileRefused(problems)
    return found


def below(name: str, folder: str) -> bool:
    """Say whether a file stands below a folder."""
    return name.startswith(f"{folder.rstrip('/')}/")


def check_ready(
    files: Files, item: Item, language: str, *, outline: Outline, is_right: bool
) -> list[Problem]:
    """Say why a text cannot be signed; nothing where it can."""
    path = item.path_in(language)
    pieces = read_pieces(files, item, language, outline=outline)
    if pieces is None:
        return [Problem(path, 0, "this cannot be read", "Run kuffert content check.")]
    lacking = [each.id.partition("#")[2] for each in pieces if each.state is State.MISSING]
    if lacking:
        what = f"not everything is written: {', '.join(lacking)}"
        return [Problem(path, 0, what, "Write these first.")]
    is_stale = worst(each.state for each in pieces) is State.STALE
    if is_stale and (not is_right or item.group is Group.STRINGS):
        source = item.path_in(outline.language)
        what = f"this translation is stale: {source} has changed since"
        instead = "Bring it up to date; or compare it with today's source, and say --still-right."
        return [Problem(path, 0, what, instead)]
    return []


def sign_one(
    files: Files,
    path: str,
    item: Item,
    signed: Signed,
    signature: Signature,
    *,
    outline: Outline,
) -> None:
    """Write a signature into one text, unless it is there and holds."""
    text = read_plain(files, path) or ""
    now, before = hash_of(files, item, path), read_state(text, item)
    origin = source_of(files, item, path, outline)
    is_old = signature.is_still_right and origin is not None and before.get("source") != origin
    if before.get("reviewed") == "yes" and before.get("reviewed_text") == now and not is_old:
        who, on = before.get("reviewer", ""), before.get("reviewed_on", "")
        signed.before.append(f"{path}: accepted already, by {who} on {on}")
        return
    values = {
        "reviewed": "yes",
        "reviewer": signature.reviewer,
        "reviewed_on": signature.on.isoformat(),
        "reviewed_text": now,
    }
    if is_old and origin is not None:
        values["source"] = origin
    signed.files[path] = encode(files[path], write_state(text, item, values))
    signed.signed.append(path)


def hash_of(files: Files, item: Item, path: str) -> str:
    """Name a text as it is; of a page, as a source is named."""
    page = read_page_at(files, path) if item.group in PAGES else None
    if page is not None:
        return source_hash(page)
    text = read_plain(files, path) or ""
    if item.group is Group.STRINGS:
        entries = [each.values for each in read_entries(text) if each.key]
        parts = [f"{name}: {value}\n" for each in entries for name, value in each.items()]
    else:
        values = flatten(compose_yaml(text)).items()
        parts = [
            f"{'.'.join(keys)}: {value}\n"
            for keys, (_tag, value) in values
            if keys[0] not in STATE_KEYS
        ]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def source_of(files: Files, item: Item, path: str, outline: Outline) -> str | None:
    """Give the hash of today's source; None where a text has none, or is it."""
    source = item.path_in(outline.language)
    page = read_page_at(files, source) if item.group in PAGES and source != path else None
    return source_hash(page) if page else None


def read_state(text: str, item: Item) -> dict[str, str]:
    """Read what a text says of its own review."""
    if item.group is Group.STRINGS:
        headers = read_headers(text)
        found = {key: headers.get(name, "") for key, name in HEADERS.items()}
        return {**found, "reviewed": headers.get(REVIEWED, "no").lower()}
    if item.group in PAGES:
        page = read_page_at({"": text.encode()}, "")
        front = dict(page.front) if page else {}
        found = {key: str(front.get(key, "")) for key in STATE_KEYS}
        return {**found, "reviewed": "yes" if front.get("reviewed") is True else "no"}
    values = {keys[0]: value for keys, (_tag, value) in flatten(compose_yaml(text)).items()}
    found = {key: values.get(key, "") for key in STATE_KEYS}
    return {**found, "reviewed": "yes" if values.get("reviewed") in ("yes", "true") else "no"}


def write_state(text: str, item: Item, values: dict[str, str]) -> str:
    """Write what a text says of its own review; every other byte stays."""
    if item.group is Group.STRINGS:
        named = {HEADERS[key]: value for key, value in values.items() if key in HEADERS}
        return set_headers(text, {REVIEWED: "yes", **named})
    after: str | None = None
    for key, value in values.items():
        written = value if key in ("reviewed", "reviewed_on") else quote(value)
        put = set_front_raw if item.group in PAGES else put_yaml
        text = put(text, key, written, after=after)
        after = key
    return text


def put_yaml(text: str, key: str, written: str, *, after: str | None = None) -> str:
    """Write what is YAML already into a YAML file."""
    return set_raw(text, [key], written, after=after)
