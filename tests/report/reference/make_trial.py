"""Make the simulated trial that `figures.R` reads, as `trial.csv` beside this file."""

import csv
from pathlib import Path

import numpy as np

SEED = 20260901
HEADER = ["cluster", "stratum", "arm", "baseline", "disadvantage", "complied", "dose", "outcome"]


def main() -> None:
    """Write 16 centres in two strata, four of each treated, with crossovers and missing places."""
    rng = np.random.default_rng(SEED)
    with (Path(__file__).parent / "trial.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for stratum in ("east", "west"):
            treated = set(rng.choice(8, size=4, replace=False).tolist())
            for number in range(8):
                arm = int(number in treated)
                writer.writerows(make_centre(rng, f"{stratum}-{number}", arm=arm))


def make_centre(rng: np.random.Generator, name: str, *, arm: int) -> list[list[object]]:
    """Make one centre's children."""
    shared = rng.normal() * 3
    return [make_child(rng, name, arm=arm, shared=shared) for _ in range(rng.integers(8, 19))]


def make_child(rng: np.random.Generator, name: str, *, arm: int, shared: float) -> list[object]:
    """Make one child: the programme helps those who take part, the disadvantaged more."""
    disadvantage = int(rng.random() < 0.4)
    baseline = 50 - 6 * disadvantage + rng.normal() * 7
    complied = int(rng.random() < (0.65 if arm else 0.04))
    dose = round(rng.uniform(8, 30) if complied else rng.uniform(0, 8), 1)
    gain = complied * (4 + 4 * disadvantage)
    outcome = 30 + 0.6 * baseline - 7 * disadvantage + gain + shared + rng.normal() * 7
    return [
        name,
        name.split("-")[0],
        arm,
        "" if rng.random() < 0.06 else round(baseline, 1),
        "" if rng.random() < 0.04 else disadvantage,
        complied,
        dose,
        "" if rng.random() < 0.09 else round(outcome, 1),
    ]


if __name__ == "__main__":
    main()
