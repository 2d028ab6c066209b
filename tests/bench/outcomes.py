"""Measure how fast a school's file of results is checked, beside a bare reader of the same file."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.core.codes import draw_study_code
from tests.bench.contents import median, run_alone
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.stage import Stage

MOST_SECONDS = 20.0
RIVAL = "csv.reader and float() alone"
INSTRUMENTS = ("words", "letters", "sounds", "rhymes")
WAVES = ("before", "after")
TESTS = len(INSTRUMENTS) * len(WAVES)
SLIPS = 1_000  # one code in so many is mistyped


def measure_outcomes(stage: Stage, counts: Counts) -> list[Figure]:
    """Check a file in processes of their own, ours and the bare reader in turn; take medians."""
    with TemporaryDirectory() as folder:
        stage.say(f"writing a file of {counts.results:,} results")
        write_file(Path(folder), counts.results)
        stage.say("checking it")
        ours, theirs = [], []
        for _ in range(counts.rounds):
            ours.append(run_alone("checking", folder))
            theirs.append(run_alone("checking", folder, "--plainly"))
    took, memory = (median(ours, name) for name in ("s", "memory"))
    bare = median(theirs, "s")
    return [
        Figure(
            f"a file of {counts.results:,} results, checked",
            took,
            "s",
            f"{RIVAL}: {bare:.2f} s",
            took / bare,
            f"≤ {MOST_SECONDS:g} s",
            took <= MOST_SECONDS,
        ),
        Figure("… the most memory of that process", memory, "MB"),
    ]


def write_file(folder: Path, results: int) -> None:
    """Write a roster, and a file of results with semicolons, decimal commas and slips in it."""
    rng = Random(6)
    codes = [draw_study_code(rng) for _ in range(results // TESTS)]
    (folder / "roster.json").write_text(json.dumps(codes))
    with (folder / "results.csv").open("w", encoding="cp1252") as file:
        file.write("study_code;instrument;wave;score;assessed_on\n")
        file.writelines(list_lines(codes, rng))


def list_lines(codes: list[str], rng: Random) -> Iterator[str]:
    """Make the lines, child by child."""
    for number, code in enumerate(codes):
        written = code[1] + code[0] + code[2:] if number % SLIPS == 0 else code
        for instrument in INSTRUMENTS:
            for wave in WAVES:
                score = "fraværende" if rng.random() < 0.05 else f"{rng.randrange(400) / 10:.1f}"
                day = f"{rng.randrange(1, 29):02}-0{rng.randrange(1, 10)}-2026"
                yield f"{written};{instrument};{wave};{score.replace('.', ',')};{day}\n"
