import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest

from bot.errors import BotError
from bot.report.paper import write_document
from bot.report.paper.writing import compose, render_page, typeset_paper
from tests.report.paper.cases import KINDS, NOWHERE, find_findings

NUMBER = re.compile(r"(?<!\w)−?\d+(?:[.,:]\d+)*(?!\w)")
VOID = ("meta", "rect", "line", "polygon")
SHEETS = [*((kind, "en") for kind in KINDS), *((kind, "da") for kind in ("three arms", "no arms"))]


class Page(HTMLParser):
    """Reads a page: its words in and outside of figures, its ids, and whether its tags close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.drawn: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            (self.drawn if "svg" in self.open else self.words).append(data)


@cache
def read_page(kind: str, language: str) -> Page:
    return Page(render_page(compose(find_findings(kind), language=language)))


@cache
def read_paper(kind: str, language: str) -> tuple[str, ...]:
    paper = typeset_paper(compose(find_findings(kind), language=language))
    document = pypdfium2.PdfDocument(paper)
    texts = []
    for page in document:
        text_page = page.get_textpage()
        texts.append(" ".join(text_page.get_text_range().split()))
        text_page.close()
        page.close()
    document.close()
    return tuple(texts)


def told(page: Page) -> str:
    return " ".join(" ".join(page.words).split())


@pytest.mark.parametrize(("kind", "language"), SHEETS)
def test_a_page_stands_alone_and_its_tags_close(kind: str, language: str) -> None:
    page = read_page(kind, language)

    assert page.open == []
    assert [each for each, count in Counter(page.ids).items() if count > 1] == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert [value for _name, value in page.attributes if "//" in (value or "")] == []
    assert ("lang", language) in page.attributes
    assert page.tags["main"] == page.tags["nav"] == page.tags["h1"] == 1
    assert page.tags["svg"] == page.tags["figcaption"] == page.tags["desc"] > 0
    assert page.tags["caption"] == page.tags["table"] > 0


@pytest.mark.parametrize(("kind", "language"), SHEETS)
def test_page_and_paper_tell_the_same_numbers(kind: str, language: str) -> None:
    page, paper = read_page(kind, language), read_paper(kind, language)

    on_page = set(NUMBER.findall(told(page)))
    drawn = set(NUMBER.findall(" ".join(page.drawn)))
    on_paper = set(NUMBER.findall(" ".join(paper)))

    assert len(on_page) > 20
    assert on_page - on_paper == set()
    numbers_of_pages = {str(number + 1) for number in range(len(paper))}
    assert on_paper - on_page - drawn - numbers_of_pages == set()


@pytest.mark.parametrize(("kind", "language"), SHEETS)
def test_the_brief_fills_the_first_page_of_the_paper_and_no_more(kind: str, language: str) -> None:
    brief, flow, *_rest = compose(find_findings(kind), language=language).sections

    first, second, *_others = read_paper(kind, language)

    assert brief.title in first
    assert all(point in first for point in brief.blocks[-1].items)
    assert second.partition(flow.title)[0] in ("", banner(kind, language))


def banner(kind: str, language: str) -> str:
    shown = compose(find_findings(kind), language=language).banner
    return f"{shown} " if shown else ""


@pytest.mark.parametrize("kind", ["two arms", "odd names"])
def test_simulated_data_are_said_to_be_simulated_on_the_page_and_on_every_sheet(kind: str) -> None:
    sentence = "The data in this report are simulated."

    assert sentence in told(read_page(kind, "en"))
    assert all(sentence in sheet for sheet in read_paper(kind, "en"))
    assert "simulated" not in told(read_page("no arms", "en"))


def test_without_arms_the_fixed_sentence_stands_first_and_no_effect_is_told() -> None:
    for language, sentence in (
        ("en", "This is not an impact estimate."),
        ("da", "Dette er ikke en effektmåling."),
    ):
        assert sentence in told(read_page("no arms", language))
        assert sentence in read_paper("no arms", language)[0]
    assert "randomisation" not in told(read_page("no arms", "en"))
    assert "This is not an impact estimate." not in told(read_page("two arms", "en"))


def test_names_are_shown_as_they_are_written_and_are_never_markup() -> None:
    html = render_page(compose(find_findings("odd names"), language="da"))

    assert "<script" not in html
    assert NOWHERE.split(" ")[0] in told(read_page("odd names", "da"))
    paper = " ".join(read_paper("odd names", "da"))
    assert "#*_@$[1] Ærø Børnehus" in paper
    assert "*spring* $x$ <b>" in paper


def test_the_same_findings_give_the_same_files(tmp_path: Path) -> None:
    findings = find_findings("no results")

    first = write_document(findings, tmp_path / "one", language="da")
    second = write_document(findings, tmp_path / "two", language="da")

    assert [each.name for each in first] == ["report.html", "report.pdf"]
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert sorted(each.name for each in (tmp_path / "one").iterdir()) == [
        "report.html",
        "report.pdf",
    ]


def test_where_one_file_cannot_be_written_the_other_is_not_either(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").mkdir()
    (tmp_path / "report.pdf" / "kept").write_text("something")

    with pytest.raises(BotError, match=r"The report cannot be written to .*: .*\. Use another"):
        write_document(find_findings("no results"), tmp_path, language="en")

    assert [each.name for each in tmp_path.iterdir()] == ["report.pdf"]


def test_a_language_that_the_report_is_not_written_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BotError) as refused:
        write_document(find_findings("no results"), tmp_path, language="ar")

    assert str(refused.value) == 'The report is not written in "ar". Use one of: en, da.'
    assert list(tmp_path.iterdir()) == []


def test_the_paper_says_its_title_and_language() -> None:
    paper = typeset_paper(compose(find_findings("no results"), language="da"))
    document = pypdfium2.PdfDocument(paper)

    assert document.get_metadata_value("Title").startswith("Kuffert i Ærø: Rapport om et klynge")
    assert b"/Lang" in paper
    document.close()


# What the brief may say


BRIEFS = {
    "two arms": ["a clear gain of about", "Under-powered", "That is a warning: the gap may widen."],
    "few centres": ["without an interval; nothing is clear. No interval: 36 allocations are"],
    "five centres": ["from too few centres for a test: a hint, not a finding"],
    "no arms": ["This is not an impact estimate.", "there was no group to compare with"],
    "all suppressed": ["not estimated. Suppressed: it rests on too few children."],
    "no results": ["There are no results to compare yet."],
    "weak first stage": ["no clear difference. The estimate is", "What an effect cost: not estim"],
    "harm": ["a clear loss of about", "not estimable: the effect is a harm, not a gain"],
    "no unit": ["There is nothing to measure it by"],
}


@pytest.mark.parametrize("kind", BRIEFS)
def test_the_brief_says_what_the_interval_bears(kind: str) -> None:
    first = read_paper(kind, "en")[0]

    for sentence in BRIEFS[kind]:
        assert sentence in first
    assert "no effect" not in " ".join(read_paper(kind, "en")).lower().replace(
        "no effect supposed", ""
    )


@pytest.mark.parametrize("kind", ["few centres", "five centres"])
def test_with_few_centres_no_p_stands_anywhere(kind: str) -> None:
    page = told(read_page(kind, "en"))

    assert "No p-value: an arm has 4 clusters, and fewer than 6 are too few." in page
    assert "p = " not in page
    assert "clear gain" not in page
    assert " p = " in told(read_page("two arms", "en"))


def test_a_weak_first_stage_hides_what_taking_part_did() -> None:
    assert "Not shown: the first stage is weak (F = " in told(read_page("weak first stage", "en"))


def test_what_the_evaluators_did_not_say_is_said_to_be_missing() -> None:
    words = told(read_page("no results", "en"))

    assert words.count("not stated") == 4


def test_suppressed_figures_are_dashes_with_a_note() -> None:
    page = read_page("all suppressed", "en")

    assert "A dash (–) is a figure that is suppressed" in told(page)
    assert "On the roster – –" in told(page)
    assert "None" not in told(page)
    assert "nan" not in told(page).split()
