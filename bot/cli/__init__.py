"""The commands: one function each; a BotError is printed in one line and ends with exit code 1."""

import sys

import typer

from bot.app.logs import print_error
from bot.cli.centres import cards_app, centre_app, poster_app, starter_pack
from bot.cli.content import content_app
from bot.cli.evaluation import evaluation_app
from bot.cli.inbox import inbox_app
from bot.cli.keys import key_app
from bot.cli.outcomes import outcomes_app
from bot.cli.rosters import roster_app
from bot.cli.running import db_app, running_app, sending_app
from bot.cli.staff import staff_app
from bot.cli.trials import trials_app
from bot.errors import BotError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kuffert: a suitcase of books and games for families, as a chat.",
)
app.add_typer(running_app)
app.add_typer(content_app, name="content")
app.add_typer(centre_app, name="centre")
app.add_typer(roster_app, name="roster")
app.add_typer(cards_app, name="cards")
app.add_typer(poster_app, name="poster")
app.command("starter-pack")(starter_pack)
app.add_typer(inbox_app, name="inbox")
app.add_typer(staff_app, name="staff")
app.add_typer(sending_app, name="sending")
app.add_typer(outcomes_app, name="outcomes")
app.add_typer(evaluation_app)
app.add_typer(trials_app)
app.add_typer(db_app, name="db")
app.add_typer(key_app, name="key")


def main() -> None:
    """Run a command; say what went wrong on purpose in one line."""
    sys.excepthook = print_error
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
