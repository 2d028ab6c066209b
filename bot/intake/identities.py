"""Notice what would tell who somebody is: national ids, e-mail addresses, phone numbers, names."""

import re
from datetime import datetime
from types import ModuleType

from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.se import personnummer

from bot.core.codes import LIKE_NUMBER, is_study_code, parse_code

PERSONAL = re.compile(
    r"name|navn|namn|nimi|prenom|prénom|cpr|ssn|person.?n|person.?id|national.?id|hetu|henkil|pesel"
    r"|mail|phone|telefon|telefoon|puhelin|mobil|\btlf|\btel\b|address|adress|adres|osoite|anschrift"
    r"|birth|fødsel|födelse|syntym|geburt|initial",
    re.I,
)
CPR = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d[- ]?\d{4}(?!\d)")
EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")  # no more of it: a long cell is gone through once
PHONE = re.compile(
    r"^(\+|00)\d[\d ()./-]{6,}$|^\d{2}( \d{2}){3,4}$|^\d{8,}$|^\(?0\d{1,4}\)?[-/][\d ]{5,}$"
)
DIGITS_OF_DATE = re.compile(r"(19|20)\d{6}")

# What a number looks like in a text, and who knows whether it is one (its check digits)
NATIONAL: tuple[tuple[str, str, ModuleType], ...] = (
    ("a Swedish personnummer", r"(\d{2})?\d{6}[-+]?\d{4}", personnummer),
    ("a Norwegian fødselsnummer", r"\d{6} ?\d{5}", fodselsnummer),
    ("a Finnish henkilötunnus", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", hetu),
    ("a Polish PESEL", r"\d{11}", pesel),
    ("a Spanish DNI", r"\d{8}[ -]?[A-Z]", dni),
    ("a Spanish NIE", r"[XYZ][ -]?\d{7}[ -]?[A-Z]", nie),
    ("an Italian codice fiscale", r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]", codicefiscale),
    ("a French NIR", r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", nir),
)
SHAPES = tuple(
    (what, re.compile(rf"(?<![0-9A-Za-z])({shape})(?![0-9A-Za-z])", re.I), knower)
    for what, shape, knower in NATIONAL
)


def names_a_person(column: str) -> bool:
    """Say whether a column's name promises what tells who somebody is."""
    return PERSONAL.search(column) is not None


def find_identity(cell: str) -> str | None:
    """Say what a cell seems to hold, where that would tell who somebody is.

    A study code and a date are no such thing, even where the one looks like a number.
    """
    if is_date(cell) or (is_study_code(parse_code(cell)) and not LIKE_NUMBER.fullmatch(cell)):
        return None
    if CPR.search(cell):
        return "a CPR number"
    if EMAIL.search(cell):
        return "an e-mail address"
    for what, shape, knower in SHAPES:
        if any(knower.is_valid(found[1]) for found in shape.finditer(cell)):
            return what
    if PHONE.match(cell):
        return "a phone number"
    return None


def is_date(cell: str) -> bool:
    """Say whether eight digits are a date of our time: 20260531."""
    if not DIGITS_OF_DATE.fullmatch(cell):
        return False
    try:
        datetime.strptime(cell, "%Y%m%d")  # noqa: DTZ007  (only whether it is one)
    except ValueError:
        return False
    return True


def is_like_name(cell: str) -> bool:
    """Say whether a cell reads as a first and a last name: two words or more with capitals."""
    words = re.split(r"[ .'’-]+", cell.strip(" ."))
    return len(words) > 1 and all(word.isalpha() and word.istitle() for word in words)
