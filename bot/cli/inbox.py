"""The commands for what parents ask, and for staff's answers."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app import inbox
from bot.cli.options import OnDemo, clock_for, settings_for

inbox_app = typer.Typer(no_args_is_help=True, help="What parents ask, and staff's answers.")

Number = Annotated[int, typer.Argument(help="The question's number, from inbox list.")]


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
