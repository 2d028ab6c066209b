import asyncio
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from bot.store import open_database
from bot.store.migrating import prepare
from tests.bench.figures import Figure, print_figures
from tests.bench.rivals import ROOT, run_rival
from tests.bench.sends import check_sends
from tests.bench.server import ask, start_server

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


def test_a_quick_run_writes_figures_with_a_value_each(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    command = [sys.executable, "-m", "tests.bench", "--quick", "--json", str(file)]
    parts = ["--part", "size", "--part", "planning", "--part", "content"]
    parts += ["--part", "outcomes", "--part", "exports", "--part", "report", "--part", "formats"]
    done = subprocess.run([*command, *parts], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text())
    assert len({figure["name"] for figure in written["figures"]}) == 23
    assert all(figure["value"] > 0 and figure["unit"] for figure in written["figures"])
    assert written["settings"]["counts"]["weighed"] > 0
    assert all(figure["unit"] in done.stdout for figure in written["figures"])


def test_a_rival_sends_every_message_to_the_server() -> None:
    with start_server(0.0) as (_process, api):
        measured = run_rival("bare_aiohttp", api, 50, 5)

        assert ask(api, "count") == {"sendMessage": 50}

    assert measured["rate"] > 0
    assert measured["processor_us"] > 0
    assert measured["settings"]["connections"] == 5


def test_a_benchmark_that_sent_nothing_raises(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kuffert.db'}"
    asyncio.run(make_tables(url))

    with (
        start_server(0.0) as (_process, api),
        pytest.raises(RuntimeError, match="1 messages were due; 0 arrived, 0 are recorded"),
    ):
        check_sends(url, api, at=NOW, count=1)


async def make_tables(url: str) -> None:
    database = open_database(url)
    await prepare(database)
    await database.close()


def test_a_target_that_is_missed_is_shown_as_missed() -> None:
    shown = io.StringIO()
    missed = Figure("sends", 900, "messages/s", target="≥ 1,000/s", holds=False)

    print_figures([missed], console=Console(file=shown, width=100))

    row = next(line for line in shown.getvalue().splitlines() if "sends" in line)
    assert "900 messages/s" in row
    assert "NO" in row
