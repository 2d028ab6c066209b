"""Read pictures and recordings of a catalogue: of the right kind, and small enough for a phone."""

import hashlib
from pathlib import PurePosixPath

from bot.catalogue.files import Files
from bot.catalogue.parsing import Findings
from bot.catalogue.recordings import RECORDED
from bot.catalogue.records import Programme
from bot.core.messages import Media, MediaKind

PICTURE_BYTES = 300_000
AUDIO_BYTES = 1_000_000  # about five minutes of speech
PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}


def read_picture(files: Files, path: str, findings: Findings) -> Media | None:
    """Read a picture."""
    content = files.get(path)
    if content is None:
        findings.refuse(path, 0, "there is no such picture", "Put a PNG or JPEG file there.")
        return None
    signature = PICTURES.get(PurePosixPath(path).suffix.lower())
    if signature is None or not content.startswith(signature):
        findings.refuse(path, 0, "this is not a PNG or JPEG picture", "Save it as PNG or JPEG.")
        return None
    if len(content) > PICTURE_BYTES:
        findings.refuse(
            path, 0, f"the picture has {len(content) // 1000} kB", "Make it smaller than 300 kB."
        )
        return None
    return make_media(MediaKind.PICTURE, path, content)


def read_audio(
    files: Files, folder: str, programme: Programme, findings: Findings
) -> dict[str, Media]:
    """Read an activity's recordings, one for each language that has one."""
    recordings = {}
    for path in sorted(name for name in files if name.startswith(f"{folder}/audio/")):
        if path == f"{folder}/audio/{RECORDED}":
            continue
        language = PurePosixPath(path).stem
        if PurePosixPath(path).suffix != ".ogg" or language not in programme.languages:
            languages = ", ".join(f"{each}.ogg" for each in programme.languages)
            findings.refuse(path, 0, "this belongs to no language", f"Use one of: {languages}.")
            continue
        recording = read_recording(files[path], path, findings)
        if recording:
            recordings[language] = recording
    return recordings


def read_recording(content: bytes, path: str, findings: Findings) -> Media | None:
    """Read one recording."""
    if not content.startswith(b"OggS") or b"OpusHead" not in content[:100]:
        findings.refuse(path, 0, "this is not Ogg Opus sound", "Save it as Ogg with Opus.")
    elif len(content) > AUDIO_BYTES:
        size = f"the recording has {len(content) // 1000} kB"
        findings.refuse(path, 0, size, f"Make it smaller than {AUDIO_BYTES // 1000} kB.")
    else:
        return make_media(MediaKind.VOICE, path, content)
    return None


def make_media(kind: MediaKind, path: str, content: bytes) -> Media:
    """Give a file as it goes with a message, named by its content."""
    return Media(kind, PurePosixPath(path).name, hashlib.sha256(content).hexdigest(), content)
