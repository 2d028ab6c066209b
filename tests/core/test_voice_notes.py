"""A voice note is told from anything else, and what broke on the way from what is whole."""

import pytest

from bot.core.voice_notes import measure_voice_note
from tests.voice_notes import make_voice_note

WHOLE = make_voice_note("x" * 400, seconds=7)


def test_a_whole_voice_note_says_how_long_it_lasts() -> None:
    assert measure_voice_note(WHOLE) == 7


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"OggS",
        b"ID3\x04" + bytes(400),
        WHOLE[:-1],
        WHOLE + b"O",
        WHOLE[:-9] + b"?" + WHOLE[-8:],
        WHOLE.replace(b"OpusHead", b"\x01vorbis "),
        WHOLE[50:],
    ],
    ids=["empty", "a beginning", "mp3", "torn", "more", "changed", "vorbis", "headless"],
)
def test_what_is_no_whole_voice_note_has_no_length(content: bytes) -> None:
    assert measure_voice_note(content) is None
