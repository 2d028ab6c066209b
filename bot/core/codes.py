"""Codes that people carry: drawn at random, with a check character against slips of the pen."""

import re
import unicodedata
from dataclasses import dataclass
from random import Random

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_2

LINK_BASE = "https://t.me"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
CARD_LETTERS = 10  # 50 random bits, since a card is a secret
STUDY_LETTERS = 7  # 35 random bits: unguessable is not needed, unique and short is
GROUP_LETTERS = 4  # as a code is printed, and shown back
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "İ": "1", "L": "1"})
LIKE_NUMBER = re.compile(r"\d+(?:E\d+)?")  # 12345678, 1234E567
GAPS = ("P", "Z", "C")  # Unicode's punctuation, spaces, and what is not seen at all
SHORTEST_SLIP, LONGEST_SLIP = CARD_LETTERS - 1, CARD_LETTERS + 3  # one or two characters off


@dataclass(frozen=True)
class IssuedCard:
    """A card as it is handed out: its secret code, its child's study code, and its link."""

    code: str
    study_code: str
    link: str


def link_of(code: str, link_base: str) -> str:
    """Give the link that opens a card, from the bot's own address."""
    return f"{link_base}?start={code}"


def draw_card_code(rng: Random) -> str:
    """Draw a card's secret code: 10 random letters and a check character."""
    return draw_code(rng, letters=CARD_LETTERS)


def draw_study_code(rng: Random) -> str:
    """Draw a child's study code: 7 random letters and a check character.

    One that reads as a number is thrown away: spreadsheets would write it in another way, and eight
    digits are taken for a phone number.
    """
    code = draw_code(rng, letters=STUDY_LETTERS)
    while LIKE_NUMBER.fullmatch(code):
        code = draw_code(rng, letters=STUDY_LETTERS)
    return code


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
    """Bring what somebody typed into the code's own form: upper case, no gaps, no look-alikes.

    Digits of any script count, and wide letters; dashes, dots and marks of direction are gaps.
    """
    wide = "".join(write_plainly(sign) for sign in unicodedata.normalize("NFKC", text))
    return wide.upper().translate(LOOK_ALIKES)


def write_plainly(sign: str) -> str:
    """Give a digit of any script as 0 to 9, nothing for a gap, and any other sign as it is."""
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    return "" if kind.startswith(GAPS) else sign


def format_code(code: str) -> str:
    """Write a code in groups, as it is printed: `7K3M-9QXA-2TB`."""
    return "-".join(code[n : n + GROUP_LETTERS] for n in range(0, len(code), GROUP_LETTERS))


def is_like_card_code(code: str) -> bool:
    """Say whether a text, in a code's form, can be a card's code with a slip or two in it."""
    is_plain = code.isascii() and code.isalnum()
    return is_plain and SHORTEST_SLIP <= len(code) <= LONGEST_SLIP


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
