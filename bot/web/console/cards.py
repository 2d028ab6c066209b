"""What a centre hands out: cards made, printed, listed, replaced, revoked; poster, booklet."""

import csv
import io
from datetime import date, datetime
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from bot.core.codes import IssuedCard, format_code, parse_code
from bot.errors import BotError
from bot.store import Session, cards, centres, posters
from bot.store.columns import id_of
from bot.store.tables import Centre
from bot.web.console.files import CSV, PDF, ZIP, as_file, put_together
from bot.web.console.offices import Printed
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit

MOST_AT_ONCE = 500


async def show(visit: Visit) -> Response:
    """Show what can be handed out at a centre."""
    return await show_with(visit)


async def show_with(
    visit: Visit, *, renewed: IssuedCard | None = None, revoked: int = 0
) -> Response:
    """Show it, and a card that was just made anew: its code is shown once."""
    async with visit.office.database.reading() as session:
        centre = await get_centre(visit, session)
        valid = [card for card, _child in await cards.list_cards_to_print(session, centre)]
        has_poster = bool(await posters.list_posters(session, centre))
    running = visit.office.running()
    return visit.page(
        "cards",
        centre=centre,
        valid=len(valid),
        unprinted=sum(1 for card in valid if card.printed_at is None),
        cautions=await visit.office.helpers.cards.list_cautions(centre.code),
        has_poster=has_poster,
        is_open=running.programme.open_enrolment,
        program_languages=running.languages,
        most=MOST_AT_ONCE,
        renewed=renewed,
        typed=format_code(renewed.code) if renewed else "",
        revoked=revoked,
    )


async def get_centre(visit: Visit, session: Session) -> Centre:
    """Get the centre of the address."""
    return await centres.get_centre(session, visit.request.path_params["code"])


def path_of(centre: str) -> str:
    """Give the address of what a centre hands out."""
    return f"/centres/{quote(centre)}/cards"


async def find_code(visit: Visit) -> str:
    """Give the code of the centre of the address; raise BotError where there is none."""
    async with visit.office.database.reading() as session:
        return (await get_centre(visit, session)).code


# Cards


async def issue(visit: Visit, memory: Memory) -> Response:
    """Make cards, each with a new child on the centre's roster."""
    centre = await find_code(visit)
    count = visit.said("count")
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:9]) <= MOST_AT_ONCE):
        raise BotError(visit.words.say("Write how many cards there are to be, from 1 to 500."))
    issued = await visit.office.helpers.cards.issue(
        centre,
        count=int(count),
        birth_month=read_month(visit, visit.said("birth_month")),
        language=visit.said("language"),
        note=lambda session: visit.note(session, "cards made", f"{centre} {int(count)}"),
    )
    memory.forget()
    said = visit.words.count("One card is made.", "The cards are made.", len(issued))
    return visit.back(path_of(centre), said=said)


def read_month(visit: Visit, text: str) -> date | None:
    """Read a month such as 2022-05, none where nothing was written."""
    if not text:
        return None
    try:
        return datetime.strptime(f"{text}-01", "%Y-%m-%d").date()  # noqa: DTZ007  (a date)
    except ValueError:
        raise BotError(visit.words.say("Write year and month, such as 2022-05.")) from None


async def print_all(visit: Visit) -> Response:
    """Lay out cards and letters as PDF, of one child where it is named; note that it was done."""
    centre, language = await find_code(visit), visit.said("language")
    study_code = parse_code(visit.said("study_code")) or None
    batches = await visit.office.helpers.cards.lay_out(
        centre, language=language or None, study_code=study_code
    )
    first = await anext(batches)  # what cannot be printed is told, instead of breaking off a file
    async with visit.office.database.writing() as session:
        await visit.note(session, "cards printed", " ".join(filter(None, (centre, language))))
    return StreamingResponse(
        put_together(first, batches), media_type=ZIP, headers=as_file(f"cards-{centre}.zip")
    )


async def give_list(visit: Visit) -> Response:
    """Give a centre's valid cards as a list: card, study code, link."""
    centre = await find_code(visit)
    listed = await visit.office.helpers.cards.list_cards(centre)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["card", "study_code", "link"])
    writer.writerows([each.code, each.study_code, each.link] for each in listed)
    async with visit.office.database.writing() as session:
        await visit.note(session, "cards listed", centre)
    body = text.getvalue().encode("utf-8-sig")
    return Response(body, media_type=CSV, headers=as_file(f"cards-{centre}.csv"))


async def renew(visit: Visit) -> Response:
    """Make a new card for a child whose card is lost; the child's other cards open nothing more."""
    async with visit.office.database.reading() as session:
        centre = await get_centre(visit, session)
        child = await centres.get_child_by_code(session, parse_code(visit.said("study_code")))
        if child.centre_id != id_of(centre):
            raise BotError(visit.words.say("This study code is of another centre."))
    issued, revoked = await visit.office.helpers.cards.reissue(
        child.study_code,
        language=visit.said("language") or None,
        note=lambda session: visit.note(session, "card made anew", centre.code),
    )
    return await show_with(visit, renewed=issued, revoked=revoked)


async def revoke(visit: Visit) -> Response:
    """Revoke a card by the code that is printed on it."""
    centre = await find_code(visit)
    said = await visit.office.helpers.cards.revoke(
        visit.said("card"),
        note=lambda session: visit.note(session, "card revoked", f"on the page of {centre}"),
    )
    return visit.back(path_of(centre), said=visit.words.tell(said))


# Poster and booklet


async def print_poster(visit: Visit) -> Response:
    """Draw a centre's poster."""
    centre = await find_code(visit)
    made = await visit.office.helpers.cards.draw_poster(centre)
    async with visit.office.database.writing() as session:
        await visit.note(session, "poster printed", centre)
    return send(made, f"poster-{centre}.pdf")


async def revoke_poster(visit: Visit) -> Response:
    """Make a centre's poster open nothing any more."""
    centre = await find_code(visit)
    said = await visit.office.helpers.cards.revoke_poster(
        centre, note=lambda session: visit.note(session, "poster revoked", centre)
    )
    return visit.back(path_of(centre), said=visit.words.tell(said))


async def print_pack(visit: Visit) -> Response:
    """Set the first weeks as a booklet, for families without the app."""
    centre, language = await find_code(visit), visit.said("language")
    made = await visit.office.helpers.cards.set_pack(centre, language=language)
    async with visit.office.database.writing() as session:
        await visit.note(session, "booklet printed", f"{centre} {language}")
    return send(made, f"{centre}-{made.name}")


def send(made: Printed, name: str) -> Response:
    """Send a PDF as a file of its own name."""
    return Response(made.content, media_type=PDF, headers=as_file(name))
