"""Without the evaluation libraries the bot runs, and what needs them says so in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {libraries!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: (
    None if name in {libraries!r} else found(name, *rest)
)
from bot.cli import main
sys.argv = ["kuffert", *{arguments!r}]
main()
"""
LIBRARIES = ("numpy", "scipy", "statsmodels", "pandas", "pyarrow", "pyreadstat")


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command where no evaluation library can be found."""
    script = WITHOUT.format(libraries=LIBRARIES, arguments=arguments)
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "--out", "page"), "Estimates need numpy, scipy, statsmodels, not installed"),
        (("export", "out", "--format", "parquet"), "not installed here. Install the extra:"),
    ],
)
def test_a_command_that_needs_the_extra_says_so(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(tmp_path, *arguments)

    assert done.returncode == 1, done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3


def test_other_commands_need_none_of_it(tmp_path: Path) -> None:
    done = run(tmp_path, "init")

    assert done.returncode == 0, done.stderr
