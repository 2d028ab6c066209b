"""The catalogue of this checkout, and cards of the cast's children."""

from collections.abc import Callable
from random import Random

import pytest

from bot.catalogue.records import Catalogue
from bot.core.codes import draw_card_code, draw_study_code
from bot.printing.invitations import Invitation
from tests.shipped import shipped_catalogue

BOT = "https://t.me/kuffert_bot"
MakeCards = Callable[..., list[Invitation]]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Load the catalogue once; it never changes."""
    return shipped_catalogue()


@pytest.fixture
def make_cards() -> MakeCards:
    """Make cards, the same ones in every test."""
    rng = Random(2026)

    def make(language: str, *, count: int = 1, bot: str = BOT) -> list[Invitation]:
        codes = [draw_card_code(rng) for _ in range(count)]
        return [
            Invitation(code, f"{bot}?start={code}", language, draw_study_code(rng))
            for code in codes
        ]

    return make
