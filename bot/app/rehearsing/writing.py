"""Play families that a page asks for, in a process of its own, and write down what they see."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.app.rehearsing.playing import Played, ShowWeek
from bot.app.rehearsing.staging import rehearse
from bot.app.rehearsing.transcript import render_html, render_text
from bot.catalogue.desk.personas import parse_personas
from bot.catalogue.files import unpack
from bot.catalogue.reading.loading import load_catalogue
from bot.errors import BotError
from bot.store import Database, snapshots


async def write_rehearsals(
    database: Database,
    wanted: Mapping[str, Any],
    folder: Path,
    *,
    show_progress: Callable[[int, int], None],
) -> None:
    """Write the transcripts of `personas` (texts by name), over `weeks`, of content `version`.

    Raise BotError where that version is not known, or cannot be loaded now.
    """
    logging.disable(logging.INFO)  # the bot that is played tells of deliveries that are not ours
    async with database.reading() as session:
        found = await snapshots.find_snapshot(session, wanted["version"])
    if found is None:
        raise BotError("There is no such version.")
    files = unpack(found.body)
    catalogue = load_catalogue(files)
    texts = {f"{name}.yaml": text.encode() for name, text in wanted["personas"].items()}
    personas = parse_personas(texts, catalogue.languages)
    weeks, total = wanted["weeks"], wanted["weeks"] * len(personas)
    for place, (name, persona) in enumerate(personas.items()):
        played = await rehearse(
            persona,
            files,
            weeks=weeks,
            catalogue=catalogue,
            show_week=count_weeks(place * weeks, total, weeks=weeks, show_progress=show_progress),
            within=folder.parent,
        )
        write(folder, name, played)


def write(folder: Path, name: str, played: Played) -> None:
    """Write one transcript, as text and as a page."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(render_text(name, played), encoding="utf-8")
    (folder / f"{name}.html").write_text(render_html(name, played), encoding="utf-8")


def count_weeks(
    before: int, total: int, *, weeks: int, show_progress: Callable[[int, int], None]
) -> ShowWeek:
    """Show each week once, as one of those of all families."""
    shown = -1

    def show_week(week: int) -> None:
        nonlocal shown
        played = min(max(week - 1, 0), weeks)
        if played != shown:
            shown = played
            show_progress(before + played, total)

    return show_week
