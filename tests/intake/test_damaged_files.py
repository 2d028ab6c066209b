"""Rosters and outcome files that were damaged: refused with a place, or read; never a crash."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from school import CODES, judge_file, write_book

from bot.errors import FileRefused, Problem
from bot.intake.rosters import parse_roster
from tests.hardening.damage import (
    Damage,
    damage,
    damage_part,
    damages,
    no_hang,
    see_that_all_are_told,
    see_that_it_grows_in_line,
)

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
ROSTER = ["study_code", "birth_month", "home_language", "level", "baseline", "disadvantage"]
OUTCOMES = ["study_code", "instrument", "wave", "score", "assessed_on"]
ROWS = {
    "roster": [ROSTER, *([code, "2022-05", "da", "plain", 12.5, "no"] for code in CODES)],
    "outcomes": [OUTCOMES, *([code, "words", "before", 12.5, "2026-05-31"] for code in CODES)],
}
HURT = [
    *(
        b'"',
        b"'",
        b";",
        b",",
        b"\t",
        b"\n",
        b"\r",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"sep=;\n",
    ),
    *(b"=1+1", b"@x", b"1e999", b"NaN", b"inf", b"-0", b"9" * 5_000, b"x" * 200_000, b"31.02.2026"),
    *(
        b"," * 10_000,
        b"\n" * 10_000,
        b'"\n"' * 500,
        "٣".encode(),
        "\u202e".encode(),
        b"\xc3",
        b"PK\x03\x04",
    ),
    *(
        b"<",
        b"</c>",
        b"<c>",
        b"&x;",
        b'<!DOCTYPE a [<!ENTITY x "y">]>',
        b't="s"',
        b'r="XFD1048576"',
    ),
    *(b'r="A0"', b"<v>99999999</v>", b"<v>-1</v>", b'<c r="A1" t="d"><v>x</v></c>', b's="99"'),
]
FEW = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
MANY = settings(FEW, max_examples=3_000, derandomize=False)


def read_roster(content: bytes) -> None:
    parse_roster("list", content, now=NOW)


def read_outcomes(content: bytes) -> None:
    judge_file(content)


READS = {"roster": read_roster, "outcomes": read_outcomes}


def plain(kind: str) -> bytes:
    """Write a sound file as CSV."""
    return "\n".join(",".join(map(str, row)) for row in ROWS[kind]).encode()


def try_to_read(kind: str, content: bytes) -> None:
    """Read a file; a refusal names the file and says what would be accepted."""
    found: list[Problem] = []
    try:
        with no_hang():
            READS[kind](content)
    except FileRefused as refused:
        found = refused.problems
    assert all(each.path and each.what and each.instead for each in found)
    see_that_all_are_told(found)


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize(
    "size", [FEW, pytest.param(MANY, marks=pytest.mark.long)], ids=["", "long"]
)
def test_a_damaged_file_is_read_or_refused_with_its_place(kind: str, size: settings) -> None:
    book = write_book({"Sheet": ROWS[kind]})

    @size
    @given(damages(HURT), st.sampled_from(["plain", "zip", "part"]), st.floats(0, 0.999))
    def hurt(done: list[Damage], way: str, part: float) -> None:
        if way == "part":
            content = damage_part(book, part, done)
        else:
            content = damage(book if way == "zip" else plain(kind), done)
        try_to_read(kind, content)

    hurt()


@pytest.mark.parametrize("kind", READS)
def test_any_bytes_are_read_or_refused(kind: str) -> None:
    @FEW
    @given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-16")))
    def read(content: bytes) -> None:
        try_to_read(kind, content)

    read()


HUGE: dict[str, Callable[[int], bytes]] = {
    "columns": lambda n: (
        ",".join(f"c{k}" for k in range(2_500 * n)).encode() + b"\n" + b"1," * (2_500 * n)
    ),
    "a huge cell": lambda n: b'a,b\n"' + b"x" * (250_000 * n) + b'",1\n',
    "a long cell": lambda n: (
        b"study_code,instrument,wave,score\n" + b"x" * (32_000 * n) + b",words,before,1\n"
    ),
    "the same line": lambda n: b"a;b\n" * (10_000 * n),
    "empty lines": lambda n: b"\n" * (100_000 * n),
    "one line": lambda n: b"a," * (250_000 * n),
    "quotes": lambda n: b'"' * (25_000 * n + 1),
}


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize("make", HUGE.values(), ids=HUGE)
def test_a_huge_file_is_read_or_refused_without_needless_work(
    kind: str, make: Callable[[int], bytes]
) -> None:
    see_that_it_grows_in_line(lambda times: try_to_read(kind, make(times)))
