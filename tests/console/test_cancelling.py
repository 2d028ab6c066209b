"""An import that is cancelled while it writes: it ends at once, and nothing of it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.app.serving import serving
from bot.app.undertaking import undertake
from bot.intake.telling import STEPS
from bot.store import work
from bot.store.columns import id_of
from bot.store.console_tables import Account, Work
from bot.store.evaluation_tables import Outcome, OutcomeFile
from bot.store.states import StaffRole, WorkStatus
from bot.store.tables import Child
from bot.web.console.offices import Helpers, Made, Office, ShowProgress
from bot.web.console.pages import make_console
from bot.web.console.results import IMPORT
from bot.web.console.working import Worker, read_wanted
from tests.console.conftest import Open
from tests.town import Town

pytestmark = pytest.mark.anyio
TESTS = 20_000  # of each of the six children: long enough to be cancelled in the midst of it


class Writing:
    """Has work done as the console does, and tells when its results begin to be written."""

    def __init__(self, town: Town) -> None:
        self.town, self.begun = town, asyncio.Event()

    async def undertake(self, row: Work, folder: Path, show_progress: ShowProgress) -> Made:
        def show(done: int, total: int) -> None:
            if total > STEPS:
                self.begun.set()
            show_progress(done, total)

        settings, wanted = self.town.settings, read_wanted(row)
        now = self.town.clock.now()
        return Made(
            *await undertake(settings, row.kind, wanted, folder, now=now, show_progress=show)
        )


async def refuse(*_given: Any) -> Any:
    raise NotImplementedError


class Nobody:
    """Does nothing of what could be asked."""

    def __getattr__(self, name: str) -> Any:
        return refuse


@pytest.fixture
def writing(town: Town) -> Writing:
    return Writing(town)


@pytest.fixture
def worker(town: Town, writing: Writing) -> Worker:
    nobody: Any = Nobody()
    helpers = Helpers(refuse, refuse, refuse, nobody, nobody, writing.undertake)
    shelf = town.runtime.shelf
    return Worker(
        Office(town.store.database, town.store.sealer, town.clock, lambda: shelf.current, helpers)
    )


@pytest.fixture
async def opened(town: Town, worker: Worker) -> AsyncIterator[Open]:
    async with (
        AsyncExitStack() as stack,
        serving(make_console(worker.office, worker), host="127.0.0.1", port=0) as port,
    ):
        yield Open(town, f"http://127.0.0.1:{port}", [], stack)
        await worker.close()


async def begin_import(town: Town, codes: list[str]) -> Work:
    """Keep a file, and write down that it is to be taken in."""
    rows = [f"{code},test {n},after,{n % 40}" for code in codes for n in range(TESTS)]
    content = "\n".join(["study_code,instrument,wave,score", *rows]).encode()
    (account,) = await town.rows(Account)
    now, number = town.clock.now(), id_of(account)
    async with town.store.database.writing() as session:
        kept = await work.keep_file(
            session,
            account_id=number,
            kind="results",
            file_name="stor.csv",
            media_type="text/csv",
            content=content,
            now=now,
            expires_at=now,
        )
        wanted = {
            "kept": id_of(kept),
            "name": "stor.csv",
            "mapping": "",
            "is_import": True,
            "confirmed": [],
            "confirmed_in": "",
            "who": account.email,
            "account_id": number,
        }
        return await work.begin(
            session, account_id=number, kind=IMPORT, wanted=json.dumps(wanted), now=now
        )


async def test_an_import_that_writes_is_cancelled_at_once_and_nothing_of_it_stays(
    opened: Open, worker: Worker, writing: Writing
) -> None:
    for _ in range(6):
        await opened.town.card("da")
    browser = await opened.browser(StaffRole.EVALUATOR)
    codes = [each.study_code for each in await opened.town.rows(Child)]
    row = await begin_import(opened.town, codes)

    worker.start(row)
    await asyncio.wait_for(writing.begun.wait(), 60)
    await browser.post(f"/work/{row.id}/cancel")
    await worker.wait()

    assert (await opened.town.rows(Work))[-1].status is WorkStatus.CANCELLED
    assert await opened.town.rows(Outcome) == []
    assert await opened.town.rows(OutcomeFile) == []
    assert [action for action, _ in await opened.trail()][-1] == "results import cancelled"
    assert "stops" not in (await browser.get(f"/evaluation/results/{row.id}")).text


async def test_work_that_waits_for_its_turn_is_cancelled_before_it_begins(
    opened: Open, worker: Worker, writing: Writing
) -> None:
    browser = await opened.browser(StaffRole.EVALUATOR)
    row = await begin_import(opened.town, [])

    worker.start(row)
    worker.stop(id_of(row))
    await worker.wait()

    assert not writing.begun.is_set()
    assert "cancelled" in (await browser.get(f"/evaluation/results/{row.id}")).text
