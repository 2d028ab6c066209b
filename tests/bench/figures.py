"""Show what was measured, each figure beside its rival and its target."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One thing measured: its value, what the rival made of it, and whether it meets its target."""

    name: str
    value: float
    unit: str
    rival: str = ""  # who it is and its own value; empty if there is none
    ratio: float | None = None  # ours to the rival's
    target: str = ""  # in words; empty if there is none
    holds: bool | None = None  # None where there is no target


def print_figures(figures: Sequence[Figure], *, console: Console | None = None) -> None:
    """Print the figures as a table, to the terminal unless told otherwise."""
    table = Table("Figure", title="Kuffert, measured")
    table.add_column("Value", justify="right")
    table.add_column("Rival")
    table.add_column("Ratio", justify="right")
    table.add_column("Target")
    table.add_column("Holds")
    for each in figures:
        table.add_row(*cells_of(each))
    (console or Console()).print(table, markup=False)


def cells_of(figure: Figure) -> tuple[str, ...]:
    """Give a figure's row of the table."""
    return (
        figure.name,
        f"{render_number(figure.value)} {figure.unit}",
        figure.rival,
        "" if figure.ratio is None else f"{figure.ratio:.2f}×",
        figure.target,
        {True: "yes", False: "NO", None: ""}[figure.holds],
    )


def render_number(number: float) -> str:
    """Write a number with as many digits as a reader can use: 1,234 or 12.3 or 0.0123."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def write_json(figures: Sequence[Figure], settings: Mapping[str, object], path: Path) -> None:
    """Write the figures, and the settings that they were measured under, to a file."""
    written = {"figures": [asdict(each) for each in figures], "settings": dict(settings)}
    path.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
