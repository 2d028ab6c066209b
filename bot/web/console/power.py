"""How small an effect a trial would find, before anybody is drawn."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from bot.core.power import Design, find_smallest_effect
from bot.errors import BotError
from bot.web.console.visits import Visit
from bot.web.wording import Wording

NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")
WHOLE = re.compile(r"-?[0-9]{1,9}")
WHOLE_NUMBERS = ("clusters", "covariates")


@dataclass(frozen=True)
class Field:
    """What is asked of a trial: its name, what it is called and what it is; and what is usual."""

    name: str
    title: str
    explained: str
    usual: float | None = None


def list_fields(words: Wording) -> list[Field]:
    """List what is asked of a trial."""
    return [
        Field("clusters", words.say("Centres"), words.say("all arms together")),
        Field("size", words.say("Children a centre"), words.say("with a result, on average")),
        Field(
            "icc",
            words.say("ICC"),
            words.say("the share of the variance that lies between centres; often 0.05 to 0.20"),
        ),
        Field(
            "r2_between",
            words.say("R² between centres"),
            words.say("what a score before the start explains of the variance between centres"),
            0.0,
        ),
        Field("r2_within", words.say("R² within centres"), words.say("and within them"), 0.0),
        Field("alpha", words.say("Level"), words.say("of the two-sided test"), 0.05),
        Field("power", words.say("Power"), words.say("the chance to find the effect"), 0.8),
        Field("share", words.say("Share treated"), words.say("of the centres, in two arms"), 0.5),
        Field(
            "covariates",
            words.say("Covariates of centres"),
            words.say("degrees of freedom that they take; left out: 1 with an R² between, else 0"),
        ),
    ]


async def show(visit: Visit) -> Response:
    """Show the form and, where it is filled in, the smallest effect."""
    fields = list_fields(visit.words)
    given = {each.name: visit.asked(each.name) for each in fields}
    if not any(given.values()):
        return visit.page("power", fields=fields, given=given, error="", design=None)
    try:
        design = read_design(given, fields)
        names = {each.name: each.title for each in fields}
        effect = await asyncio.to_thread(find_smallest_effect, design, names)
    except BotError as refusal:
        return visit.page(
            "power", status=400, fields=fields, given=given, error=str(refusal), design=None
        )
    return visit.page(
        "power", fields=fields, given=given, error="", design=design, effect=round(effect, 2)
    )


def read_design(given: Mapping[str, str], fields: list[Field]) -> Design:
    """Read a design; raise BotError for what is no number."""
    titles = {each.name: each.title for each in fields}
    number = {
        each.name: read_number(each.title, given[each.name], usual=each.usual)
        for each in fields
        if each.name not in WHOLE_NUMBERS
    }
    clusters = read_whole(titles["clusters"], given["clusters"])
    taken = int(number["r2_between"] > 0)
    if given["covariates"]:
        taken = read_whole(titles["covariates"], given["covariates"])
    return Design(clusters=clusters, covariates=taken, **number)


def read_number(name: str, text: str, *, usual: float | None) -> float:
    """Read a number, with a decimal point or comma; what is left out is as usual."""
    if not text and usual is not None:
        return usual
    if not NUMBER.fullmatch(text):
        raise BotError(f'{name} is a number, such as 0.05; "{text}" is not.')
    return float(text.replace(",", "."))


def read_whole(name: str, text: str) -> int:
    """Read a whole number."""
    if not WHOLE.fullmatch(text):
        raise BotError(f'{name} is a whole number; "{text}" is not.')
    return int(text)
