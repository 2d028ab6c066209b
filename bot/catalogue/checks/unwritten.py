"""Find what `kuffert content new` left for staff to write."""

from bot.catalogue.reading.parsing import Findings

MARK = "TODO:"  # with its colon: in Spanish, TODO by itself is a word


def is_unwritten(text: str) -> bool:
    """Say whether a text is still an instruction for who writes it."""
    return MARK in text


def check_unwritten(text: str, path: str, findings: Findings) -> None:
    """Name each line of a file that nobody has written yet."""
    if not is_unwritten(text):
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if is_unwritten(line):
            what = "this is still to be written"
            findings.refuse(path, number, what, f"Write it, and remove {MARK}.")
