"""Back up a database that is in use, and restore one, without a single message sent twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app.content_versions import read_running_in
from bot.app.forgetting import OneTransaction, forget_again
from bot.app.locking import hold
from bot.app.staff import BY_COMMAND
from bot.app.withdrawing import withdraw_all_again
from bot.core.clock import Clock
from bot.core.sealing import Sealer, parse_keys
from bot.delivery.restoring import pass_lost_numbers, skip_all_due
from bot.errors import BotError
from bot.settings import Settings
from bot.store import (
    Session,
    accounts,
    alarms,
    audit,
    open_database,
    processes,
    tokens,
    updates,
    work,
)
from bot.store.backups.dumping import dump
from bot.store.backups.loading import load, number_on
from bot.store.backups.reading import Backup, check_backup
from bot.store.backups.sealing import find_secret
from bot.store.backups.writing import BackupWriter, Header, new_file
from bot.store.database import check_reachable
from bot.store.migrating import check_known
from bot.store.tombstones import TombstoneFile

ACCEPT = "or accept that they are lost with --accept-lost-withdrawals"
Show = Callable[[int, int], None]


@dataclass(frozen=True)
class Restored:
    """What a restore did: of which backup, what is skipped, who was forgotten, who withdrew."""

    header: Header
    skipped: int
    forgotten: int
    withdrawn: int


def read_key_file(path: Path | None, *, sealed: Path | None = None) -> bytes | None:
    """Read the key of a sealed backup; raise BotError where there is none in the file.

    Of a file that holds several, as after a rotation, the newest seals; of `sealed`, a backup that
    is there already, it is the one that fits.
    """
    if path is None:
        return None
    try:
        secrets = parse_keys(path.read_text()).secrets
        return find_secret(sealed, secrets) if sealed else secrets[-1]
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise BotError(f"The key cannot be read: {path} ({why}).") from None


async def back_up(
    settings: Settings,
    path: Path,
    *,
    secret: bytes | None,
    overwrites: bool,
    clock: Clock,
    show_progress: Show,
) -> Header:
    """Write everything that the database holds at this moment into a file; say what is in it."""
    tombstones = TombstoneFile(settings.tombstones) if settings.tombstones else None
    extent = tombstones.measure() if tombstones else None  # before, so that it cannot be too far
    database = open_database(settings.database_url.get_secret_value())
    try:
        await check_reachable(database)
        with new_file(path, overwrites=overwrites) as file:
            writer = BackupWriter(file, secret)
            header = await dump(
                database, writer, tombstones=extent, now=clock.now(), show_progress=show_progress
            )
            writer.finish()
    finally:
        await database.close()
    return header


async def restore(
    settings: Settings,
    backup: Backup,
    *,
    accepts_losses: bool,
    clock: Clock,
    showing: Callable[[str], AbstractContextManager[Show]],
) -> Restored:
    """Make an empty database what a backup says, brought to this moment; all of it or nothing.

    The file is read twice: nothing is written before all of it is known to be as it was made.
    """
    sealer = Sealer(settings.read_key())
    with showing("rows read") as show_progress:
        header = check_backup(backup, show_progress=show_progress)
    check_known(header.schema)
    check_key(header, sealer)
    tombstones = find_tombstones(settings, header, accepts_losses=accepts_losses)
    url = settings.database_url.get_secret_value()
    with hold(url):
        database = open_database(url)
        try:
            await check_reachable(database)
            async with database.writing() as session:
                with showing("rows written") as show_progress:
                    await load(session, backup, header, show_progress=show_progress)
                now = max(clock.now(), header.made_at)
                return await catch_up(
                    session, settings, header, sealer=sealer, tombstones=tombstones, now=now
                )
        finally:
            await database.close()


def check_key(header: Header, sealer: Sealer) -> None:
    """Raise BotError where the cells of a backup are sealed with another key than ours."""
    if header.key not in (None, sealer.fingerprint()):
        raise BotError(
            "This key is not the one that the backup's database was sealed with. Put back your "
            "copy of the right key (KUFFERT_SECRET_KEY or KUFFERT_SECRET_KEY_FILE)."
        )


def find_tombstones(
    settings: Settings, header: Header, *, accepts_losses: bool
) -> TombstoneFile | None:
    """Find the file of those who were forgotten or withdrew; raise BotError where it is missing.

    It has to be the one that there was at the backup, or one that grew from it: a new one, which
    `run` makes where there is none, knows nothing of them.
    """
    if settings.tombstones is None:
        found, file = "KUFFERT_TOMBSTONES is not set", None
    elif not settings.tombstones.exists():
        found, file = f"There is no file {settings.tombstones} (KUFFERT_TOMBSTONES)", None
    else:
        file = TombstoneFile(settings.tombstones)
        if header.tombstones is None or file.continues(header.tombstones):
            return file
        found = f"{file.path} is not the file that KUFFERT_TOMBSTONES named at the backup"
    if accepts_losses:
        return file
    raise BotError(
        f"{found}, so whoever was forgotten or withdrew since the backup would come back. "
        f"Set it to that file, {ACCEPT}."
    )


async def catch_up(
    session: Session,
    settings: Settings,
    header: Header,
    *,
    sealer: Sealer,
    tombstones: TombstoneFile | None,
    now: datetime,
) -> Restored:
    """Bring a restored database to this moment, in the transaction that restored it.

    First who was forgotten, then who withdrew, since nothing more is to be planned for either; then
    what was due since the backup.

    What is as it should be: a hold of the network's is over by its own moment, and a stop by staff
    stays; the pace forgives what lies behind it; who polls is a lock, which no row holds. Updates
    that were stored and not handled are handled when the bot runs, once.
    """
    forgotten = withdrawn = 0
    if tombstones:
        within = OneTransaction(session)
        forgotten = await forget_again(within, tombstones, sealer=sealer, now=now)
    weeks = (await read_running_in(session, settings)).programme.weeks
    if tombstones:
        withdrawn = await withdraw_all_again(
            session, tombstones, sealer=sealer, made_at=header.made_at, weeks=weeks
        )
    skipped = await skip_all_due(session, weeks=weeks, now=now)
    await pass_lost_numbers(session)
    await number_on(session)
    await updates.release_all(session)
    await accounts.end_all_sign_ins(session, now=now)  # who was signed out is not to come back
    await tokens.revoke_all(session, now=now)  # nor a token that was revoked since
    await work.let_go_of_files(session, now=now)
    await processes.forget_all(session)  # or those of then would be missed now
    await alarms.forget_all(session)
    about = f"backup of {header.made_at:%Y-%m-%d %H:%M} UTC"
    await audit.record(session, "restored", who=BY_COMMAND, account_id=None, about=about, now=now)
    return Restored(header, skipped, forgotten, withdrawn)
