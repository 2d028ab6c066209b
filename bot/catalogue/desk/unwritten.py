"""Find what `kuffert content new` left for staff to write."""

from bot.errors import Problem

MARK = "TODO:"  # with its colon: in Spanish, TODO by itself is a word


def is_unwritten(text: str) -> bool:
    """Say whether a text is still an instruction for who writes it."""
    return MARK in text


def check_unwritten(text: str, path: str) -> list[Problem]:
    """Name each line of a file that nobody has written yet."""
    return [
        Problem(path, number, "this is still to be written", f"Write it, and remove {MARK}")
        for number, line in enumerate(text.splitlines(), start=1)
        if is_unwritten(line)
    ]
