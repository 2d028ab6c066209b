"""Notice what would tell who somebody is: national ids, e-mail addresses, phone numbers, names."""

import re

PERSONAL = re.compile(
    r"name|navn|cpr|ssn|e-?mail|phone|telefon|mobil|address|adresse|birth|fødsel|initial", re.I
)
CPR = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d[- ]?\d{4}(?!\d)")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
PHONE = re.compile(r"^(\+|00)\d[\d ]{6,}$|^\d{2}( \d{2}){3}$|^\d{8,}$")


def names_a_person(column: str) -> bool:
    """Say whether a column's name promises what tells who somebody is."""
    return PERSONAL.search(column) is not None


def find_identity(cell: str) -> str | None:
    """Say what a cell seems to hold, where that would tell who somebody is."""
    if CPR.search(cell):
        return "a CPR number"
    if EMAIL.search(cell):
        return "an e-mail address"
    if PHONE.match(cell):
        return "a phone number"
    return None
