"""The commands for centres, and for what hangs and is handed out there."""

import asyncio
import csv
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from bot.app import commands, printing
from bot.catalogue.checks.texts import LONGEST_THEME
from bot.cli.console import showing_progress
from bot.cli.options import CentreCode, OnDemo, OutFolder, clock_for, settings_for
from bot.core.cadence import DAYS_A_WEEK, monday_of
from bot.core.codes import IssuedCard
from bot.errors import BotError

centre_app = typer.Typer(no_args_is_help=True, help="The centres that hand out cards.")
cards_app = typer.Typer(no_args_is_help=True, help="Cards: one for each child.")
poster_app = typer.Typer(no_args_is_help=True, help="Posters, where anybody may join.")


@centre_app.command("add")
def centre_add(
    code: str,
    name: str,
    zone: Annotated[str, typer.Option(help="Such as Europe/Copenhagen.")],
    language: Annotated[str, typer.Option(help="The language the centre works in, such as da.")],
    test: Annotated[
        bool, typer.Option("--test", help="Only for trying things out: counted nowhere.")
    ] = False,
    demo: OnDemo = False,
) -> None:
    """Add a centre."""
    settings = settings_for(demo=demo)
    asyncio.run(
        commands.add_centre(settings, code, name=name, zone=zone, language=language, is_test=test)
    )
    typer.echo(f"added centre {code}")


@centre_app.command("list")
def centre_list(demo: OnDemo = False) -> None:
    """List the centres."""
    for line in asyncio.run(commands.list_centres(settings_for(demo=demo))):
        typer.echo(line)


@centre_app.command("theme")
def centre_theme(
    code: str,
    week: Annotated[str, typer.Argument(help="A calendar week such as 2026-W41, this or next.")],
    theme: Annotated[str, typer.Argument(help='What the centre works on; "" takes it back.')],
    demo: OnDemo = False,
) -> None:
    """Set what a centre works on in a week; families are told with the week's activity."""
    monday, words = parse_week(week, today=datetime.now(UTC).date()), parse_theme(theme)
    asyncio.run(commands.set_theme(settings_for(demo=demo), code, monday=monday, words=words))
    what = f'works on "{words}"' if words else "has no theme"
    typer.echo(f"In the week of {monday:%Y-%m-%d}, {code} {what}.")


@cards_app.command("issue")
def cards_issue(
    centre: CentreCode,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many cards.")],
    birth_month: Annotated[
        str | None, typer.Option(help="The children's month of birth, such as 2022-05.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The cards' language, where it is not the centre's.")
    ] = None,
    demo: OnDemo = False,
) -> None:
    """Make cards, each with a new child on the roster; print them as CSV."""
    issued = asyncio.run(
        commands.issue(
            settings_for(demo=demo),
            centre,
            count=count,
            birth_month=parse_month(birth_month),
            language=language,
        )
    )
    echo_cards(issued)


@cards_app.command("print")
def cards_print(
    centre: CentreCode,
    out: OutFolder,
    language: Annotated[str | None, typer.Option(help="Only the cards in this language.")] = None,
    demo: OnDemo = False,
) -> None:
    """Lay out a centre's valid cards as PDF: sheets to cut, and a letter for each family."""
    settings = settings_for(demo=demo)
    with showing_progress("cards") as show_progress:
        written = asyncio.run(
            printing.print_cards(
                settings, centre, folder=out, language=language, show_progress=show_progress
            )
        )
    for path in written:
        typer.echo(f"wrote {path}")
    now = clock_for(demo=demo).now()
    for caution in asyncio.run(
        printing.find_cautions(settings, centre, language=language, now=now)
    ):
        typer.echo(caution, err=True)


@cards_app.command("revoke")
def cards_revoke(
    card: Annotated[str, typer.Argument(help="The code as printed, with or without dashes.")],
    demo: OnDemo = False,
) -> None:
    """Make a card open nothing any more; who joined with it stays."""
    typer.echo(asyncio.run(printing.revoke_card(settings_for(demo=demo), card)))


@cards_app.command("reissue")
def cards_reissue(
    study_code: Annotated[str, typer.Argument(help="The child's study code.")],
    language: Annotated[
        str | None, typer.Option(help="The new card's language, where it is another.")
    ] = None,
    demo: OnDemo = False,
) -> None:
    """Make a new card for a child, print it as CSV, and revoke the child's other cards."""
    settings = settings_for(demo=demo)
    issued, revoked = asyncio.run(printing.reissue(settings, study_code, language=language))
    echo_cards([issued])
    typer.echo(f"Other cards that are revoked now: {revoked}.", err=True)


def echo_cards(issued: Sequence[IssuedCard]) -> None:
    """Print cards as CSV."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["card", "study_code", "link"])
    writer.writerows([card.code, card.study_code, card.link] for card in issued)


@poster_app.command("print")
def poster_print(centre: CentreCode, out: OutFolder, demo: OnDemo = False) -> None:
    """Draw a centre's poster as PDF, where the programme lets anybody join."""
    settings = settings_for(demo=demo)
    typer.echo(f"wrote {asyncio.run(printing.print_poster(settings, centre, folder=out))}")


@poster_app.command("revoke")
def poster_revoke(centre: CentreCode, demo: OnDemo = False) -> None:
    """Make a centre's poster open nothing any more; who joined by it stays."""
    typer.echo(asyncio.run(printing.revoke_poster(settings_for(demo=demo), centre)))


def parse_month(text: str | None) -> date | None:
    """Read a month such as 2022-05; raise BotError for anything else."""
    if text is None:
        return None
    try:
        return datetime.strptime(f"{text}-01", "%Y-%m-%d").date()  # noqa: DTZ007  (a date)
    except ValueError:
        raise BotError(f'"{text}" is not a month. Write year and month: 2022-05.') from None


def parse_week(text: str, *, today: date) -> date:
    """Read a calendar week (ISO 8601) as its Monday; raise BotError for anything else."""
    if text in ("this", "next"):
        return monday_of(today) + timedelta(days=DAYS_A_WEEK if text == "next" else 0)
    try:
        return datetime.strptime(f"{text}-1", "%G-W%V-%u").date()  # noqa: DTZ007  (a date)
    except ValueError:
        raise BotError(
            f'"{text}" is not a calendar week. Write year and week, such as 2026-W41, this or next.'
        ) from None


def parse_theme(text: str) -> str:
    """Read a theme: a few words on one line; raise BotError for more."""
    words = " ".join(text.split())
    if len(words) > LONGEST_THEME:
        raise BotError(f"A theme has at most {LONGEST_THEME} characters; this has {len(words)}.")
    return words


def starter_pack(
    centre: CentreCode,
    language: Annotated[str, typer.Option(help="The family's language.")],
    out: OutFolder,
    demo: OnDemo = False,
) -> None:
    """Set the first six weeks as a booklet, for families without the app."""
    settings = settings_for(demo=demo)
    written = asyncio.run(printing.print_pack(settings, centre, language=language, folder=out))
    typer.echo(f"wrote {written}")
