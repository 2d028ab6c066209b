"""What several commands are told in the same way: which data, which centre, which folder."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from bot.app.clocks import MovableClock, SystemClock
from bot.app.demo import CLOCK, FOLDER, demo_settings
from bot.core.clock import Clock
from bot.errors import BotError
from bot.settings import Settings, load_settings

HERE = Path(__file__).parent.parent.parent  # the checkout, or where the package was put

OnDemo = Annotated[bool, typer.Option("--demo", help="Use the demo's data instead of yours.")]
CentreCode = Annotated[str, typer.Option("--centre", help="The centre's code.")]
OutFolder = Annotated[Path, typer.Option("--out", help="The folder to write to.")]


def settings_for(*, demo: bool) -> Settings:
    """Give the operator's settings, or the demo's."""
    if not demo:
        return load_settings()
    if not (FOLDER / "key").exists():
        raise BotError("There is no demo yet. Start one with `kuffert demo`.")
    return demo_settings(content=HERE / "content", locales=HERE / "locales")


def find_folders() -> tuple[Path, Path]:
    """Give the folders of content and strings: as they are set, or here; no key is needed."""
    with contextlib.suppress(BotError):
        settings = load_settings()
        return settings.content, settings.locales
    return Path("content"), Path("locales")


def clock_for(*, demo: bool) -> Clock:
    """Give the machine's clock, or the demo's as far as it was moved."""
    return MovableClock(SystemClock(), keep_in=FOLDER / CLOCK) if demo else SystemClock()
