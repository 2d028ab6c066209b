"""What staff write in Markdown becomes the small HTML of chats, and no more than that."""

import pytest
from jinja2 import TemplateError

from bot.catalogue.shown.wording import find_foreign_markup, plain_length, render


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Plain.", "Plain."),
        ("**bold** and *italic*", "<b>bold</b> and <i>italic</i>"),
        ("***both***", "<i><b>both</b></i>"),
        ("one\nline", "one line"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("3 < 4 & 5 > 4", "3 &lt; 4 &amp; 5 &gt; 4"),
        ("salt &amp; pepper", "salt &amp; pepper"),
        (r"a \* star", "a * star"),
    ],
)
def test_paragraphs_bold_and_italic_are_kept_and_text_is_escaped(markdown: str, html: str) -> None:
    assert render(markdown, {}) == html


def test_placeholders_are_filled() -> None:
    assert render("In {{ school_language }}!", {"school_language": "Danish"}) == "In Danish!"


def test_a_value_is_escaped() -> None:
    assert render("In {{ name }}!", {"name": "A & B"}) == "In A &amp; B!"


def test_a_placeholder_without_a_value_is_refused() -> None:
    with pytest.raises(TemplateError, match="'school_language' is undefined"):
        render("In {{ school_language }}!", {})


@pytest.mark.parametrize(
    "template",
    ["{{ ''.__class__.__mro__ }}", "{{ [].append(1) }}", "{{ render.__globals__ }}"],
)
def test_a_text_cannot_reach_out_of_the_sandbox(template: str) -> None:
    with pytest.raises(TemplateError):
        render(template, {})


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("**bold**, *italic*\n\nand more", []),
        ("one\n\n# two", [(2, "heading")]),
        ("one\n\n### two", [(2, "heading")]),
        ("[a](http://b.example)", [(0, "link")]),
        ("`a`", [(0, "code inline")]),
        ("a <b>b</b>", [(0, "html inline"), (0, "html inline")]),
        ("one\n\n<div>", [(2, "html block")]),
        ("- a", [(0, "bullet list"), (0, "list item")]),
        ("![a](b.png)", [(0, "image")]),
    ],
)
def test_other_markup_is_found_with_its_line(markdown: str, found: list[tuple[int, str]]) -> None:
    assert find_foreign_markup(markdown) == found


@pytest.mark.parametrize(
    ("html", "length"),
    [("", 0), ("<b>a</b>", 1), ("&lt;b&gt;", 3), ("&amp;amp;", 5), ("👍", 2), ("ر\u2068", 2)],
)
def test_length_is_counted_as_telegram_counts_it(html: str, length: int) -> None:
    assert plain_length(html) == length
