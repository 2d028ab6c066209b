"""Codes as people carry them."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import draw_card_code, format_code, is_card_code, parse_code


@given(st.integers())
def test_a_code_as_printed_is_read_back_whatever_happens_to_its_dashes_and_letters(
    seed: int,
) -> None:
    code = draw_card_code(Random(seed))

    printed = format_code(code)

    assert [len(each) for each in printed.split("-")] == [4, 4, 3]
    assert is_card_code(parse_code(printed.lower()))
    assert parse_code(printed) == parse_code(f" {printed.replace('-', ' ')} ") == code
