"""Hand texts out to translators and take them in: whole or not at all, every broken row named."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.catalogue.checks.unwritten import MARK, is_unwritten
from bot.catalogue.desk import po_files, sheets
from bot.catalogue.desk.items import PAGES, Group, Outline, read_outline
from bot.catalogue.desk.limits import placeholders_of
from bot.catalogue.desk.page_edits import read_page
from bot.catalogue.desk.pieces import Kind, Piece, State, list_pieces, mark
from bot.catalogue.desk.rows import BREAKS, ILLEGAL, NONE, Received, Row, takes_lines
from bot.catalogue.desk.writing import Change, apply
from bot.catalogue.desk.yaml_edits import Unwritable
from bot.catalogue.files import PROGRAMME, Files
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import HEADING_LINE, Findings
from bot.errors import BotError, FileRefused

ANEW = "Export the texts again, and edit that file."
ZIP = b"PK\x03\x04"


class Format(StrEnum):
    """The formats that translators' programs read."""

    PO = "po"
    XLSX = "xlsx"


class Only(StrEnum):
    """Which texts are handed out."""

    MISSING = "missing"
    STALE = "stale"
    UNREVIEWED = "unreviewed"
    ALL = "all"


@dataclass(frozen=True)
class Imported:
    """What a translator's file brings: files to write, texts by file, and pages that stay stale."""

    language: str
    files: Mapping[str, bytes]
    counts: Mapping[str, int]
    stale: Sequence[str]


@dataclass
class Taken:
    """Rows that are right so far: what each changes, and from which row it came."""

    changes: list[Change] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)  # of what changes, by id
    given: dict[str, Row] = field(default_factory=dict)  # every known row, by id
    broken: set[str] = field(default_factory=set)  # the ids of those that are not right


def list_wanted(files: Files, language: str, only: Only | None = None) -> list[Piece]:
    """List what a translator is handed: what is not done, or what is asked for."""
    check_language(read_outline(files), language)
    states = {State.MISSING, State.STALE, State.UNREVIEWED}
    if only is Only.ALL:
        states = set(State)
    elif only is not None:
        states = {State(only.value)}
    return [piece for piece in list_pieces(files, language) if piece.state in states]


def check_language(outline: Outline, language: str) -> None:
    """Refuse a language that nothing is translated into."""
    others = ", ".join(each for each in outline.languages if each != outline.language)
    if language == outline.language:
        raise BotError(f"Texts are written in {language} first. Name another language: {others}.")
    if language not in outline.languages:
        raise BotError(
            f'"{language}" is no language of the programme. Use one of: {others}; or add it to '
            f"languages in {PROGRAMME}."
        )


def write_exchange(pieces: Sequence[Piece], language: str, file_format: Format) -> bytes:
    """Write pieces in a format; raise FileRefused for texts that it cannot carry."""
    if file_format is Format.PO:
        return po_files.write_texts(pieces, language)
    return sheets.write_workbook(pieces, language)


def read_exchange(content: bytes, name: str) -> Received:
    """Read a translator's file, whose format shows in its content."""
    if content.startswith(ZIP):
        return sheets.read_workbook(content, name)
    return po_files.read_texts(content, name)


def take_in(files: Files, content: bytes, name: str) -> Imported:
    """Take in a translator's file; raise FileRefused with everything that is wrong with it."""
    outline = read_outline(files)
    received = read_exchange(content, name)
    if received.problems and not received.rows:
        raise FileRefused(received.problems)
    if received.language == outline.language or received.language not in outline.languages:
        what = f'"{received.language}" is no language that is translated into'
        others = ", ".join(each for each in outline.languages if each != outline.language)
        received.refuse(0, what, f"The programme's are: {others}.")
        raise FileRefused(received.problems)
    pieces = {piece.id: piece for piece in list_pieces(files, received.language)}
    taken = take_rows(received, pieces)
    check_whole(taken, pieces, received)
    origins = find_origins(taken, pieces)
    written: dict[str, bytes] = {}
    if taken.changes or origins:
        written = write(files, taken, received, origins=origins, outline=outline)
        check_result(files, written, taken, received)
    if received.problems:
        raise FileRefused(received.problems)
    counts = Counter(change.piece.place.path for change in taken.changes)
    stale = list_stale({**files, **written}, counts, pieces.values())
    return Imported(received.language, written, counts, stale)


def take_rows(received: Received, pieces: Mapping[str, Piece]) -> Taken:
    """Check each row by itself, and keep what it changes."""
    taken = Taken()
    for row in received.rows:
        piece = pieces.get(row.id)
        if piece is None:
            received.refuse(row.line, f'unknown id "{row.id}"', f"Ids stay as they are. {ANEW}")
            continue
        taken.given[row.id] = row
        text = normal(piece, row.text)
        problem = check_row(row, piece, text)
        if problem:
            received.refuse(row.line, f'"{row.id}": {problem[0]}', problem[1])
            taken.broken.add(row.id)
        elif is_edited(row, piece, text) and text.strip():
            taken.changes.append(Change(piece, text))
            taken.rows[row.id] = row
    return taken


def is_edited(row: Row, piece: Piece, text: str) -> bool:
    """Say whether a row was edited, and its text is not in the files yet."""
    return mark(row.text) != row.text_mark and mark(text) != mark(normal(piece, piece.text))


def normal(piece: Piece, text: str) -> str:
    """Give a text as its file would keep it."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.strip() if piece.place.kind is Kind.SECTION else plain


def check_row(row: Row, piece: Piece, text: str) -> tuple[str, str] | None:
    """Say what is wrong with a row, and what instead; None where it is right."""
    if row.source_mark == mark(piece.source) and mark(row.source) != row.source_mark:
        return "the source was altered", f"It is locked: write into the translation only. {ANEW}"
    if not is_edited(row, piece, text) or not (text.strip() or piece.text):
        return None
    if not text.strip():
        return "the translation was emptied", "Write it again; to remove a text, ask the staff."
    if row.text_mark != mark(piece.text):
        what = "this text changed in the files since the export"
        return what, f"Somebody else translated it meanwhile. {ANEW}"
    return check_characters(piece, text) or check_placeholders(piece, text)


def check_characters(piece: Piece, text: str) -> tuple[str, str] | None:
    """See that a text can stand where it should, and begins nothing else there."""
    if ILLEGAL.search(text) or BREAKS.search(text):
        return "there is a character that cannot be shown", "Remove it, or type the text anew."
    if "\n" in text and not takes_lines(piece):
        return "there is a line break", "Write it on one line."
    if piece.place.kind is Kind.SECTION:
        heading = next((line for line in text.split("\n") if HEADING_LINE.match(line)), None)
        if heading:
            return f'"{heading.strip()}" would begin another section', "Write no ## there."
    if is_unwritten(text):
        return f'there is a "{MARK}"', "Write the text itself."
    return None


def check_placeholders(piece: Piece, text: str) -> tuple[str, str] | None:
    """See that what is filled in later is still there, letter by letter."""
    group = piece.item.group
    expected, found = placeholders_of(group, piece.source), placeholders_of(group, text)
    may_lack = piece.form is not None or piece.is_free
    added, lacking = sorted(found - expected), sorted(expected - found)
    keep = f"Keep {', '.join(sorted(expected))}." if expected else "Write the words themselves."
    if added and not piece.is_free:
        return f"{added[0]} is no placeholder of this text", keep
    if lacking and not may_lack:
        return f"{lacking[0]} is missing", keep
    return None


def check_whole(taken: Taken, pieces: Mapping[str, Piece], received: Received) -> None:
    """See that no page is left half-translated."""
    filled = {change.piece.id for change in taken.changes}
    incomplete = set()
    pages = {each.piece.place.path: each.piece for each in taken.changes if is_paged(each.piece)}
    for path in pages:
        of_page = [each for each in pieces.values() if each.place.path == path and is_paged(each)]
        lacking = [e for e in of_page if e.state is State.MISSING and e.id not in filled]
        if not lacking:
            continue
        incomplete.add(path)
        if any(each.id in taken.broken for each in lacking):
            continue  # that is said already
        first = next(row for id_, row in taken.rows.items() if pieces[id_].place.path == path)
        names = ", ".join(each.id.partition("#")[2] for each in lacking)
        what = f'"{first.id}" is translated, and not the rest of {path}: {names}'
        received.refuse(first.line, what, "Translate these too, or empty all of them.")
    taken.changes = [e for e in taken.changes if e.piece.place.path not in incomplete]


def is_paged(piece: Piece) -> bool:
    """Say whether a text belongs to a file that is translated whole."""
    if piece.item.group is Group.STRINGS:
        return False
    return piece.item.group in PAGES and piece.place.kind is not Kind.YAML


def find_origins(taken: Taken, pieces: Mapping[str, Piece]) -> dict[str, str]:
    """Find the pages that are wholly translated anew, each with the hash of its source.

    That is: each text of it was handed out and came back, from one version of its source; at least
    one changed, or lost its mark "fuzzy"; and none keeps that mark.
    """
    pages: dict[str, list[Piece]] = {}
    for piece in pieces.values():
        if is_paged(piece):
            pages.setdefault(piece.place.path, []).append(piece)
    changed = {change.piece.id for change in taken.changes}
    origins = {}
    for path, of_page in pages.items():
        rows = [taken.given[each.id] for each in of_page if each.id in taken.given]
        made_from = {row.origin for row in rows}
        is_settled = any(
            each.state is State.STALE and taken.given[each.id].is_fuzzy is False
            for each in of_page
            if each.id in taken.given
        )
        is_touched = is_settled or any(each.id in changed for each in of_page)
        is_complete = len(rows) == len(of_page) and not any(row.is_fuzzy for row in rows)
        is_old = any(each.state in (State.STALE, State.MISSING) for each in of_page)
        is_other = made_from != {of_page[0].origin}
        is_one = len(made_from) == 1 and NONE not in made_from
        if is_touched and is_complete and is_one and (is_old or is_other):
            origins[path] = made_from.pop()
    return origins


def write(
    files: Files,
    taken: Taken,
    received: Received,
    *,
    origins: Mapping[str, str],
    outline: Outline,
) -> dict[str, bytes]:
    """Write everything in memory; a text that cannot be written is noted."""
    try:
        return apply(
            files,
            taken.changes,
            language=received.language,
            outline=outline,
            origins=origins,
        )
    except Unwritable:
        pass
    for change in taken.changes:
        try:
            apply(files, [change], language=received.language, outline=outline, origins={})
        except Unwritable:
            row = taken.rows[change.piece.id]
            what = f'"{row.id}" cannot be written into {change.piece.place.path}'
            received.refuse(row.line, what, "Mend that file, then import again.")
    if not received.problems:
        received.refuse(0, "the texts cannot be written", "Run kuffert content check first.")
    return {}


def check_result(
    files: Files, written: Mapping[str, bytes], taken: Taken, received: Received
) -> None:
    """Check the content as it would be; what would be newly wrong is told of its row."""
    if not written:
        return
    for path, line, what, instead in find_new_errors(files, written):
        if "/" in path and path not in written:
            continue  # it was wrong before, and could not be seen
        row = find_row(path, line, what, written=written, taken=taken)
        if row:
            received.refuse(row.line, f'"{row.id}": {what}', instead)
        else:
            received.refuse(0, f"{path} would be wrong: {what}", instead)


def find_new_errors(files: Files, written: Mapping[str, bytes]) -> list[tuple[str, int, str, str]]:
    """List what would be wrong with content that is not wrong now, wherever it stands now."""
    after = list_errors({**files, **written})
    before = {(path, what, instead) for path, _line, what, instead in after and list_errors(files)}
    return [each for each in after if (each[0], *each[2:]) not in before]


def list_errors(files: Files) -> list[tuple[str, int, str, str]]:
    """List what is wrong with content, in the order of its files."""
    findings = Findings()
    read_catalogue(files, findings)
    return sorted({(each.path, each.line, each.what, each.instead) for each in findings.errors})


def find_row(
    path: str, line: int, what: str, *, written: Mapping[str, bytes], taken: Taken
) -> Row | None:
    """Find the row that an error comes from: by its name, by its line, or else the first."""
    of_file = [each.piece for each in taken.changes if each.piece.place.path == path]
    if not of_file:
        return None
    for piece in of_file:
        if any(f'"{key}"' in what for key in piece.place.keys if isinstance(key, str)):
            return taken.rows[piece.id]
    page = read_page(written[path].decode("utf-8-sig")) if path.endswith(".md") else None
    lines = page.lines if page else {}
    above = [
        (lines[str(each.place.keys[0])], each.id)
        for each in of_file
        if lines.get(str(each.place.keys[0]), line + 1) <= line
    ]
    return taken.rows[max(above)[1] if above else of_file[0].id]


def list_stale(files: Files, changed: Mapping[str, int], pieces: Iterable[Piece]) -> list[str]:
    """List the changed pages whose source is another than today's."""
    found = []
    for piece in pieces:
        path = piece.place.path
        if path in changed and is_paged(piece) and path not in found:
            page = read_page(files[path].decode("utf-8-sig"))
            if page is not None and page.front.get("source") != piece.origin:
                found.append(path)
    return found
