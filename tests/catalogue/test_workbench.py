"""Content that is read again and again: only what changed is read, and the result is the same."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from breaking import AR, CARD, EN, PROGRAMME, SAID_AR
from conftest import SMALL
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from bot.catalogue.checks.limits import LIMITS, longest, longest_label, measure_frames
from bot.catalogue.checks.plainness import Rules, Term, check_plainness
from bot.catalogue.reading.folders import Folder
from bot.catalogue.reading.loading import load_catalogue, read_catalogue
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import Findings, parse_plain, parse_yaml
from bot.catalogue.reading.sharing import SharedReading
from bot.catalogue.reading.workbench import Workbench
from bot.catalogue.shown.wording import (
    SPANS,
    WORDING,
    is_only_starred,
    is_plain,
    markdown,
    plain_length,
    render,
    render_spans,
)
from bot.core.choosing import Variant
from tests.shipped import LANGUAGES, ROOT, shipped_catalogue, shipped_files

LETTERS = "abc سألÅß漢🎉 \n\n.,:;!?()'\"-+*_`#>[]&<~|=0123456789\\{}\t\u00a0\u200b"


@pytest.fixture
def bench(folder: Path) -> Workbench:
    return Workbench(folder / "content", folder / "locales")


def test_an_unchanged_folder_is_the_very_same_catalogue_part(
    bench: Workbench, folder: Path
) -> None:
    first = bench.check().catalogue
    (folder / EN).write_text((folder / EN).read_text().replace("You looked", "We looked"))

    second = bench.check().catalogue

    assert first
    assert second
    assert second.stories["sock"] is first.stories["sock"]
    assert second.words["en"] is first.words["en"]
    assert second.activities["A01"] is not first.activities["A01"]
    assert second.version != first.version


def test_a_change_is_noticed_and_a_touch_alone_changes_nothing(
    bench: Workbench, folder: Path
) -> None:
    before = bench.check()
    assert not bench.has_changed()

    (folder / AR).write_bytes((folder / AR).read_bytes())
    is_touched = bench.has_changed()
    after = bench.check()

    assert is_touched
    assert after.version == before.version
    assert before.catalogue
    assert after.catalogue
    assert after.catalogue.activities["A01"] is before.catalogue.activities["A01"]


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_the_findings_are_those_of_a_first_reading(seed: int) -> None:
    rng, files = random.Random(seed), dict(SMALL)

    for _ in range(25):
        files = edit_somewhere(files, rng)
        again, first = Findings(), Findings()
        read_catalogue(files, again)
        read_catalogue(files, first, Memory())
        assert again == first


def edit_somewhere(files: dict[str, bytes], rng: random.Random) -> dict[str, bytes]:
    """Put back, take away, cut or change a file or two."""
    path = rng.choice([AR, EN, CARD, PROGRAMME, SAID_AR, *SMALL])
    content = SMALL[path]
    match rng.randrange(4):
        case 0:
            return files | {path: content}
        case 1:
            return {name: each for name, each in files.items() if name != path}
        case 2:
            return files | {path: content[: rng.randrange(len(content))]}
        case _:
            place = rng.randrange(len(content))
            return files | {path: content[:place] + b" x\n" + content[place:]}


@given(st.text(LETTERS, max_size=60))
@settings(max_examples=400, deadline=None)
def test_plain_words_are_rendered_as_a_markdown_reader_would(text: str) -> None:
    text = text.strip().replace("{", "").replace("}", "")
    note(f"plain: {is_plain(text)}")

    slowly = "\n\n".join(
        render_spans(token.children or [])
        for token in markdown().parse(text)
        if token.type == "inline"
    )

    assert render(text, {}) == slowly


@given(st.text("ab1 *\n-#.", max_size=24))
@settings(max_examples=600, deadline=None)
def test_stars_are_let_through_only_where_they_make_bold_or_italic(text: str) -> None:
    text = text.strip()
    kinds = {token.type for token in markdown().parse(text)}
    inner = {child.type for token in markdown().parse(text) for child in token.children or []}

    event(f"only starred: {is_only_starred(text)}")
    if is_only_starred(text):
        assert kinds <= {*WORDING}
        assert inner <= {*SPANS, "strong_close", "em_close"}


PLAINNESS = Rules(
    sentence_words=4,
    word_letters=6,
    long_words=1,
    idioms=("bide* mærke i", "have is i maven", "på", "don’t"),
    child_pronouns=("hans", "HUN"),
    glossary={"belly": Term(say="mave", never=("maven", "å"))},
)
ON_THE_BRINK = (
    *("bider", "mærke", "i", "Have", "is", "maven", "MAVEN.", "på\n\n", "hun", "Hans:", "ja!", "å"),
    *("abcdef", "ghijkl", "don’t", "don’t…", "{{ school_language }}", "\n", "(mærke)"),
)


@given(
    st.lists(
        st.sampled_from(ON_THE_BRINK),
        max_size=14,
    )
)
@settings(max_examples=400, deadline=None)
def test_the_quick_look_at_plainness_misses_nothing(words: list[str]) -> None:
    text, findings = " ".join(words), Findings()

    check_plainness(text, "x", 1, findings, rules=PLAINNESS)

    event(f"points: {bool(findings.warnings)}, may point: {PLAINNESS.may_point(text)}")
    assert PLAINNESS.may_point(text) or not findings.warnings


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["title", "things", "alt", "reviewed"]),
            st.one_of(
                st.text("abÅس🎉 ':#-{}[]&*!|>%@`,\t", max_size=12).map(lambda each: f'"{each}"'),
                st.sampled_from(["yes", "No", "true", "on", "7", "07", "7.5", "null", "~", "a b"]),
                st.sampled_from(["2026-11-25", "2026-13-25", "picture.png", "A01", "y", "1e3", ""]),
                st.text("aBn0.9 ,/-:#'yes", max_size=8),
            ),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda pair: pair[0],
    )
)
@settings(max_examples=300, deadline=None)
def test_plain_front_matter_is_read_as_yaml_would_be(pairs: list[tuple[str, str]]) -> None:
    lines = ["# a comment", *(f"{key}: {value}" for key, value in pairs)]

    quickly = parse_plain(lines, first_line=1)
    slowly = parse_yaml("\n".join(lines), "x", Findings())

    if quickly:
        assert slowly
        assert quickly[0] == slowly[0]
        assert quickly[1] == {str(way[0]): line for way, line in slowly[1].items()}
    event("plain" if quickly else "left to YAML")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_touch_is_longer_than_its_frame_and_its_words_allow(language: str) -> None:
    catalogue = shipped_catalogue()
    frames = measure_frames(catalogue, language, Findings())
    label = longest_label(catalogue.words_in(language))

    for activity_id, activity in catalogue.activities.items():
        for touch in LIMITS:
            for variant in Variant:
                length = longest((catalogue, activity_id), (touch, variant), language, label)
                most = frames.units[touch][variant] + activity.texts[language].units[touch]
                assert length <= most < length + 600


def test_lengths_are_counted_without_tags_and_in_the_units_of_telegram() -> None:
    assert plain_length("<b>a</b> &lt;b&gt; &amp;amp; 🎉") == len("a <b> &amp; ") + 2


def test_a_language_that_falls_back_is_read_in_the_programmes_own() -> None:
    path = "content/activities/because-chain/ar.md"
    programme = shipped_files()[PROGRAMME] + b"fallback: [ar]\n"
    files = {name: each for name, each in shipped_files().items() if name != path}

    catalogue = load_catalogue(files | {PROGRAMME: programme})

    activity = next(
        each for each in catalogue.activities.values() if each.folder.endswith("because-chain")
    )
    assert set(activity.texts) == {*LANGUAGES} - {"ar"}
    assert activity.text_in("ar", "en").language == "en"


BOTH_WAYS = """
import threading
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.reading.sharing import MANY_FOLDERS
from tests.bench.library import make_library

files = dict(make_library(MANY_FOLDERS))
spoilt = [path for path in files if "/because-chain-" in path and path.endswith("/da.md")][-1]
files[spoilt] = files[spoilt].replace(b"## why", b"## hvorfor")
together, alone = Findings(), Findings()
assert threading.active_count() == 1
read_catalogue(files, together)
another = threading.Thread(target=read_catalogue, args=(files, alone, Memory()))  # no copy then
another.start()
another.join()
assert together == alone
print([each.line for each in together.errors if each.path == spoilt], len(together.warnings))
"""


def test_a_library_that_two_processes_read_is_the_one_that_one_reads() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOTH_WAYS], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.stdout.startswith("[9, 0] ")


@pytest.mark.parametrize("last_there", [99, 31, 22, 0])
def test_what_the_other_process_cannot_hand_over_is_read_here(last_there: int) -> None:
    folders = [Folder(f"content/activities/{number}", {}) for number in range(45)]
    here = os.getpid()

    def read(folder: Folder, findings: Findings) -> str:
        if os.getpid() != here and int(folder.name) < last_there:
            os._exit(1)
        findings.warn(folder.path, 1, "read", "here")
        return folder.name

    results = list(SharedReading(folders, read).finish())

    assert [folder for folder, _result in results] == folders
    assert [name for _folder, (name, _findings) in results] == [str(n) for n in range(45)]
    assert all(len(findings.warnings) == 1 for _folder, (_name, findings) in results)
