"""Codes as people carry them."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import (
    draw_card_code,
    draw_study_code,
    format_code,
    is_card_code,
    parse_code,
)
from bot.intake.identities import find_identity


@given(st.integers())
def test_a_code_as_printed_is_read_back_whatever_happens_to_its_dashes_and_letters(
    seed: int,
) -> None:
    code = draw_card_code(Random(seed))

    printed = format_code(code)

    assert [len(each) for each in printed.split("-")] == [4, 4, 3]
    assert is_card_code(parse_code(printed.lower()))
    assert parse_code(printed) == parse_code(f" {printed.replace('-', ' ')} ") == code


def test_no_study_code_reads_as_a_number() -> None:
    class Scripted(Random):
        """Draws these letters, one after another."""

        letters = iter("12345601234E50K234E51")

        def choice(self, _from: Sequence[str]) -> str:
            return next(self.letters)

    drawn = draw_study_code(Scripted())

    assert drawn.startswith("K234E51")
    assert find_identity(drawn) is None
