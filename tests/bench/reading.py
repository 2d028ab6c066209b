"""Read a library once and after an edit, in a process of its own; print what it took as JSON."""

import argparse
import json
import os
import resource
import time
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from bot.catalogue.reading.workbench import Workbench

EDITS = 5
MEGABYTE = 1024  # in what the system counts memory in


def main() -> None:
    """Read the library that is named, as the check does or as its parts alone would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--plainly", action="store_true", help="only parse every text")
    given = parser.parse_args()
    os.sched_setaffinity(
        0, range(os.cpu_count() or 1)
    )  # as staff have it: nothing else is measured
    took = parse_plainly(given.library) if given.plainly else check(given.library)
    print(json.dumps({**took, "memory": measure_memory()}))  # noqa: T201


def check(library: Path) -> dict[str, float]:
    """Check a library cold, and again after each of some edits; give seconds."""
    bench = Workbench(library / "content", library / "locales")
    started = time.perf_counter()
    checked = bench.check()
    cold = time.perf_counter() - started
    if checked.findings.errors or checked.catalogue is None:
        raise RuntimeError(f"The library is not sound: {checked.findings.errors[:3]}")
    pages = sorted((library / "content" / "activities").glob("*/da.md"))
    again = []
    for page in pages[:: max(len(pages) // EDITS, 1)][:EDITS]:
        page.write_text(page.read_text() + " Godt.")
        started = time.perf_counter()
        edited = bench.check()
        again.append(time.perf_counter() - started)
        if edited.version == checked.version:
            raise RuntimeError("An edit was not noticed.")
    return {"cold": cold, "again": sorted(again)[len(again) // 2]}


def parse_plainly(library: Path) -> dict[str, float]:
    """Read every text with PyYAML and markdown-it-py, and check nothing; give seconds."""
    reader = MarkdownIt("commonmark")
    started = time.perf_counter()
    for page in sorted((library / "content" / "activities").glob("*/*.md")):
        _, front, body = page.read_text(encoding="utf-8").split("---\n", 2)
        yaml.safe_load(front)
        reader.parse(body)
    return {"cold": time.perf_counter() - started}


def measure_memory() -> float:
    """Give the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


if __name__ == "__main__":
    main()
