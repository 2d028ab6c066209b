"""The commands for translators and reviewers: hand out, take in, begin, sign, see how far it is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.app.files import read_bytes, write_bytes
from bot.catalogue.desk.archives import check_size, read_archive
from bot.catalogue.desk.exchange import Format, Imported, Only, list_wanted, take_in, write_exchange
from bot.catalogue.desk.importing import import_story
from bot.catalogue.desk.items import Group
from bot.catalogue.desk.pieces import State
from bot.catalogue.desk.saving import path_of, save
from bot.catalogue.desk.signing import read_day, read_signature, sign
from bot.catalogue.desk.standing import (
    Audio,
    Cell,
    Standing,
    as_record,
    list_tasks,
    survey,
)
from bot.catalogue.desk.starting import Begun, Wish, begin
from bot.catalogue.files import CONTENT, LOCALES, Files, read_folder
from bot.cli.options import OnDemo, find_folders
from bot.cli.versions import tell_running
from bot.errors import BotError

new_app = typer.Typer(no_args_is_help=True, help="Begin something new, with what to write where.")

LanguageCode = Annotated[str, typer.Option("--language", help="The language's code, such as ar.")]
Name = Annotated[str, typer.Argument(help="The folder's name, such as sock-pairs.")]
Band = Annotated[str | None, typer.Option(help="The age band, such as 4-5.")]
Localise = Annotated[
    str | None, typer.Option(help="translate, sample (own examples) or author (written anew).")
]
Like = Annotated[str | None, typer.Option(help="Take what is not said from this one.")]
STYLES = {
    State.DONE: "green",
    State.UNREVIEWED: "yellow",
    State.STALE: "magenta",
    State.MISSING: "red",
    State.BROKEN: "bold red",
}
SIGNS = {Audio.CURRENT: " ♪", Audio.SOME: " ♪ some", Audio.OLD: " ♪ old", Audio.NONE: ""}


class Shown(StrEnum):
    """How the matrix is shown."""

    TABLE = "table"
    JSON = "json"


def read_files() -> dict[str, bytes]:
    """Read the content."""
    return read_folder(*find_folders())


def write_files(changed: Mapping[str, bytes], before: Files) -> None:
    """Write changed files, all or none."""
    content, locales = find_folders()
    save(changed, before=before, content=content, locales=locales)


def content_export(
    language: LanguageCode,
    out: Annotated[Path, typer.Option(help="The file to write; it must not be there yet.")],
    file_format: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="xlsx for a spreadsheet, po for translators' tools; else as the file's name ends.",
        ),
    ] = None,
    only: Annotated[
        Only | None,
        typer.Option(help="Only these; without it, whatever is not done: all three."),
    ] = None,
) -> None:
    """Write the texts of a language to a file for its translator."""
    if out.exists():
        raise BotError(f"{out} is there already. Name another file, or remove that one first.")
    chosen = choose_format(out, file_format)
    pieces = list_wanted(read_files(), language, only)
    if not pieces:
        typer.echo(f"There is nothing to translate in {language}. No file was written.")
        return
    body = write_exchange(pieces, language, chosen)
    write_bytes(out, body)
    counts = {state: sum(1 for each in pieces if each.state is state) for state in State}
    told = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    typer.echo(f"wrote {out}: {len(pieces)} texts ({told})")


def choose_format(out: Path, named: Format | None) -> Format:
    """Choose the format that a file's name ends in; raise BotError where another one was named."""
    ending = out.suffix.removeprefix(".").lower()
    meant = next((each for each in Format if each.value == ending), None)
    if named and meant and named is not meant:
        raise BotError(f"{out} ends like {meant.value}, and --format says {named.value}.")
    chosen = named or meant
    if chosen is None:
        raise BotError(f"{out} ends neither in .xlsx nor in .po. Name it so, or say --format.")
    return chosen


def content_import(
    file: Annotated[Path, typer.Argument(help="The file that came back, XLSX or PO.")],
    check: Annotated[bool, typer.Option("--check", help="Read and report; write nothing.")] = False,
) -> None:
    """Take in a translator's file: if every row is right all of it, else nothing."""
    files = read_files()
    content = read_bytes(file)
    try:
        imported = take_in(files, content, file.name)
    except BotError as error:
        raise BotError(f"{error}\nNothing was written. Mend these, then import again.") from error
    if not check:
        write_files(imported.files, files)
    tell_import(imported, is_checked=check)


def tell_import(imported: Imported, *, is_checked: bool) -> None:
    """Tell what an import changed."""
    verb = "would change" if is_checked else "changed"
    for path in imported.files:
        count = imported.counts.get(path, 0)
        what = f"{count} text{'' if count == 1 else 's'}" if count else "its state"
        typer.echo(f"{path}: {what} {verb}")
    for path in imported.stale:
        typer.echo(f"{path}: still stale; it was not made from the whole of today's source")
    if not imported.files:
        typer.echo("Nothing to change: every text is in the files already.")
    elif is_checked:
        typer.echo("Every row is right. Nothing was written; import without --check.")
    else:
        typer.echo('Next: kuffert content check; after a review, accept PATH --by "NAME".')


def content_status(
    language: Annotated[
        str | None, typer.Option(help="List what is to be done in this language.")
    ] = None,
    file_format: Annotated[Shown, typer.Option("--format", help="table or json.")] = Shown.TABLE,
    demo: OnDemo = False,
) -> None:
    """Show how far each text is in each language, what the bot runs, and what it refused."""
    standing = survey(read_files())
    if language is not None and language not in standing.languages:
        known = ", ".join(standing.languages)
        raise BotError(f'"{language}" is no language of the programme. Use one of: {known}.')
    if file_format is Shown.JSON:
        typer.echo(json.dumps(as_record(standing), ensure_ascii=False, indent=2))
    elif language is None:
        Console().print(make_matrix(standing))
        typer.echo(
            "♪ recorded; ♪ old: recorded before its text changed. --language X lists what to do."
        )
        for line in tell_running(demo=demo):
            typer.echo(line)
    else:
        tasks = list_tasks(standing, language)
        for line in tasks:
            typer.echo(line)
        typer.echo(f"{len(tasks)} to do in {language}.")


def make_matrix(standing: Standing) -> Table:
    """Lay the matrix out."""
    table = Table("item", *standing.languages, title="Texts by language")
    for group in Group:
        rows = {item: row for item, row in standing.cells.items() if item.group is group}
        for item, row in rows.items():
            table.add_row(item.name, *(show(row[each]) for each in standing.languages))
        if len(rows) > 1:
            done = [
                f"{standing.count(each, group)[State.DONE]} of {len(rows)} done"
                for each in standing.languages
            ]
            table.add_row(f"[bold]{group.value}[/bold]", *done)
        table.add_section()
    table.add_row("[bold]all[/bold]", *(show_counts(standing, each) for each in standing.languages))
    return table


def show(cell: Cell) -> str:
    """Show one item in one language."""
    sign = SIGNS[cell.audio] if cell.audio else ""
    return f"[{STYLES[cell.state]}]{cell.state.value}[/]{sign}"


def show_counts(standing: Standing, language: str) -> str:
    """Show the counts of a language."""
    counts, audio = standing.count(language), standing.count_audio(language)
    lines = [f"{counts[state]} {state.value}" for state in reversed(State) if counts[state]]
    recorded = sum(count for each, count in audio.items() if each is not Audio.NONE)
    return "\n".join([*lines, f"{recorded} with audio"])


def content_accept(
    by: Annotated[str, typer.Option("--by", help="Who read the text: your first and last name.")],
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files or folders of texts, such as content/print.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Only texts in this language.")] = None,
    on: Annotated[str | None, typer.Option(help="The day, such as 2026-11-25; else today.")] = None,
    still_right: Annotated[
        bool,
        typer.Option("--still-right", help="I compared it with today's source; it is right."),
    ] = False,
) -> None:
    """Sign off the review of texts; your name is kept in their files."""
    if not paths:
        raise BotError("Name at least one file or folder, such as content/activities/x/da.md.")
    files = read_files()
    names = find_names(paths, files, language=language)
    today = datetime.now(UTC).astimezone().date()
    signature = read_signature(by, read_day(on, today=today), is_still_right=still_right)
    try:
        signed = sign(files, names, signature)
    except BotError as error:
        raise BotError(f"{error}\nNothing was signed.") from error
    write_files(signed.files, files)
    for line in signed.before:
        typer.echo(line)
    for path in signed.signed:
        typer.echo(f"{path}: accepted by {signature.reviewer} on {signature.on}")


def find_names(paths: list[str], files: Files, *, language: str | None) -> list[str]:
    """Find the catalogue's names of what stands at some paths."""
    roots = dict(zip((CONTENT, LOCALES), find_folders(), strict=True))
    found = []
    for path in paths:
        name = next(
            (
                f"{root}/{Path(path).resolve().relative_to(folder.resolve())}".removesuffix("/.")
                for root, folder in roots.items()
                if Path(path).resolve().is_relative_to(folder.resolve())
            ),
            path.rstrip("/"),
        )
        if not any(each.startswith(name) for each in files):
            name = f"{CONTENT}/{name}"  # as the matrix names it: activities/sock-pairs
        below = [each for each in files if each.startswith(f"{name}/")]
        if language and below:
            of_language = [each for each in below if language in name_parts(each)]
            found += of_language or [name]
        else:
            found.append(name)
    return found


def name_parts(path: str) -> set[str]:
    """Give what tells a file's language: its stem, or of strings its folder."""
    return {Path(path).stem} if path.endswith((".md", ".yaml")) else set(Path(path).parts[1:2])


@new_app.command("activity")
def new_activity(
    name: Name,
    skill: Annotated[str | None, typer.Option(help="The skill's code, such as VOC.")] = None,
    band: Band = None,
    minutes: Annotated[int | None, typer.Option(help="How long it takes, 1 to 30.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Such as A61; else the next.")] = None,
    localise: Localise = None,
    like: Like = None,
) -> None:
    """Begin an activity: a folder with a file for each language."""
    values = {"skill": skill, "band": band, "minutes": minutes, "id": id_, "localise": localise}
    start(Wish(Group.ACTIVITIES, name, like, values))


@new_app.command("story")
def new_story(
    name: Name,
    pages: Annotated[int | None, typer.Option(help="How many pages, 1 to 20; else 6.")] = None,
    band: Band = None,
    localise: Localise = None,
    like: Like = None,
) -> None:
    """Begin a picture story: a folder with a file for each language."""
    start(Wish(Group.STORIES, name, like, {"pages": pages, "band": band, "localise": localise}))


@new_app.command("printable")
def new_printable(
    name: Name,
    kind: Annotated[str | None, typer.Option(help="cards, sheet or book; else sheet.")] = None,
    localise: Localise = None,
) -> None:
    """Begin a page to print: a folder with the page, and a file for each language."""
    start(Wish(Group.PRINTABLES, name, None, {"kind": kind, "localise": localise}))


def start(wish: Wish) -> None:
    """Write a new folder and say what to do next."""
    files = read_files()
    begun = begin(files, wish)
    content, locales = find_folders()
    folder = path_of(begun.folder, content=content, locales=locales)
    if folder.exists() and any(folder.iterdir()):
        raise BotError(f"{folder} is there already. Choose another name; nothing was written.")
    write_files(begun.files, files)
    tell_start(begun)


def content_import_story(
    source: Annotated[Path, typer.Argument(help="A folder or a ZIP file of pages and pictures.")],
    name: Annotated[str, typer.Option(help="The folder's name, such as where-is-my-cat.")],
    band: Annotated[str, typer.Option(help="The age band, such as 4-5.")],
) -> None:
    """Take in a story with an open licence: Markdown pages, pictures, and a licence line."""
    files = read_files()
    begun = import_story(files, read_source(source), name=name, band=band)
    write_files(begun.files, files)
    tell_start(begun)


def read_source(path: Path) -> dict[str, bytes]:
    """Read the files of a story from a folder or a ZIP file, of a bounded size."""
    if not path.is_dir():
        return read_archive(read_bytes(path), str(path))
    found = [each for each in sorted(path.rglob("*")) if each.is_file()]
    check_size(sum(each.stat().st_size for each in found), len(found), str(path))
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in found}


def tell_start(begun: Begun) -> None:
    """Tell what was written, and what to do next."""
    for path in begun.files:
        typer.echo(f"wrote {path}")
    typer.echo("\nNext:")
    for number, step in enumerate([*begun.writing, *begun.commands], start=1):
        typer.echo(f"  {number}. {step}")


def register(content_app: typer.Typer) -> None:
    """Add these commands to those for content."""
    content_app.command("export")(content_export)
    content_app.command("import")(content_import)
    content_app.command("import-story")(content_import_story)
    content_app.command("status")(content_status)
    content_app.command("accept")(content_accept)
    content_app.add_typer(new_app, name="new")
