"""Measure how fast a large library is read and checked, cold and after one edit, and its memory."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.library import LANGUAGES, write_library
from tests.bench.rivals import LONGEST_RUN_SECONDS, ROOT
from tests.bench.stage import Stage

ROUNDS = 3
COLD_SECONDS = 3.0
AGAIN_SECONDS = 0.3
RIVAL = "PyYAML and markdown-it-py, parsing alone"


def measure_contents(stage: Stage, counts: Counts) -> list[Figure]:
    """Read a library in processes of their own, ours and the plain way in turn; take medians."""
    activities = counts.activities
    with TemporaryDirectory() as folder:
        stage.say(f"writing {activities:,} activities in {len(LANGUAGES)} languages")
        write_library(Path(folder), activities)
        stage.say("reading and checking them")
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(run_alone("reading", folder))
            theirs.append(run_alone("reading", folder, "--plainly"))
    cold, again, memory = (median(ours, name) for name in ("cold", "again", "memory"))
    plain = median(theirs, "cold")
    what = f"{activities:,} activities × {len(LANGUAGES)} languages"
    return [
        Figure(
            f"{what}, read and checked cold",
            cold,
            "s",
            f"{RIVAL}: {plain:.2f} s",
            cold / plain,
            f"≤ {COLD_SECONDS:g} s",
            cold <= COLD_SECONDS,
        ),
        Figure(
            "… and after one file has changed",
            again,
            "s",
            target=f"≤ {AGAIN_SECONDS:g} s",
            holds=again <= AGAIN_SECONDS,
        ),
        Figure("… the most memory of the process", memory, "MB"),
    ]


def run_alone(
    module: str, *arguments: str, longest: float = LONGEST_RUN_SECONDS
) -> dict[str, float]:
    """Run a module once, in a process of its own, and read the figures that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=longest,
    )
    took: dict[str, float] = json.loads(done.stdout)
    return took


def median(runs: list[dict[str, float]], name: str) -> float:
    """Give the middle one of some runs' figures."""
    return sorted(each[name] for each in runs)[len(runs) // 2]
