"""The commands that set up, run and keep an installation."""

import asyncio
import logging
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from bot.app import commands
from bot.app.backing_up import Restored, back_up, read_key_file, restore
from bot.app.demo import FOLDER, Demo, clear, demo_settings
from bot.app.examination import examine_database
from bot.app.running import Role
from bot.cli.console import run_until_stopped, showing_progress
from bot.cli.options import HERE, OnDemo, clock_for, settings_for
from bot.settings import load_settings
from bot.store.backups.reading import Backup

DEMO_PORT = 8080

running_app = typer.Typer()
db_app = typer.Typer(no_args_is_help=True, help="The database.")
sending_app = typer.Typer(no_args_is_help=True, help="The schedule, on every machine.")


@running_app.command()
def init() -> None:
    """Write a settings file and a key; both stay on this machine, readable by you alone."""
    for path in commands.init(Path.cwd()):
        typer.echo(f"wrote {path}")
    typer.echo(
        "Keep a copy of kuffert.key apart from the database: without it, nothing that is sealed "
        "can ever be opened. Then set KUFFERT_TELEGRAM_TOKEN in kuffert.env, and `kuffert run`."
    )


@running_app.command()
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
            "  5. Follow “What staff see”. Simulated families fill its pages within seconds.\n"
            "  6. Elsewhere: `kuffert export out --demo`, `kuffert report --out out --demo`.\n\n"
            "Ctrl-C stops it; what happened is kept. `--fresh` starts over.\n"
        )
        if browser:
            await asyncio.to_thread(webbrowser.open, running.server.url)
        await running.run()


@running_app.command()
def run(
    role: Annotated[
        Role,
        typer.Option(
            help="Everything, taps and pages, or sending; the last two share one "
            "PostgreSQL with any number of others."
        ),
    ] = Role.ALL,
) -> None:
    """Run the bot against Telegram: it polls, or is brought updates at KUFFERT_PUBLIC_URL."""
    settings = load_settings()
    run_until_stopped(commands.run(settings, role=role, say=typer.echo), log=settings.log)


@running_app.command()
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


BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup's file.")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="The key that seals the backup: kuffert.key, or another."),
]


@db_app.command("backup")
def db_backup(
    file: BackupFile,
    key_file: KeyFile = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an earlier file.")] = False,
    demo: OnDemo = False,
) -> None:
    """Write everything that is kept at this moment into one file, while the bot runs."""
    settings, secret = settings_for(demo=demo), read_key_file(key_file)
    with showing_progress("rows") as show_progress:
        header = asyncio.run(
            back_up(
                settings,
                file,
                secret=secret,
                overwrites=force,
                clock=clock_for(demo=demo),
                show_progress=show_progress,
            )
        )
    typer.echo(f"wrote {file}: {sum(header.rows.values())} rows of {len(header.rows)} tables.")
    if secret is None:
        typer.echo("It is not sealed: keep it as you keep the database. (--key-file seals it.)")
    if header.tombstones is None:
        typer.echo("KUFFERT_TOMBSTONES is not set: a restore cannot know who withdraws meanwhile.")


@db_app.command("restore")
def db_restore(
    file: BackupFile,
    key_file: KeyFile = None,
    accept_lost_withdrawals: Annotated[
        bool,
        typer.Option(help="Let come back whoever was forgotten or withdrew since the backup."),
    ] = False,
    demo: OnDemo = False,
) -> None:
    """Make an empty database what a backup says; what was due since then is never sent."""
    settings, secret = settings_for(demo=demo), read_key_file(key_file, sealed=file)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    restored = asyncio.run(
        restore(
            settings,
            Backup(file, secret),
            accepts_losses=accept_lost_withdrawals,
            clock=clock_for(demo=demo),
            showing=showing_progress,
        )
    )
    for line in describe(restored):
        typer.echo(line)


def describe(restored: Restored) -> list[str]:
    """Say what a restore did, and what is to be done by hand."""
    header = restored.header
    return [
        f"restored {sum(header.rows.values())} rows of {len(header.rows)} tables, as they were on "
        f"{header.made_at:%Y-%m-%d %H:%M} UTC.",
        f"{restored.skipped} deliveries that were due since then are skipped: restored.",
        f"{restored.forgotten} chats were forgotten again, {restored.withdrawn} consents withdrawn "
        "again.",
        "Everybody is signed out of the console, and no API token is valid. Accounts, passphrases "
        "and cards are as they were: end, renew and revoke again what you had since.",
        "Now: kuffert doctor.",
    ]
