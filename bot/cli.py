"""The commands: one function each; a BotError is printed in one line and ends with exit code 1."""

import asyncio
import contextlib
import csv
import logging
import signal
import sys
import webbrowser
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import typer
from rich.console import Console
from rich.progress import Progress

from bot.app import commands, inbox, looping, printing
from bot.app.cards import IssuedCard
from bot.app.clocks import MovableClock, SystemClock
from bot.app.demo import CLOCK, FOLDER, Demo, clear, demo_settings
from bot.app.examination import examine_database
from bot.app.funnel_table import list_footnotes, make_table, write_csv
from bot.app.running import Role
from bot.catalogue.checking import LONGEST_THEME
from bot.core.cadence import DAYS_A_WEEK, monday_of
from bot.core.clock import Clock
from bot.errors import BotError
from bot.report.funnel import By
from bot.settings import Settings, load_settings

HERE = Path(__file__).parent.parent  # the checkout, or where the package was put
DEMO_PORT = 8080

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kuffert: a suitcase of books and games for families, as a chat.",
)
content_app = typer.Typer(no_args_is_help=True, help="Check what staff write.")
centre_app = typer.Typer(no_args_is_help=True, help="The centres that hand out cards.")
cards_app = typer.Typer(no_args_is_help=True, help="Cards: one for each child.")
poster_app = typer.Typer(no_args_is_help=True, help="Posters, where anybody may join.")
outcomes_app = typer.Typer(no_args_is_help=True, help="Results that schools supply.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
inbox_app = typer.Typer(no_args_is_help=True, help="What parents ask, and staff's answers.")
sending_app = typer.Typer(no_args_is_help=True, help="The schedule, on every machine.")
app.add_typer(content_app, name="content")
app.add_typer(centre_app, name="centre")
app.add_typer(cards_app, name="cards")
app.add_typer(poster_app, name="poster")
app.add_typer(outcomes_app, name="outcomes")
app.add_typer(db_app, name="db")
app.add_typer(inbox_app, name="inbox")
app.add_typer(sending_app, name="sending")

OnDemo = Annotated[bool, typer.Option("--demo", help="Use the demo's data instead of yours.")]
Number = Annotated[int, typer.Argument(help="The question's number, from inbox list.")]
CentreCode = Annotated[str, typer.Option("--centre", help="The centre's code.")]
OutFolder = Annotated[Path, typer.Option("--out", help="The folder to write to.")]


def settings_for(*, demo: bool) -> Settings:
    """Give the operator's settings, or the demo's."""
    if not demo:
        return load_settings()
    if not (FOLDER / "key").exists():
        raise BotError("There is no demo yet. Start one with `kuffert demo`.")
    return demo_settings(content=HERE / "content", locales=HERE / "locales")


@contextlib.contextmanager
def showing_progress(of_what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far a long run is; others see nothing of it."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(of_what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def clock_for(*, demo: bool) -> Clock:
    """Give the machine's clock, or the demo's as far as it was moved."""
    return MovableClock(SystemClock(), keep_in=FOLDER / CLOCK) if demo else SystemClock()


@app.command()
def init() -> None:
    """Write a settings file and a key; both stay on this machine, readable by you alone."""
    for path in commands.init(Path.cwd()):
        typer.echo(f"wrote {path}")
    typer.echo(
        "Keep a copy of kuffert.key apart from the database: without it, nothing that is sealed "
        "can ever be opened. Then set KUFFERT_TELEGRAM_TOKEN in kuffert.env, and `kuffert run`."
    )


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The port of the web chat.")] = DEMO_PORT,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over.")] = False,
) -> None:
    """Show the whole thing on this machine: no token, no server, no configuration."""
    run_until_stopped(play(port=port, browser=browser, fresh=fresh))


async def play(*, port: int, browser: bool, fresh: bool) -> None:
    """Run the demo and say what to try."""
    if fresh:
        clear()
    settings = demo_settings(content=HERE / "content", locales=HERE / "locales")
    async with Demo(FOLDER, settings, port) as running:
        if running.server is None:
            raise RuntimeError("The demo is open, and its server is not.")
        typer.echo(
            f"\nKuffert's demo is at {running.server.url}\n\n"
            "What to try:\n"
            "  1. Open a card and press START. The first message is in the card's language.\n"
            "  2. Say yes: the first activity comes at once. Tap how it went.\n"
            "  3. Move the time machine to the next message, and the next.\n"
            "  4. Write /pause, /language or /help. Add a second parent.\n"
            "  5. Elsewhere: `kuffert export out --demo`, `kuffert report --out out --demo`.\n\n"
            "Ctrl-C stops it; what happened is kept. `--fresh` starts over.\n"
        )
        if browser:
            await asyncio.to_thread(webbrowser.open, running.server.url)
        await running.run()


@app.command()
def run(
    role: Annotated[
        Role,
        typer.Option(
            help="Everything, taps and pages, or sending; the last two share one "
            "PostgreSQL with any number of others."
        ),
    ] = Role.ALL,
) -> None:
    """Run the bot against Telegram, by long polling."""
    run_until_stopped(commands.run(load_settings(), role=role, say=typer.echo))


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    demo: OnDemo = False,
) -> None:
    """Check on a live database that every slot is accounted for, and say what is not."""
    settings = settings_for(demo=demo)
    with showing_progress("guardians") as show_progress:
        examined = asyncio.run(
            examine_database(settings, repairs=repair, say=typer.echo, show_progress=show_progress)
        )
    mended = f", {examined.mended} mended" if repair else ""
    typer.echo(f"{examined.guardians} guardians examined: {examined.found} breaches{mended}.")
    if examined.left:
        raise typer.Exit(1)


@sending_app.command("stop")
def sending_stop(demo: OnDemo = False) -> None:
    """Halt the schedule everywhere, within seconds; taps are still answered."""
    changed = asyncio.run(commands.switch_sending(settings_for(demo=demo), is_stopped=True))
    typer.echo("Sending is stopped." if changed else "Sending was stopped already.")


@sending_app.command("resume")
def sending_resume(demo: OnDemo = False) -> None:
    """Let the schedule go on; what lost its day meanwhile is skipped, nothing comes twice."""
    changed = asyncio.run(commands.switch_sending(settings_for(demo=demo), is_stopped=False))
    typer.echo("Sending goes on." if changed else "Sending was not stopped.")


@db_app.command("upgrade")
def db_upgrade(demo: OnDemo = False) -> None:
    """Bring the database to this version's tables."""
    asyncio.run(commands.upgrade_database(settings_for(demo=demo)))
    typer.echo("The database is up to date.")


@content_app.command("check")
def content_check() -> None:
    """Find everything that is wrong with the content, and what staff should know."""
    folder, locales = Path("content"), Path("locales")
    with contextlib.suppress(BotError):
        settings = load_settings()
        folder, locales = settings.content, settings.locales
    findings = commands.check_content(folder, locales)
    for problem in findings.errors:
        typer.echo(f"error: {problem}")
    for problem in findings.warnings:
        typer.echo(f"warning: {problem}")
    typer.echo(f"{len(findings.errors)} errors, {len(findings.warnings)} warnings")
    if findings.errors:
        raise typer.Exit(1)


@centre_app.command("add")
def centre_add(
    code: str,
    name: str,
    zone: Annotated[str, typer.Option(help="Such as Europe/Copenhagen.")],
    language: Annotated[str, typer.Option(help="The language the centre works in, such as da.")],
    demo: OnDemo = False,
) -> None:
    """Add a centre."""
    if zone not in available_timezones():
        raise BotError(f'There is no time zone "{zone}". Write one such as Europe/Copenhagen.')
    settings = settings_for(demo=demo)
    asyncio.run(commands.add_centre(settings, code, name=name, zone=zone, language=language))
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


@app.command("starter-pack")
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


@inbox_app.command("list")
def inbox_list(demo: OnDemo = False) -> None:
    """List open questions: number, when, language, centre, kind; the urgent first, never words."""
    lines = asyncio.run(inbox.list_questions(settings_for(demo=demo)))
    for line in lines:
        typer.echo(line)
    if not lines:
        typer.echo("No question is open.", err=True)


@inbox_app.command("show")
def inbox_show(
    number: Number,
    save: Annotated[
        Path | None, typer.Option(help="Where to put the voice message or photo.")
    ] = None,
    demo: OnDemo = False,
) -> None:
    """Show one question: the parent's words, or where a voice message or photo is saved."""
    settings = settings_for(demo=demo)
    opened = asyncio.run(inbox.open_question(settings, number))
    for line in inbox.list_words(opened):
        typer.echo(line)
    if save:
        path = asyncio.run(inbox.save_file(settings, opened, save))
        typer.echo(f"\nwrote {path}, readable by you alone")
    elif opened.asked.file_id:
        typer.echo(f"\nTo fetch the {opened.kind}: kuffert inbox show {number} --save DIR")


@inbox_app.command("answer")
def inbox_answer(
    number: Number,
    text: Annotated[
        str | None, typer.Argument(help="The answer, in the parent's language.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A text file that holds the answer.")] = None,
    demo: OnDemo = False,
) -> None:
    """Answer a question; it comes back in the parent's chat, and the question is closed."""
    settings, words = settings_for(demo=demo), inbox.read_answer(text, file)
    asyncio.run(inbox.answer(settings, number, words, clock=clock_for(demo=demo)))
    typer.echo(f"The answer to question {number} goes out, outside the parent's quiet hours.")


@inbox_app.command("close")
def inbox_close(number: Number, demo: OnDemo = False) -> None:
    """Close a question without an answer."""
    settings = settings_for(demo=demo)
    changed = asyncio.run(inbox.close(settings, number, clock=clock_for(demo=demo)))
    what = "is closed" if changed else "was closed already"
    typer.echo(f"Question {number} {what}.")


@outcomes_app.command("import")
def outcomes_import(file: Path, demo: OnDemo = False) -> None:
    """Take in a CSV of results: study_code, instrument, wave, score, assessed_on."""
    typer.echo(asyncio.run(commands.import_outcome_file(settings_for(demo=demo), file)))


@app.command()
def export(folder: Path, demo: OnDemo = False) -> None:
    """Write deliveries, events and doses as CSV, with a data dictionary."""
    for name, rows in asyncio.run(commands.export(settings_for(demo=demo), folder)):
        typer.echo(f"wrote {folder / name} ({rows} rows)")


@app.command()
def funnel(
    by: Annotated[By | None, typer.Option(help="Count each of these by itself.")] = None,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="Write a CSV file too.")] = None,
    demo: OnDemo = False,
) -> None:
    """Count how far families have come: card, opened, consented, first tap, active by month."""
    counted = asyncio.run(commands.count_funnel(settings_for(demo=demo), by=by))
    Console().print(make_table(counted))
    for line in list_footnotes(counted):
        typer.echo(line)
    if to_csv:
        write_csv(to_csv, counted)
        typer.echo(f"wrote {to_csv}")


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="The folder to write the page to.")],
    demo: OnDemo = False,
) -> None:
    """Write the report as a page: who was invited, joined, took part, was assessed."""
    typer.echo(f"wrote {asyncio.run(commands.report(settings_for(demo=demo), out))}")


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


def run_until_stopped(running: Coroutine[Any, Any, None]) -> None:
    """Run until Ctrl-C or a request to stop; what is being sent is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is left out is no news
    logging.getLogger("alembic").setLevel(logging.WARNING)

    async def supervise() -> None:
        task = asyncio.ensure_future(running)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    looping.run(supervise())


def main() -> None:
    """Run a command; say what went wrong on purpose in one line."""
    try:
        app()
    except BotError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except ExceptionGroup as group:  # what a task of the running bot raised
        known, unknown = group.split(BotError)
        if unknown or known is None:
            raise
        for each in known.exceptions:
            typer.echo(str(each), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
