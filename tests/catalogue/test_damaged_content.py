"""Content files that were damaged: each is told with its place, or is sound; never a crash."""

import pytest
from conftest import SMALL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalogue.reading.loading import load_catalogue, read_catalogue
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import Findings
from bot.errors import FileRefused, Problem
from tests.hardening.damage import Damage, damage, damages, no_hang, see_that_all_are_told

WRITTEN = sorted(name for name in SMALL if name.endswith((".yaml", ".md", ".po")))
HURT = [
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xc3",
        "\u202e\u2066".encode(),
        b"\t",
        b"\r",
        b"\n\n",
        b"---\n",
    ),
    *(
        b": ",
        b"- ",
        b"? ",
        b"<<: *x",
        b"&a [*a]",
        b"*x",
        b"!!python/object:os.system x",
        b"!!binary x",
    ),
    *(
        b"!!set",
        b"!!float x",
        b"!x",
        b"%YAML 9",
        b"[" * 3_000,
        b"{a: " * 2_000,
        b"- " * 2_000,
        b"9" * 5_000,
    ),
    *(
        b"1e999",
        b".nan",
        b"2026-99-99",
        b"2026-05-31T25:00:00",
        b"0x",
        b"1:60:60",
        b"x" * 100_000,
        b"'",
        b'"',
    ),
    *(
        b"{{",
        b"}}",
        b"{% for x in y %}",
        b"{{ ''.__class__ }}",
        b"{% include 'x' %}",
        b"{#",
        b"%s",
        b"%(x)s",
    ),
    *(
        b"**" * 500,
        b"*" * 3_000,
        b"> " * 2_000,
        b"`" * 999,
        b"<script>",
        b"## why\n",
        b"# x",
        b"](x)",
        b"![" * 500,
    ),
    *(
        b'msgid ""\n',
        b'msgstr[9] "x"\n',
        b"#~ ",
        b"#, fuzzy\n",
        b"Plural-Forms: nplurals=9999; plural=n;\\n",
    ),
    *(
        b"Plural-Forms: nplurals=2; plural=((((n;\\n",
        b"charset=utf-7",
        b"charset=nothing",
        b"\\",
        b'"\n"',
    ),
]
LAUGHS = b"a: &a [x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n + 1, n + 1, b", ".join([b"*%c" % n] * 9)) for n in range(97, 110)
)
FEW = settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
MANY = settings(FEW, max_examples=5_000, derandomize=False)


def see_that_it_is_told(files: dict[str, bytes]) -> None:
    """Check content, and load it: what is wrong has a place, what is not is loaded."""
    findings = Findings()
    with no_hang():
        read_catalogue(files, findings, Memory())
    errors = findings.errors
    assert all(each.path and each.what and each.instead for each in errors)
    see_that_all_are_told(errors)
    refused: list[Problem] = []
    try:
        load_catalogue(files)
    except FileRefused as error:
        refused = error.problems
    assert refused == sorted(errors)


@pytest.mark.parametrize(
    "size", [FEW, pytest.param(MANY, marks=pytest.mark.long)], ids=["", "long"]
)
def test_damaged_content_is_told_with_its_place(size: settings) -> None:
    @size
    @given(st.sampled_from(WRITTEN), damages(HURT))
    def hurt(name: str, done: list[Damage]) -> None:
        see_that_it_is_told(SMALL | {name: damage(SMALL[name], done)})

    hurt()


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize(
    "content",
    [*(b"", b"\x00", b"[]", b"7", b"null", b"\xff", LAUGHS, b"[" * 5_000, b"x" * 2_000_000)],
    ids=["nothing", "nul", "list", "number", "null", "no text", "laughs", "deep", "huge"],
)
def test_a_file_of_another_kind_is_told_with_its_place(name: str, content: bytes) -> None:
    see_that_it_is_told(SMALL | {name: content})


def test_what_is_whole_is_loaded() -> None:
    see_that_it_is_told(dict(SMALL))
    assert load_catalogue(SMALL).activities
