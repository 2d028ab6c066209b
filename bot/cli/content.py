"""The commands for those who write content."""

import contextlib
import time
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.app.content import ContentChecker, write_schemas
from bot.catalogue.desk.measuring import Measures, measure_languages
from bot.catalogue.files import read_folder
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.reading.parsing import Findings
from bot.cli import translators
from bot.cli.options import find_folders
from bot.cli.previewing import preview
from bot.cli.rehearsing import rehearse_content
from bot.cli.versions import content_use, content_versions_command
from bot.errors import FileRefused, Problem

LOOK_SECONDS = 0.2
SET = ("sentence_words", "word_letters", "long_words")  # as they stand in content/languages

content_app = typer.Typer(no_args_is_help=True, help="Check, show and try what staff write.")
content_app.command("preview")(preview)
content_app.command("rehearse")(rehearse_content)
content_app.command("versions")(content_versions_command)
content_app.command("use")(content_use)
translators.register(content_app)


class Format(StrEnum):
    """How problems are written: for people, or as notes beside the lines on GitHub."""

    TEXT = "text"
    GITHUB = "github"


@content_app.command("check")
def content_check(
    watch: Annotated[bool, typer.Option(help="Check again whenever a file changes.")] = False,
    to: Annotated[Format, typer.Option("--format", help="How problems are written.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option(help="Fail on warnings too.")] = False,
) -> None:
    """Find everything that is wrong with the content, and what staff should know.

    Ends with 0 where there are no errors, and with 1 where there are.
    """
    checker = ContentChecker(*find_folders())
    if watch:
        with contextlib.suppress(KeyboardInterrupt):
            keep_checking(checker, to)
        return
    findings = checker.check()
    show(checker, findings, to)
    if findings.errors or (strict and findings.warnings):
        raise typer.Exit(1)


@content_app.command("schemas")
def content_schemas() -> None:
    """Write the JSON Schemas by which editors complete and underline."""
    folder, _locales = find_folders()
    for path in write_schemas(folder):
        typer.echo(f"wrote {path}")


@content_app.command("measures")
def content_measures() -> None:
    """Measure each language's texts, to set what counts as plain in content/languages from them.

    The measures are what 98 of 100 sentences, words and sections keep to.
    """
    catalogue = load_catalogue(read_folder(*find_folders()))
    table = Table("language", "sections", "sentences", *SET, "longest sentence", "longest word")
    for found in measure_languages(catalogue):
        table.add_row(found.language, *show_measures(found))
    Console().print(table)


def show_measures(found: Measures) -> tuple[str, ...]:
    """Show the measures of one language."""
    counts = (found.sections, found.sentences, *(getattr(found, name) for name in SET))
    longest = (f"{found.longest_sentence} words", found.longest_word)
    return (*(str(each) for each in counts), *longest)


def keep_checking(checker: ContentChecker, to: Format) -> None:
    """Check whenever a file changes, until Ctrl-C."""
    while True:
        started = time.monotonic()
        try:
            show(checker, checker.check(), to)
        except FileRefused as refused:  # a folder that is gone for a moment, or for good
            typer.echo(f"error: {refused}")
        except FileNotFoundError:  # a file that went while it was read
            continue
        typer.echo(f"checked in {time.monotonic() - started:.2f} s; waiting for a change")
        while not checker.bench.has_changed():
            time.sleep(LOOK_SECONDS)
        Console().clear()


def show(checker: ContentChecker, findings: Findings, to: Format) -> None:
    """Write all problems, the errors first, and how many there are."""
    for kind, problems in (("error", findings.errors), ("warning", findings.warnings)):
        for problem in sorted(problems):
            typer.echo(format_problem(kind, problem, checker.place(problem), to))
    typer.echo(f"{len(findings.errors)} errors, {len(findings.warnings)} warnings")


def format_problem(kind: str, problem: Problem, place: str, to: Format) -> str:
    """Write one problem as one line."""
    if to is Format.TEXT:
        line = f", line {problem.line}" if problem.line else ""
        return f"{kind}: {place}{line}: {problem.what}. {problem.instead}"
    line = f",line={problem.line}" if problem.line else ""
    said = escape(f"{problem.what}. {problem.instead}")
    return f"::{kind} file={escape(place).replace(':', '%3A').replace(',', '%2C')}{line}::{said}"


def escape(text: str) -> str:
    """Escape what GitHub's workflow commands read as the end of a line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
