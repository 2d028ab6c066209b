"""Words of the chat become words of paper."""

import pytest

from bot.printing.texts import LINE_END, Span, split_paragraphs, without_emoji


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("Plain.", [[Span("Plain.")]]),
        ("a &lt;b&gt; &amp; c", [[Span("a <b> & c")]]),
        ("<b>bold</b> <i>so</i>", [[Span("bold", True), Span(" "), Span("so", False, True)]]),
        ("<b>a <i>b</i></b>", [[Span("a ", True), Span("b", True, True)]]),
        ("one\ntwo", [[Span("one"), LINE_END, Span("two")]]),
        ("one\n\n<b>two</b>", [[Span("one")], [Span("two", True)]]),
        ("✅ Yes", [[Span("Yes")]]),
        ("#panic() $x$ *y*", [[Span("#panic() $x$ *y*")]]),
        ("", []),
    ],
)
def test_html_becomes_paragraphs_of_spans(html: str, paragraphs: list[list[Span]]) -> None:
    assert [list(each) for each in split_paragraphs(html)] == paragraphs


@pytest.mark.parametrize(
    ("text", "left"),
    [("✅ نعم", "نعم"), ("▶️ Go on", "Go on"), ("a 🎈 b", "a b"), ("3 + 4", "3 + 4")],
)
def test_emoji_are_left_out_and_nothing_else(text: str, left: str) -> None:
    assert without_emoji(text) == left
