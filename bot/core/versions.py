"""Versions of texts, as staff write them: "1", "2", "2.1", "2027-01"."""

import re


def is_newer(version: str, other: str) -> bool:
    """Say whether a version comes after another; numbers in them count as numbers."""
    return parts_of(version) > parts_of(other)


def parts_of(version: str) -> list[tuple[int, str]]:
    """Part a version into numbers and words, so that "10" comes after "9"."""
    found = re.findall(r"\d+|[^\W\d]+", version)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in found]
