"""How much is measured: in full, or just enough to see that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """How many of each thing a run measures."""

    sends: int
    rival_sends: int
    pool_sizes: tuple[int, ...]  # that PTB's default transport is tried with; beyond, it slows
    guardians: tuple[int, ...]  # at which a tick is measured, ever more of them
    due: int  # in each tick
    ticks: int  # timed in a process, after one to warm up
    rounds: int  # of such processes, and of those that check results
    planned: int
    weighed: int
    tap_seconds: int
    sends_a_second: int  # due for each second of tapping, as many as may be sent
    activities: int  # of a library, in twelve languages
    results: int  # rows of a file of results
    events: int  # exported
    enrolled: int  # children of a study that a report is about
    console_families: int  # that the pages of the console show


FULL = Counts(
    sends=10_000,
    rival_sends=2_000,
    pool_sizes=(16, 32, 64, 128),
    guardians=(10_000, 100_000, 1_000_000),
    due=1_000,
    ticks=2,
    rounds=3,
    planned=5_000,
    weighed=2_000,
    tap_seconds=15,
    sends_a_second=1_000,
    activities=1_000,
    results=1_000_000,
    events=5_000_000,
    enrolled=100_000,
    console_families=100_000,
)
QUICK = Counts(
    sends=300,
    rival_sends=200,
    pool_sizes=(16,),
    guardians=(400, 800),
    due=100,
    ticks=1,
    rounds=1,
    planned=200,
    weighed=50,
    tap_seconds=2,
    sends_a_second=300,
    activities=20,
    results=2_000,
    events=20_000,
    enrolled=2_000,
    console_families=400,
)
