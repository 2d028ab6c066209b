"""Read the lock files: which package, which version, which hashes."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOT, EVALUATION = ROOT / "requirements.txt", ROOT / "bot/report/requirements.txt"
SHIPPED = (BOT, EVALUATION)
LOCKED = (*SHIPPED, ROOT / "tests/requirements.txt", ROOT / "tests/bench/requirements.txt")
ENTRY = re.compile(
    r"(?m)^([a-z0-9][a-z0-9.-]*)==(\S+)((?: ; [^\\\n]+)?)((?: \\\n {4}--hash=\S+)+)$"
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})(?=\s|$)")


@dataclass(frozen=True, order=True)
class Locked:
    """One package in one version, where a marker asks for it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_lock(path: Path) -> list[Locked]:
    """Read every package of a lock file; what is not one stays for `read_rest`."""
    found = ENTRY.finditer(path.read_text(encoding="utf-8"))
    return sorted(
        Locked(each[1], each[2], each[3].removeprefix(" ; ").strip(), tuple(HASH.findall(each[4])))
        for each in found
    )


def read_rest(path: Path) -> list[str]:
    """Give the lines of a lock file that are neither a locked package nor a comment."""
    rest = ENTRY.sub("", path.read_text(encoding="utf-8"))
    return [line for line in rest.splitlines() if line.strip() and not line.strip().startswith("#")]
