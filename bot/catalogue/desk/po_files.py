"""Write what is to be translated as a gettext file, and read it back."""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, normalize, read_po, write_po

from bot.catalogue.checks.order import is_language
from bot.catalogue.desk.message_edits import HEADER, read_entries, read_headers
from bot.catalogue.desk.pieces import Piece, State, list_forms
from bot.catalogue.desk.rows import MARK, NONE, Received, Row, check_carried, marks_of
from bot.errors import FileRefused

FORMAT = "X-Kuffert-Texts"
MARKS = re.compile(r"kuffert:(\S+)")
FORM = re.compile(r"\[\w+\]$")
ANEW = "Export the texts again, and edit that file."


def write_texts(pieces: Sequence[Piece], language: str) -> bytes:
    """Write pieces as a gettext file: ids as contexts, sources as ids, stale ones fuzzy."""
    problems = check_carried(pieces, longest=None)
    if problems:
        raise FileRefused(problems)
    count = next((count_forms(pieces, piece) for piece in pieces if piece.form is not None), None)
    catalog = Catalog(locale=language, fuzzy=False)
    for _id, group in groupby(pieces, key=lambda each: FORM.sub("", each.id)):
        add(catalog, list(group))
    body = io.BytesIO()
    write_po(body, catalog, width=0, omit_header=True)
    return write_header(catalog, language, count).encode() + body.getvalue()


def count_forms(pieces: Sequence[Piece], like: Piece) -> int:
    """Count the plural forms of a string, which every string of a file has."""
    return sum(1 for each in pieces if each.place == like.place)


def add(catalog: Catalog, forms: Sequence[Piece]) -> None:
    """Add one string, with all its forms."""
    first = forms[0]
    marks = [marks_of(each) for each in forms]
    examples = [f"msgstr[{each.form}]: {each.example}" for each in forms if each.example]
    comments = [first.limit and f"Limit: {first.limit}.", first.note, *examples]
    carried = ":".join([marks[0][0], marks[0][2], *(text for _source, text, _origin in marks)])
    flags = ["fuzzy"] if any(each.state is State.STALE for each in forms) else []
    single, _slash, several = first.source.partition(" / ")
    is_plural = first.form is not None
    message = catalog.add(
        (single, several) if is_plural else first.source,
        tuple(each.text for each in forms) if is_plural else first.text,
        auto_comments=[*(each for each in comments if each), f"kuffert:{carried}"],
        flags=flags,
        context=FORM.sub("", first.id),
    )
    message.flags.discard("python-format")  # a per cent sign is no format here


def write_header(catalog: Catalog, language: str, count: int | None) -> str:
    """Write the header, without moments: the same texts give the same file."""
    plural = catalog.plural_forms
    if count and count != catalog.num_plurals:
        plural = re.sub(r"nplurals=\d+", f"nplurals={count}", plural)
    lines = [
        "Project-Id-Version: kuffert\n",
        f"Language: {language}\n",
        "MIME-Version: 1.0\n",
        "Content-Type: text/plain; charset=UTF-8\n",
        "Content-Transfer-Encoding: 8bit\n",
        f"Plural-Forms: {plural}\n",
        f"{FORMAT}: 1\n",
    ]
    written = "\n".join(normalize(each, width=0) for each in lines)
    return (
        "# Texts of Kuffert to translate. Write into msgstr, and change nothing else; what is\n"
        "# marked fuzzy was made from an older source: bring it up to date, then remove the mark.\n"
        f'msgid ""\nmsgstr ""\n{written}\n\n'
    )


def read_texts(content: bytes, name: str) -> Received:
    """Read a gettext file that came back; what is wrong with it stands in the answer."""
    received = Received(name, "")
    try:
        text = content.decode("utf-8-sig")
        headers = read_headers(text)
        catalog = read_po(io.BytesIO(text.encode()), abort_invalid=True)
    except UnicodeDecodeError:
        received.refuse(0, "this is not UTF-8 text", "Save the file as UTF-8.")
        return received
    except (PoFileError, ValueError, LookupError, AttributeError, TypeError) as error:
        line = getattr(error, "lineno", 0) or 0
        received.refuse(line, f"this cannot be read as gettext ({error})", ANEW)
        return received
    received.language = headers.get("Language", "")
    if FORMAT not in headers:
        received.refuse(0, "this is no file of texts that Kuffert wrote", ANEW)
        return received
    if not is_language(received.language):
        received.refuse(0, f'unknown language "{received.language}"', ANEW)
        return received
    lines = list_lines(text, received)
    for message in catalog:
        if message.id:
            received.rows += read_message(message, lines, received, count=catalog.num_plurals)
    return received


def list_lines(text: str, received: Received) -> dict[str, int]:
    """Find the line of each id; name what stands there twice, or has no id."""
    lines: dict[str, int] = {}
    for entry in read_entries(text):
        context = entry.values.get("msgctxt")
        if entry.key == HEADER and context is None:
            continue
        if not context:
            received.refuse(entry.line, "this text has no msgctxt", ANEW)
        elif context in lines:
            what = f'"{context}" stands twice, first in line {lines[context]}'
            received.refuse(entry.line, what, "Keep one of the two.")
        else:
            lines[context] = entry.line
    return lines


def read_message(
    message: object, lines: dict[str, int], received: Received, *, count: int
) -> Iterator[Row]:
    """Read one string: a row for each of its forms."""
    id_, context = message.id, message.context  # type: ignore[attr-defined]
    string, comments = message.string, message.auto_comments  # type: ignore[attr-defined]
    if not context:
        return
    line = lines.get(context, 0)
    found = MARKS.search(" ".join(comments))
    parts = found[1].split(":") if found else []
    if len(parts) < 3 or not all(MARK.fullmatch(each) or each == NONE for each in parts):
        what = f'"{context}" has lost its comment "kuffert:…"'
        received.refuse(line, what, ANEW)
        return
    texts = list(string) if isinstance(string, tuple | list) else [string or ""]
    is_plural = isinstance(id_, tuple | list)
    source = " / ".join(id_) if isinstance(id_, tuple | list) else id_
    if len(texts) != len(parts) - 2 or (is_plural and len(texts) != count):
        what = f'"{context}" has {len(texts)} forms'
        received.refuse(line, what, f"This language has {len(parts) - 2}: fill each of them.")
        return
    names = [f"[{each}]" for each, _n in list_forms(received.language, len(texts))]
    for number, text in enumerate(texts):
        yield Row(
            line,
            context + (names[number] if is_plural else ""),
            source,
            text or "",
            parts[0],
            parts[2 + number],
            parts[1],
            "fuzzy" in message.flags,  # type: ignore[attr-defined]
        )
