"""Where recordings lie: in the content folder, each beside its text, with a note of its words.

First the sound is put in place, then the note. What a crash leaves in between is a recording with
an earlier note, or with none, which the check points out; keeping it once more mends it.
"""

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.catalogue.files import CONTENT
from bot.catalogue.reading.recordings import RECORDED
from bot.errors import BotError

AUDIO = "audio"
SUFFIX = ".ogg"


class RecordingFolder:
    """The recordings below a content folder; every change is whole or not there at all."""

    def __init__(self, content: Path) -> None:
        """Keep the content folder."""
        self._content = content

    def read(self) -> dict[str, dict[str, str | None]]:
        """Give the recordings that there are, by folder and name, each with the hash of its text.

        None stands for a recording of which nobody noted what it reads.
        """
        found: dict[str, dict[str, str | None]] = {}
        for sounds in sorted(self._content.glob(f"*/*/{AUDIO}")):
            folder = f"{CONTENT}/{sounds.parent.relative_to(self._content).as_posix()}"
            notes = read_notes(sounds / RECORDED)
            keys = [key_of(path, sounds) for path in sounds.rglob(f"*{SUFFIX}")]
            found[folder] = {key: hash_in(notes, key) for key in keys}
        return found

    def keep(self, folder: str, key: str, content: bytes, *, text: str, on: date) -> None:
        """Keep a recording, and which text it reads; raise BotError where that cannot be.

        An earlier recording gives way; the notes of the others, and comments, stay.
        """
        with self._changing(folder) as sounds:
            notes = read_notes(sounds / RECORDED)
            path = sounds / f"{key}{SUFFIX}"
            path.parent.mkdir(exist_ok=True)
            put_in_place(path, content)
            note = CommentedMap(text=DoubleQuotedScalarString(text), on=on)
            note.fa.set_flow_style()
            notes[key] = note
            put_in_place(sounds / RECORDED, format_notes(notes))

    def discard(self, folder: str, key: str, *, text: str) -> None:
        """Throw away the recording of a text; one of other words stays. Raise BotError.

        The note goes first: one without its recording would be refused.
        """
        with self._changing(folder) as sounds:
            notes = read_notes(sounds / RECORDED)
            if hash_in(notes, key) != text:
                return
            del notes[key]
            put_in_place(sounds / RECORDED, format_notes(notes))
            (sounds / f"{key}{SUFFIX}").unlink(missing_ok=True)

    @contextmanager
    def _changing(self, folder: str) -> Iterator[Path]:
        """Hold the recordings of a folder against everybody else; raise BotError."""
        place = self._content / folder.removeprefix(f"{CONTENT}/")
        try:
            (place / AUDIO).mkdir(exist_ok=True)
            handle = os.open(place / AUDIO, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield place / AUDIO
            finally:
                os.close(handle)
        except OSError as error:
            raise BotError(f"{place / AUDIO} cannot be written: {error.strerror}.") from None


def key_of(path: Path, sounds: Path) -> str:
    """Name a recording as its note does: `da`, or `da/3`."""
    return path.relative_to(sounds).with_suffix("").as_posix()


def read_notes(path: Path) -> CommentedMap:
    """Read which texts recordings read; none where nothing was noted. Raise BotError."""
    try:
        notes = notes_format().load(path) if path.exists() else None
    except (YAMLError, ValueError):
        raise BotError(f"{path} cannot be read as YAML. Mend it.") from None
    if notes is None:
        return CommentedMap()
    if not isinstance(notes, CommentedMap):
        raise BotError(f"{path} holds no keys. Mend it.")
    return notes


def hash_in(notes: CommentedMap, key: str) -> str | None:
    """Give the hash of the text that a recording reads, where it was noted."""
    note: Any = notes.get(key)
    text = note.get("text") if isinstance(note, dict) else None
    return None if text is None else str(text)


def format_notes(notes: CommentedMap) -> bytes:
    """Write the notes."""
    body = io.BytesIO()
    if notes:
        notes_format().dump(notes, body)
    return body.getvalue()


def notes_format() -> YAML:
    """Make a reader and writer that keeps comments and quotes."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def put_in_place(path: Path, content: bytes) -> None:
    """Write a file beside its place, to the disk, and put it there in one step.

    Hidden until then: whoever reads the catalogue meanwhile sees what was there before.
    """
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
