"""Codes that people carry: drawn at random, with a check character against slips of the pen."""

from random import Random

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_2

LINK_BASE = "https://t.me"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
CARD_LETTERS = 10  # 50 random bits, since a card is a secret
STUDY_LETTERS = 7  # 35 random bits: unguessable is not needed, unique and short is
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def link_of(code: str, link_base: str) -> str:
    """Give the link that opens a card, from the bot's own address."""
    return f"{link_base}?start={code}"


def draw_card_code(rng: Random) -> str:
    """Draw a card's secret code: 10 random letters and a check character."""
    return draw_code(rng, letters=CARD_LETTERS)


def draw_study_code(rng: Random) -> str:
    """Draw a child's study code: 7 random letters and a check character."""
    return draw_code(rng, letters=STUDY_LETTERS)


def draw_code(rng: Random, *, letters: int) -> str:
    """Draw letters and close them with ISO 7064 Mod 37-2; `rng` should be a SystemRandom.

    Of the 37 check characters, five are not Crockford's; such a draw is thrown away.
    """
    while True:
        body = "".join(rng.choice(LETTERS) for _ in range(letters))
        check = mod_37_2.calc_check_digit(body)
        if check in LETTERS:
            return body + check


def parse_code(text: str) -> str:
    """Bring what somebody typed into the code's own form: upper case, no gaps, no look-alikes."""
    return text.strip().upper().translate(LOOK_ALIKES)


def is_card_code(code: str) -> bool:
    """Say whether a code, in its own form, has a card's length and a right check character."""
    return len(code) == CARD_LETTERS + 1 and has_right_check(code)


def is_study_code(code: str) -> bool:
    """Say whether a code, in its own form, has a study code's length and a right check."""
    return len(code) == STUDY_LETTERS + 1 and has_right_check(code)


def has_right_check(code: str) -> bool:
    """Say whether the last character follows from the others (ISO 7064 Mod 37-2)."""
    try:
        mod_37_2.validate(code)
    except ValidationError:
        return False
    return set(code) <= set(LETTERS)
