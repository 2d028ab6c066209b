"""What is printed and drawn for families, with stand-ins for codes, children and centres."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.printing.invitations import lay_letters, lay_poster, lay_sheets
from bot.printing.keepsakes import lay_certificate, lay_week
from bot.printing.packs import lay_pack
from bot.printing.typesetting import Layout
from bot.web.preview.samples import CENTRE, Sample

ON_A_SHEET = 8


@dataclass(frozen=True)
class Printed:
    """One thing that is printed or drawn."""

    title: str
    lay: Callable[[Sample], Layout]


def lay_first_week(to: Sample) -> Layout:
    """Lay out the picture of a week in which the first activities were done."""
    return lay_week(to.catalogue, to.first_weeks, language=to.language)


def lay_first_certificate(to: Sample) -> Layout:
    """Lay out the certificate of a child who did the first activities."""
    return lay_certificate(
        to.catalogue, to.first_weeks, language=to.language, school_language=to.school
    )


PRINTS: Mapping[str, Printed] = {
    "cards": Printed(
        "Cards, eight to a sheet",
        lambda to: lay_sheets(to.catalogue, to.invitations(ON_A_SHEET), centre=CENTRE),
    ),
    "letter": Printed(
        "The letter", lambda to: lay_letters(to.catalogue, to.invitations(), centre=CENTRE)
    ),
    "poster": Printed(
        "The poster", lambda to: lay_poster(to.catalogue, to.invitations()[0], centre=CENTRE)
    ),
    "starter-pack": Printed(
        "The starter pack",
        lambda to: lay_pack(to.catalogue, to.language, school_language=to.school, centre=CENTRE),
    ),
    "week-picture": Printed("The picture of a week", lay_first_week),
    "certificate": Printed("The certificate", lay_first_certificate),
}
