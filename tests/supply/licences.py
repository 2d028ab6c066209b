"""Write `bot/LICENCES.md`: `python -m tests.supply.licences`, after a lock file has changed.

A licence is what the installed package says of itself; where it says it loosely, or is for another
system and not installed here, it stands below, read from its own licence file.
"""

from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from tests.supply.locks import BOT, EVALUATION, ROOT, Locked, read_lock

LIST = ROOT / "bot/LICENCES.md"
STATED = {  # as their licence files say
    "aiohappyeyeballs": "PSF-2.0",
    "babel": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "patsy": "BSD-2-Clause AND PSF-2.0",
    "python-stdnum": "LGPL-2.1-or-later",
    "scipy": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "uvloop": "Apache-2.0 OR MIT",
}
SPOKEN = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
ALLOWED = {  # each may be part of a work under the EUPL-1.2, and why
    "0BSD": "asks for nothing",
    "Apache-2.0": "permissive; its notice stays in the package",
    "BSD-2-Clause": "permissive; its notice stays in the package",
    "BSD-3-Clause": "permissive; its notice stays in the package",
    "CC0-1.0": "asks for nothing",
    "ISC": "permissive; its notice stays in the package",
    "LGPL-2.1-or-later": "named in the EUPL's appendix; imported as it is, and can be replaced",
    "LGPL-3.0-only": "named in the EUPL's appendix; imported as it is, and can be replaced",
    "MIT": "permissive; its notice stays in the package",
    "MIT-0": "asks for nothing",
    "MPL-2.0": "named in the EUPL's appendix; its files are unchanged",
    "OFL-1.1": "fonts, unchanged, beside the work and not sold by themselves",
    "PSF-2.0": "permissive; its notice stays in the package",
    "Zlib": "permissive; its notice stays in the package",
}
VENDORED = (  # what lies in this folder, and is not installed
    ("Pico CSS 2.1.1", "MIT", "bot/web/console/page/static/pico.min.css"),
    ("htmx 2.0.11", "0BSD", "bot/web/console/page/static/htmx.min.js"),
    ("Noto Nastaliq Urdu, for paper in Urdu", "OFL-1.1", "bot/printing/fonts/LICENSE.txt"),
    ("Fluent UI Emoji, in pictures", "MIT", "content/credits/LICENSE-fluentui-emoji.txt"),
)
HEAD = """\
# Licences of what Kuffert is built from

Kuffert itself is under the EUPL-1.2 (`LICENSE`). This list is made from the lock files by
`python -m tests.supply.licences`; a test keeps it complete. Wheels of numpy and scipy carry
OpenBLAS (BSD-3-Clause) and the runtime of GCC (GPL-3.0 with its exception for runtimes, its
quadmath LGPL-2.1); what else a wheel carries its own licence files say. Python and the system below
it are the machine's or the image's.
"""


def find_licence(name: str) -> str:
    """Give a package's licence as an SPDX expression; raise LookupError where it tells none."""
    if name in STATED:
        return STATED[name]
    try:
        told = metadata(name)
    except PackageNotFoundError:
        raise LookupError(f"{name} is not installed here: write its licence into STATED") from None
    for found in list_told(told):
        if is_allowed(found):
            return found
    raise LookupError(f"{name} says {list_told(told)}: look at its licence, write it into STATED")


def list_told(told: PackageMetadata) -> list[str]:
    """List what a package says of its licence, the most exact first."""
    fields = ("License-Expression", "License", "Classifier")
    found = [each for field in fields for each in told.get_all(field) or []]
    last = [each.rpartition(" :: ")[2].partition(" (")[0] for each in found]
    return [SPOKEN.get(each, each) for each in last]


def split_expression(expression: str) -> list[str]:
    """Give the licences that an SPDX expression names."""
    flat = expression.replace("(", "").replace(")", "").replace(" OR ", " AND ")
    return flat.split(" AND ")


def is_allowed(expression: str) -> bool:
    """Say whether each licence of an expression may be part of ours."""
    return set(split_expression(expression)) <= ALLOWED.keys()


def list_rows() -> list[tuple[Locked, str, str]]:
    """List every locked package with its licence, and what it is for."""
    bot = {each.name for each in read_lock(BOT)}
    locked = sorted({*read_lock(BOT), *read_lock(EVALUATION)})
    return [
        (each, find_licence(each.name), "bot" if each.name in bot else "evaluation")
        for each in locked
    ]


def write_list() -> str:
    """Write the list as Markdown."""
    rows = list_rows()
    found = {(each.name, each.version, licence, use) for each, licence, use in rows}
    used = {one for *_, licence, _ in found for one in split_expression(licence)}
    used |= {licence for _, licence, _ in VENDORED}
    lines = ["| package | version | licence | for |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(each)} |" for each in sorted(found)]
    lines += ["", "In this folder itself:", "", "| what | licence | where |", "|---|---|---|"]
    lines += [f"| {what} | {licence} | `{where}` |" for what, licence, where in VENDORED]
    lines += ["", "Why each licence goes together with the EUPL-1.2:", ""]
    lines += [f"- {name}: {ALLOWED[name]}." for name in sorted(used)]
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


def main(path: Path = LIST) -> None:
    """Write the list."""
    path.write_text(write_list(), encoding="utf-8")


if __name__ == "__main__":
    main()
