"""The command that plays the programme for a family before any family gets it."""

import difflib
from pathlib import Path
from typing import Annotated

import typer

from bot.app import looping
from bot.app.rehearsing.staging import rehearse
from bot.app.rehearsing.transcript import render_html, render_text
from bot.catalogue.desk.personas import LONGEST_WEEKS, PERSONAS, list_persona_files, read_personas
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.cli.console import showing_progress
from bot.cli.options import find_folders
from bot.errors import BotError


def rehearse_content(
    persona: Annotated[
        list[Path] | None, typer.Option("--persona", help="A persona file; may be given often.")
    ] = None,
    weeks: Annotated[
        int, typer.Option("--weeks", min=1, max=LONGEST_WEEKS, help="How many weeks to play.")
    ] = 12,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(
        "rehearsals"
    ),
    against: Annotated[
        Path | None, typer.Option("--against", help="Compare with the transcripts in this folder.")
    ] = None,
    content: Annotated[
        Path | None, typer.Option("--content", help="Play another folder of content than yours.")
    ] = None,
    text_only: Annotated[bool, typer.Option("--text-only", help="Write no HTML.")] = False,
) -> None:
    """Play the whole programme for a family, and write down what it sees and does."""
    folder, locales = find_folders()
    paths = persona or list_persona_files(folder)
    if not paths:
        raise BotError(f"There are no personas in {folder / PERSONAS}. Name one with --persona.")
    files = read_folder(content or folder, locales)
    catalogue = load_catalogue(files)
    personas = read_personas(paths, catalogue.languages)
    earlier = {name: read_earlier(against, name) for name in personas} if against else {}
    differs = False
    with showing_progress("rehearsing") as progress:
        for done, (name, each) in enumerate(personas.items()):
            progress(done, len(personas))
            played = looping.run(rehearse(each, files, weeks=weeks, catalogue=catalogue))
            text = render_text(name, played)
            write(out / f"{name}.txt", text)
            if not text_only:
                write(out / f"{name}.html", render_html(name, played))
            if against:
                differs |= show_difference(earlier[name], text, name)
    if differs:
        raise typer.Exit(1)


def write(path: Path, text: str) -> None:
    """Write a transcript and say where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    typer.echo(str(path))


def read_earlier(folder: Path, name: str) -> str:
    """Read an earlier transcript, before another is written over it."""
    path = folder / f"{name}.txt"
    if not path.is_file():
        raise BotError(f"There is no earlier transcript {path}. Leave --against out, or name it.")
    return path.read_text(encoding="utf-8")


def show_difference(before: str, after: str, name: str) -> bool:
    """Print what differs, if anything does; say whether it did."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name}, before", f"{name}, now", lineterm=""
    )
    difference = "\n".join(lines)
    if difference:
        typer.echo(difference)
    return bool(difference)
