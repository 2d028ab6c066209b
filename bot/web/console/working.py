"""Do what takes long behind the pages: one thing at a time, with progress, cancelled when asked."""

import asyncio
import json
import logging
import os
import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.errors import BotError, DatabaseGone
from bot.store import work
from bot.store.columns import id_of
from bot.store.console_tables import Work
from bot.store.states import WorkStatus
from bot.store.work import PART_BYTES
from bot.web.console.offices import Made, Office

BEAT_SECONDS = 1.0
ZIP = "application/zip"
TYPES = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".csv": "text/csv"}

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody asked that work stops."""


class Worker:
    """Does the work of one process; what another process began is not taken up."""

    def __init__(self, office: Office) -> None:
        """Begin with nothing to do."""
        self.office = office
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(1)
        self._progress: dict[int, Progress] = {}

    def start(self, row: Work) -> None:
        """Begin work that was written down."""
        self._progress[id_of(row)] = Progress()
        task = asyncio.create_task(self._do(row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self, number: int) -> None:
        """Stop work of this process at once; what another process does sees it at its next beat.

        An import may hold SQLite's one writer, so that what is written down would come too late.
        """
        if progress := self._progress.get(number):
            progress.is_to_stop = True

    async def close(self) -> None:
        """End what goes on; whoever looks next sees that it was not finished."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self) -> None:
        """Wait until nothing goes on."""
        await asyncio.gather(*self._tasks)

    async def _do(self, row: Work) -> None:
        """Do it, and write down how it ended."""
        number = id_of(row)
        try:
            async with self._turn:
                await self._make(row)
        except Cancelled:
            await self._finish(number, WorkStatus.CANCELLED)
        except BotError as error:
            await self._finish(number, WorkStatus.FAILED, said=str(error))
        except asyncio.CancelledError:
            await self._finish(number, WorkStatus.FAILED, said="The process was stopped.")
            raise
        except Exception:  # the boundary of the work: log, and say that it failed
            log.exception("work %s failed", number)
            await self._finish(number, WorkStatus.FAILED, said="This went wrong; it is in the log.")
        finally:
            self._progress.pop(number, None)

    async def _make(self, row: Work) -> None:
        """Let it be made, and keep what was made."""
        number = id_of(row)
        progress = self._progress[number]
        progress.check()
        beating = asyncio.create_task(self._beat(number, progress))
        try:
            with TemporaryDirectory() as folder:
                # what is made by now was asked to stop too late: an import is in
                made = await self.office.helpers.undertake(row, Path(folder), progress.show)
                name, kind = await self._keep(number, made, row.kind)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        await self._finish(number, WorkStatus.DONE, said=made.said, name=name, kind=kind)

    async def _beat(self, number: int, progress: "Progress") -> None:
        """Note how far it is, every second; notice that it is to stop."""
        while True:
            with suppress(DatabaseGone):  # as while the work itself writes much into SQLite
                async with self.office.database.writing() as session:
                    goes_on = await work.beat(
                        session,
                        number,
                        done=progress.done,
                        total=progress.total,
                        now=self.office.clock.now(),
                    )
                progress.is_to_stop |= not goes_on
            await asyncio.sleep(BEAT_SECONDS)

    async def _keep(self, number: int, made: Made, kind: str) -> tuple[str, str]:
        """Keep the files that were made: one as it is, several as an archive."""
        if len(made.files) == 1:
            path = made.files[0]
            name, media_type = path.name, TYPES.get(path.suffix, "application/octet-stream")
        else:
            path = await asyncio.to_thread(put_together, made.files, kind)
            name, media_type = path.name, ZIP
        with path.open("rb") as file:
            part = 0
            while body := await asyncio.to_thread(file.read, PART_BYTES):
                async with self.office.database.writing() as session:
                    await work.add_part(session, number, part, body)
                part += 1
        return name, media_type

    async def _finish(
        self, number: int, status: WorkStatus, *, said: str = "", name: str = "", kind: str = ""
    ) -> None:
        """Write down how it ended."""
        now = self.office.clock.now()
        async with self.office.database.writing() as session:
            await work.finish(
                session,
                number,
                status,
                now=now,
                said=said,
                file_name=name,
                media_type=kind,
                expires_at=now + self.office.keeps,
            )


class Progress:
    """How far work is; raises Cancelled in whoever does it, once that was asked for."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.done = self.total = 0
        self.is_to_stop = False
        self.began = time.monotonic()

    def show(self, done: int, total: int) -> None:
        """Take how far it is."""
        self.done, self.total = done, total
        self.check()

    def check(self) -> None:
        """Raise Cancelled where it is to stop."""
        if self.is_to_stop:
            raise Cancelled


async def give_up_lost(office: Office, *, now: datetime) -> None:
    """End work that is lost, if there is any: whoever looks waits for no writer otherwise."""
    async with office.database.reading() as session:
        if not await work.has_lost(session, now=now):
            return
    async with office.database.writing() as session:
        await work.give_up_lost(session, now=now)


def put_together(files: Sequence[Path], kind: str) -> Path:
    """Put files into one archive beside them."""
    folder = Path(os.path.commonpath([path.parent for path in files]))
    archive_path = folder.parent / f"{kind}.zip"
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, Path(kind) / path.relative_to(folder))
    return archive_path


def read_wanted(row: Work) -> dict[str, Any]:
    """Read what was wanted of work."""
    wanted: dict[str, Any] = json.loads(row.wanted or "{}")
    return wanted
