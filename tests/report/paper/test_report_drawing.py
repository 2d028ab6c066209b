from bot.report.paper.charts import WIDTH, Bar, Group, Whisker, draw_bars, draw_whiskers, find_axis
from bot.report.paper.drawing import Box, Drawing, Shape, Words, measure, render_svg, wrap
from bot.report.paper.flow_chart import draw_flow
from bot.report.paper.speech import Speech
from tests.report.paper.cases import find_findings

ENGLISH = Speech("en")


def test_text_is_broken_so_that_every_line_fits() -> None:
    lines = wrap("A centre with a long name, and Donaudampfschifffahrtsgesellschaft", 120)

    assert len(lines) > 3
    assert all(measure(each) <= 120 for each in lines)
    assert "".join(lines).replace(" ", "") == (
        "Acentrewithalongname,andDonaudampfschifffahrtsgesellschaft"
    )


def test_a_bar_is_as_long_as_its_share_and_a_suppressed_one_is_not_drawn() -> None:
    drawing = draw_bars([Group("", [Bar("one", 0.5, "50%"), Bar("two", None, "–")])])

    frames = [mark for mark in drawing.marks if isinstance(mark, Box)]
    assert [round(each.width) for each in frames] == [round(WIDTH - 2), round((WIDTH - 2) / 2)]


def test_an_axis_holds_zero_and_every_estimate() -> None:
    lines = [Whisker("a", 0.31, (0.02, 0.6), ""), Whisker("b", 0.9, None, "")]

    axis = find_axis(lines)

    assert axis.low <= 0 < 0.9 <= axis.high
    assert axis.place(0.0) >= 0
    assert axis.place(5.0) == axis.place(axis.high)


def test_an_interval_that_goes_far_beyond_the_others_ends_in_an_arrow() -> None:
    usual = [Whisker(str(n), 0.1, (-0.2, 0.4), "") for n in range(4)]
    far = Whisker("far", 0.2, (-40.0, 40.0), "")

    without = draw_whiskers([Group("", usual)], ENGLISH, unit="")
    with_far = draw_whiskers([Group("", [*usual, far])], ENGLISH, unit="")

    assert sum(isinstance(mark, Shape) for mark in without.marks) == 0
    assert sum(isinstance(mark, Shape) for mark in with_far.marks) == 2


def test_the_flow_has_a_column_for_each_arm_and_nothing_outside_the_sheet() -> None:
    for kind, columns in (("no arms", 1), ("two arms", 2), ("three arms", 3), ("odd names", 2)):
        drawing = draw_flow(find_findings(kind).flow, ENGLISH)

        analysed = [mark for mark in drawing.marks
                    if isinstance(mark, Words) and mark.text == "Analysed"]  # fmt: skip
        assert len(analysed) == columns
        for mark in drawing.marks:
            if isinstance(mark, Box):
                assert mark.x >= 0
                assert mark.x + mark.width <= drawing.width
                assert mark.y + mark.height <= drawing.height


def test_words_in_a_drawing_are_escaped() -> None:
    drawing = Drawing(10, 10)
    drawing.add(Words(0, 0, "<script>&"))

    svg = render_svg(drawing, key="k", title="<b>", description='"d"')

    assert "<script>" not in svg
    assert "&lt;script&gt;&amp;" in svg
    assert "<b>" not in svg
