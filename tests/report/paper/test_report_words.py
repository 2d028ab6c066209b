import ast
import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.report.estimates.adjusting import describe_power
from bot.report.estimates.records import Estimate
from bot.report.paper.blocks import Document
from bot.report.paper.phrasing import PLACE, find_words
from bot.report.paper.speech import Speech, load_messages
from bot.report.paper.writing import compose, render_page
from bot.report.phrases import Phrase
from tests.report.paper.cases import KINDS, find_findings

ROOT = Path(__file__).parents[3]
ESTIMATES = ROOT / "bot" / "report" / "estimates"
NEVER_SHOWN = {  # mistakes of whoever calls, names of columns, and parts of what is whole elsewhere
    "the smallest effect that it would find four times in five is 7",
    "standard deviations; an effect worth finding was set at 7",
    "7 clusters have too many combinations to try them all. Draw, or use at most 12.",
    "A cost of 7 for 7 children. Use 0 or more, for 1 or more.",
    "stratum 7",
    "baseline missing",
    "arm x disadvantage",
    "Romano and Wolf's step-down needs every cluster to have every outcome.",
    "Stratum 7 was to have 7 treated clusters; the trial's arms do not fit that. "
    "Give the scheme that the arms were drawn from.",
}
LEFT_OUT = ("__init__.py", "trial.py")
BUILT = ("describe_power", "withhold_p")


def render(kind: str, language: str) -> str:
    document: Document = compose(find_findings(kind), language=language)
    return render_page(document)


@pytest.mark.parametrize("kind", KINDS)
def test_a_danish_report_holds_no_english(kind: str) -> None:
    words = render(kind, "da").replace("&#39;", "'")

    left = [
        piece
        for message, translated in load_messages("da").items()
        for piece in PLACE.split(message)[::2]
        if len(piece) >= 12 and piece not in str(translated) and piece in words
    ]

    assert left == []


def test_danish_and_english_have_the_same_places() -> None:
    for message, translated in load_messages("da").items():
        forms = [translated] if isinstance(translated, str) else translated
        for form in forms:
            assert form, message
            assert set(PLACE.findall(form)) == set(PLACE.findall(message)), message


def test_no_translation_is_the_english_but_for_signs_and_a_name() -> None:
    same = {message for message, words in load_messages("da").items() if message == words}

    assert same == {"p", "ICC", "Fieller"}


def test_every_message_of_the_code_is_translated() -> None:
    said = {text for path in sorted((ROOT / "bot/report/paper").glob("*.py"))
            for text in list_messages(path)}  # fmt: skip

    assert len(said) > 100
    assert sorted(said - set(load_messages("da"))) == []


def test_every_phrase_of_the_analysis_is_translated() -> None:
    phrases = {
        node.args[0].value
        for path in sorted((ROOT / "bot" / "report" / "analysis").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Phrase"
        and isinstance(node.args[0], ast.Constant)
    }

    assert len(phrases) >= 6
    assert phrases <= set(load_messages("da"))


def list_messages(path: Path) -> Iterator[str]:
    """List what is said, and every word of a table of names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        texts: list[ast.expr | None] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = list(node.args[:1]) if node.func.attr in ("say", "count") else []
        elif isinstance(node, ast.Dict):
            texts = list(node.values)
        for each in texts:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_a_report_says_is_without_a_translation(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: set[str] = set()
    find, tell = Speech._find, Speech.tell

    def find_noting(speech: Speech, text: str) -> str:
        left.update({text} - set(speech.sentences))
        return find(speech, text)

    def tell_noting(speech: Speech, text: str) -> str:
        if text and find_words(text, speech.sentences, write=str) is None:
            left.add(text)
        return tell(speech, text)

    monkeypatch.setattr(Speech, "_find", find_noting)
    monkeypatch.setattr(Speech, "tell", tell_noting)

    compose(find_findings(kind), language="da")

    assert left == set()


def test_every_sentence_of_the_estimates_is_translated() -> None:
    danish = Speech("da")
    shown = {text for path in sorted(ESTIMATES.glob("*.py")) if path.name not in LEFT_OUT
             for text in list_sentences(path)} - NEVER_SHOWN  # fmt: skip

    assert len(shown) > 40
    same = {"7; Fieller; 7"}
    assert [each for each in sorted(shown - same) if danish.tell(each) == each] == []


def list_sentences(path: Path) -> Iterator[str]:
    """List a module's strings that read like words; what is filled in is its name's, or 7."""
    module = importlib.import_module(f"bot.report.estimates.{path.stem}")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in BUILT:
            left_out |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            left_out |= {id(each.value) for each in node.body[:1] if isinstance(each, ast.Expr)}
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(each) for each in ast.walk(node) if each is not node}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if len(node.value.split()) > 1:
                yield node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(fill(part, module) for part in node.values)
            if len(text.split()) > 1 and text.replace("7", "").strip(" ;:") != "":
                yield text


def fill(part: ast.expr, module: object) -> str:
    """Fill a place: with a constant of the module where it is one, with a method, or with 7."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    value = part.value if isinstance(part, ast.FormattedValue) else part
    told = ast.unparse(value)
    if told in ("estimate.method", "each.method", "names[1]"):
        return "drawn allocations"
    if told == "kind":
        return "exact, all allocations"
    if told == "name":
        return "other children"
    return str(getattr(module, told, 7))


def test_what_a_trial_could_have_found_is_said_in_danish() -> None:
    danish = Speech("da")
    large = Estimate("", 0.1, "", 100, (30, 30), se=0.05)
    small = Estimate("", 0.1, "", 100, (6, 6), se=0.5)
    unknown = Estimate("", None, "", 100, (1, 1))

    assert danish.tell(describe_power(large)).startswith("Stor nok: Den mindste effekt")
    assert "1,55 standardafvigelser" in danish.tell(describe_power(small))
    assert danish.tell(describe_power(unknown)).startswith("For lille til at finde")


def test_joined_methods_and_reasons_are_translated_part_by_part() -> None:
    danish = Speech("da")

    assert danish.tell(
        "No interval: 36 allocations are too few to refuse any effect. "
        "No p-value: an arm has 4 clusters, and fewer than 6 are too few."
    ) == (
        "Intet interval: 36 mulige lodtrækninger er for få til at afvise nogen effekt. "
        "Ingen p-værdi: En gruppe har 4 klynger, og færre end 6 er for få."
    )
    assert danish.tell("something that nobody has translated") == (
        "something that nobody has translated"
    )


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    danish, english = Speech("da"), Speech("en")

    assert danish.number(-1234.5) == "−1.234,50"
    assert english.number(-1234.5) == "−1,234.50"
    assert english.number(-0.001) == "0.00"
    assert english.number(None) == "–"
    assert danish.percent(0.456) == "46\u00a0%"
    assert english.percent(-0.05) == "−5%"
    assert danish.with_p(0.0004) == "p < 0,001"
    assert english.with_p(0.0123) == "p = 0.012"
    assert danish.bounds((-0.1, 0.25)) == "−0,10 til 0,25"
    assert danish.day(date(2027, 3, 1)) == "1. marts 2027"
    assert english.day(date(2027, 3, 1)) == "1 March 2027"
    assert english.moment(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)) == "20 November 2026 09:30 UTC"
    assert danish.count("{number} centre", "{number} centres", 1) == "1 institution"
    assert english.count("{number} centre", "{number} centres", 1200) == "1,200 centres"
    assert danish.language_name("ar") == "arabisk"
    assert english.language_name("no such language") == "no such language"


def test_a_phrase_is_filled_in_the_reader_s_language() -> None:
    phrase = Phrase("Share with the home language {language}", {"language": "ar"})

    assert Speech("da").phrase(phrase) == "Andel med hjemmesproget arabisk"
    assert Speech("en").phrase(phrase) == "Share with the home language Arabic"
