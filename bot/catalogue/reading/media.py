"""Read pictures and recordings of a catalogue: whole, of the right kind, not too large."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePosixPath

from bot.catalogue.reading.folders import Folder, Ground
from bot.catalogue.reading.parsing import Findings, Lines, make_record, parse_text, parse_yaml
from bot.catalogue.reading.recordings import RECORDED, Recorded
from bot.core.messages import Media, MediaKind

PICTURE_BYTES = 300_000
AUDIO_BYTES = 1_000_000  # about five minutes of speech
PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
ENDS = {".png": b"IEND\xaeB`\x82", ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9"}
AUDIO = "audio/"
PAGE_HEADER = 27  # bytes of an Ogg page before the list of its parts (RFC 3533)


def read_picture(folder: Folder, name: str, findings: Findings) -> Media | None:
    """Read a picture that a card names."""
    path = folder.place(name)
    content, ending = folder.files.get(name), PurePosixPath(name).suffix.lower()
    if content is None:
        findings.refuse(path, 0, "there is no such picture", "Put a PNG or JPEG file there.")
    elif ending not in PICTURES or not content.startswith(PICTURES[ending]):
        findings.refuse(path, 0, "this is not a PNG or JPEG picture", "Save it as PNG or JPEG.")
    elif len(content) > PICTURE_BYTES:
        what = f"the picture has {len(content) // 1000} kB"
        findings.refuse(path, 0, what, "Make it smaller than 300 kB.")
    elif not content.rstrip(b"\0").endswith(ENDS[ending]):
        findings.refuse(path, 0, "the picture breaks off", "Copy or save it once more.")
    else:
        return make_media(MediaKind.PICTURE, path, content)
    return None


def read_recording(content: bytes, path: str, findings: Findings) -> Media | None:
    """Read one recording."""
    if not content.startswith(b"OggS") or b"OpusHead" not in content[:100]:
        findings.refuse(path, 0, "this is not Ogg Opus sound", "Save it as Ogg with Opus.")
    elif len(content) > AUDIO_BYTES:
        size = f"the recording has {len(content) // 1000} kB"
        findings.refuse(path, 0, size, f"Make it smaller than {AUDIO_BYTES // 1000} kB.")
    elif not is_whole_ogg(content):
        findings.refuse(path, 0, "the recording breaks off", "Copy or record it once more.")
    else:
        return make_media(MediaKind.VOICE, path, content)
    return None


def is_whole_ogg(content: bytes) -> bool:
    """Say whether Ogg pages follow each other to the very end, as each tells its own length."""
    start = 0
    while start < len(content):
        header = content[start : start + PAGE_HEADER]
        if len(header) < PAGE_HEADER or not header.startswith(b"OggS"):
            return False
        parts = content[start + PAGE_HEADER : start + PAGE_HEADER + header[-1]]
        if len(parts) < header[-1]:
            return False
        start += PAGE_HEADER + len(parts) + sum(parts)
    return start == len(content)


def read_recorded(folder: Folder, findings: Findings) -> Mapping[str, Recorded]:
    """Read which texts a folder's recordings read: `audio/recorded.yaml`, where it is written."""
    name = AUDIO + RECORDED
    if name not in folder.files:
        return {}
    path = folder.place(name)
    text = parse_text(folder.files[name], path, findings)
    parsed = parse_yaml(text, path, findings) if text and text.strip() else None
    values, lines = parsed or ({}, Lines())
    found = {}
    for key, value in values.items():
        if f"{AUDIO}{key}.ogg" not in folder.files:
            what = f'there is no recording "{key}"'
            findings.refuse(path, lines.of(key), what, f"Put {key}.ogg beside it, or take it out.")
            continue
        inner = Lines({way[1:]: line for way, line in lines.items() if way[0] == key})
        holds = value if isinstance(value, dict) else {"text": value}
        recorded = make_record(Recorded, holds, inner, path, findings)
        if recorded:
            found[key] = recorded
    return found


def list_recordings(folder: Folder) -> list[str]:
    """List a folder's recordings by their names below `audio/`."""
    return sorted(
        name.removeprefix(AUDIO)
        for name in folder.files
        if name.startswith(AUDIO) and name != AUDIO + RECORDED
    )


def check_recorded(
    folder: Folder,
    ground: Ground,
    findings: Findings,
    *,
    spoken: Mapping[str, Callable[[], str]],
    heard: Collection[str],
) -> None:
    """Point to texts without a recording, and to recordings of an earlier text.

    `spoken` gives the hash of what is to be read for each name that a recording can have; `heard`
    names the recordings that can be used.
    """
    recorded = read_recorded(folder, findings)
    for key, name_words in spoken.items():
        path = folder.place(f"{AUDIO}{key}.ogg")
        if f"{AUDIO}{key}.ogg" not in folder.files:
            note_missing(path, ground, findings)
        elif key not in heard:
            continue  # it is refused, which is said already
        elif key not in recorded:
            findings.warn(
                path,
                0,
                "it is not known which text this reads",
                f"Listen to it, then write {key}: {{text: {name_words()}, on: DATE}} "
                f"in {folder.place(AUDIO + RECORDED)}.",
            )
        elif recorded[key].text != name_words():
            findings.warn(
                path, 0, "this recording is older than its text", "Record it once more: /record."
            )


def note_missing(path: str, ground: Ground, findings: Findings) -> None:
    """Say that a text has no recording, as strictly as the programme is about it."""
    note = {"wanted": findings.warn, "required": findings.refuse}.get(ground.programme.audio)
    if note:
        note(path, 0, "there is no recording", "Record it with /record, or put Ogg Opus there.")


def make_media(kind: MediaKind, path: str, content: bytes) -> Media:
    """Give a file as it goes with a message, named by its content."""
    return Media(kind, PurePosixPath(path).name, hashlib.sha256(content).hexdigest(), content)
