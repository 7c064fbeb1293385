import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tui_nn.plot.cells import cell_width
from tui_nn.plot.chart import Chart, Line, Mark, chart
from tui_nn.spec.errors import InvalidInput

RED, BLUE = (200, 30, 30), (30, 60, 200)


def rows_of(drawn: Chart) -> list[str]:
    """Characters of each row."""
    return ["".join(text for text, _ in row) for row in drawn.rows]


def canvas_of(drawn: Chart) -> list[str]:
    """What is right of the y axis, without the rows of the x axis and the legend."""
    rows = rows_of(drawn)
    bottom = next(i for i, row in enumerate(rows) if "└" in row or re.match(r" *\+[-+]+$", row))
    axis = rows[bottom].index("└") if "└" in rows[bottom] else rows[bottom].index("+")
    return [row[axis + 1 :] for row in rows[:bottom]]


def ramp(n: int = 50) -> Line:
    return Line("ramp", np.arange(float(n)), np.arange(float(n)))


anything = st.floats(allow_nan=True, allow_infinity=True)
y_arrays = st.integers(0, 40).flatmap(lambda n: arrays(np.float64, n, elements=anything))


@st.composite
def any_line(draw: st.DrawFn) -> Line:
    y = draw(y_arrays)
    x = draw(
        st.just(np.arange(len(y), dtype=np.float64)) | arrays(np.float64, len(y), elements=anything)
    )
    colour = draw(st.sampled_from([None, RED, BLUE]))
    return Line(draw(st.text(max_size=12)), x, y, colour)


@st.composite
def any_mark(draw: st.DrawFn) -> Mark:
    at = draw(st.floats(-1e200, 1e200))
    text = draw(st.text(max_size=8))
    return Mark(text, x=at) if draw(st.booleans()) else Mark(text, y=at)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(any_line(), max_size=6),
    st.integers(20, 90),
    st.integers(5, 24),
    st.booleans(),
    st.booleans(),
    st.lists(any_mark(), max_size=2),
    st.text(max_size=12),
)
def test_every_chart_fills_exactly_its_cells(
    lines: list[Line],
    width: int,
    height: int,
    log_y: bool,
    ascii_only: bool,
    marks: list[Mark],
    label: str,
) -> None:
    drawn = chart(
        lines,
        width,
        height,
        x_label=label,
        y_label=label,
        log_y=log_y,
        marks=marks,
        ascii_only=ascii_only,
    )
    assert (drawn.width, drawn.height) == (width, height)
    assert [cell_width(row) for row in rows_of(drawn)] == [width] * height
    if ascii_only:
        assert drawn.text(colour=False).isascii()


def test_a_straight_line_runs_from_corner_to_corner() -> None:
    canvas = canvas_of(chart([Line("", np.array([0.0, 10]), np.array([0.0, 10]))], 40, 12))
    assert canvas[-1].startswith(("⡠", "⣀", "⢀", "⡀", "⠤"))
    assert canvas[0].rstrip()[-1] in "⠉⠊⠁⠒⠈"
    leftmost = [len(row) - len(row.lstrip()) for row in canvas]
    assert leftmost == sorted(leftmost, reverse=True)


def test_in_ascii_each_point_lies_in_the_cell_mathematics_gives() -> None:
    x = np.arange(0.0, 37.0)
    canvas = canvas_of(chart([Line("", x, np.full(37, 4.0))], 40, 12, ascii_only=True))
    height, width = len(canvas), len(canvas[0])
    ends = chart([Line("", x, np.full(37, 4.0))], 40, 12).y_limits
    assert ends is not None
    expected = height - 1 - round((4 - ends[0]) / (ends[1] - ends[0]) * (height - 1))
    assert [row for row, text in enumerate(canvas) if "*" in text] == [expected]
    assert canvas[expected] == "*" * width


def test_an_exponential_on_a_log_axis_is_a_straight_line() -> None:
    x = np.linspace(0, 2, 200)
    linear = canvas_of(chart([Line("", x, x)], 60, 15, y_limits=(0, 2), y_label="log"))
    log = canvas_of(chart([Line("", x, 10**x)], 60, 15, log_y=True))
    assert len(linear[0]) == len(log[0])
    assert linear == log


def test_a_spike_of_one_point_among_many_reaches_the_top() -> None:
    y = np.zeros(50_000)
    y[31_234] = 1.0
    for position in range(4):
        lines = [Line(f"flat {i}", np.arange(50_000.0), 0 * y) for i in range(position)]
        canvas = canvas_of(chart([*lines, Line("loss", np.arange(50_000.0), y)], 60, 12))
        place = round(31_234 / 49_999 * (len(canvas[0]) - 1))
        for row in canvas:
            assert row[place - 1 : place + 2].strip()


def test_nan_breaks_the_line() -> None:
    y = np.ones(100)
    y[40:60] = np.nan
    canvas = canvas_of(chart([Line("", np.arange(100.0), y)], 70, 9))
    (line,) = (row for row in canvas if row.strip())
    blank = [i for i, character in enumerate(line) if character == " "]
    share = np.array(blank) / (len(line) - 1) * 99
    assert len(blank) >= 10
    assert 38 < share.min() < 42
    assert 57 < share.max() < 61


def test_a_single_point_is_seen() -> None:
    drawn = chart([Line("loss", np.array([7.0]), np.array([0.7]))], 40, 9, x_label="step")
    assert sum(bool(row.strip()) for row in canvas_of(drawn)) == 1
    assert re.search(r"^ *step +7 *$", rows_of(drawn)[-2])
    assert any(row.lstrip().startswith("0.7") for row in rows_of(drawn))


def test_equal_values_have_readable_labels_around_them() -> None:
    drawn = chart([Line("loss", np.arange(9.0), np.full(9, 0.6931472))], 40, 10)
    text = drawn.text(colour=False)
    assert re.findall(r"^ *([\d.]+)┤", text, re.MULTILINE) == ["0.8", "0.7", "0.6"]


def test_an_axis_of_tiny_losses_never_reads_zero_point_zeros() -> None:
    y = 1e-9 * np.arange(1, 20.0)
    for log_y in (False, True):
        text = chart([Line("", np.arange(19.0), y)], 60, 12, log_y=log_y).text(colour=False)
        assert "0.0000" not in text
        assert "e-" in text


@pytest.mark.parametrize(
    ("y", "log_y", "says"),
    [
        ([], False, "no values yet"),
        ([np.nan, np.nan], False, "no finite values"),
        ([np.inf, np.nan], True, "no finite values"),
        ([-1.0, 0.0], True, "no value above 0"),
    ],
)
def test_an_empty_chart_says_why(y: list[float], log_y: bool, says: str) -> None:
    line = Line("loss", np.arange(float(len(y))), np.array(y))
    for width, height in ((20, 5), (60, 10)):
        assert says in chart([line], width, height, log_y=log_y).text(colour=False)


def test_values_a_log_axis_cannot_show_are_counted() -> None:
    line = Line("loss", np.arange(5.0), np.array([-1.0, 0.0, 1.0, np.inf, 10.0]))
    wide = chart([line], 70, 10, log_y=True).text(colour=False)
    assert "2 values ≤ 0, 1 value infinite left out" in wide
    assert "3 left out" in chart([line], 20, 5, log_y=True).text(colour=False)
    assert "left out" not in chart([ramp()], 60, 10).text(colour=False)
    ascii_only = chart([line], 70, 10, log_y=True, ascii_only=True).text(colour=False)
    assert "2 values <= 0" in ascii_only


def test_the_legend_names_each_line_with_its_own_sample() -> None:
    lines = [Line(name, np.arange(9.0), np.arange(9.0) * i) for i, name in enumerate("pqrs", 1)]
    legend = rows_of(chart(lines, 60, 12))[-1]
    assert legend.split() == ["──", "p", "╌╌", "q", "··", "r", "─·", "s"]
    assert rows_of(chart(lines, 60, 12, ascii_only=True))[-1].split() == list("*p+qorxs")


def test_without_anything_to_say_no_row_is_kept_for_a_legend() -> None:
    rows = rows_of(chart([Line("", np.arange(9.0), np.arange(9.0))], 60, 12))
    assert "└" in rows[-2]


def test_names_without_room_are_counted_and_never_cut_in_two() -> None:
    lines = [Line(f"optimizer {i}", np.arange(9.0), np.arange(9.0) * i) for i in range(7)]
    legend = rows_of(chart(lines, 46, 12))[-1].split("  ")
    words = [word.strip() for word in legend if word.strip()]
    assert words == ["a optimizer 0", "b optimizer 1", "+5"]


def test_more_than_four_lines_carry_their_letter_at_their_end() -> None:
    lines = [Line(name, np.arange(9.0), np.full(9, float(i))) for i, name in enumerate("uvwxyz")]
    drawn = chart(lines, 60, 24)
    ends = [row.rstrip()[-1] for row in canvas_of(drawn) if row.strip()]
    assert ends == ["f", "e", "d", "c", "b", "a"]


def test_a_pattern_tells_lines_apart_where_they_are_flat() -> None:
    x = np.arange(50.0)
    lines = [Line("train", x, 0 * x), Line("val", x, 0 * x + 1)]
    val, *_, train = (row for row in canvas_of(chart(lines, 60, 12)) if row.strip())
    assert " " not in train
    assert val.strip().count(" ") > 5


def test_marks_stand_at_their_place_with_their_text() -> None:
    marks = [Mark("lr x 0.1", x=25), Mark("goal", y=0.5, colour=RED)]
    drawn = chart([Line("", np.arange(51.0), np.zeros(51))], 60, 13, y_limits=(0, 1), marks=marks)
    canvas = canvas_of(drawn)
    assert {row.index("┊") for row in canvas[:4]} == {len(canvas[0]) // 2}
    assert "lr x 0.1" in canvas[0]
    assert [i for i, row in enumerate(canvas) if "┈" in row] == [len(canvas) // 2]
    assert ("goal", RED) in [run for row in drawn.rows for run in row]


def test_a_level_mark_keeps_its_text_while_a_line_comes_up_to_it() -> None:
    steps = np.arange(40.0)
    goal = [Mark("goal", y=0.9)]
    places = set()
    for end in range(10, 41):
        x, y = steps[:end], 1 - 0.9 ** steps[:end]
        rows = chart([Line("", x, y)], 60, 12, marks=goal, y_limits=(0, 1)).rows
        texts = ["".join(text for text, _ in row) for row in rows]
        places |= {(y, text.index("goal")) for y, text in enumerate(texts) if "goal" in text}
    assert len(places) == 1


def test_a_mark_beyond_the_data_widens_the_axes() -> None:
    drawn = chart([ramp()], 60, 12, marks=[Mark("goal", y=90), Mark("end", x=200)])
    assert (drawn.x_limits, drawn.y_limits) == ((0, 200), (0, 100))


@pytest.mark.parametrize("log_y", [False, True])
def test_axes_given_the_limits_of_the_chart_before_never_shrink(log_y: bool) -> None:
    first = chart([Line("", np.arange(1, 50.0), np.arange(1, 50.0))], 60, 12, log_y=log_y)
    x_limits, y_limits = first.x_limits, first.y_limits
    small = Line("", np.array([5.0, 6.0]), np.array([5.0, 6.0]))
    second = chart([small], 60, 12, log_y=log_y, x_limits=x_limits, y_limits=y_limits)
    assert (second.x_limits, second.y_limits) == (x_limits, y_limits)


def test_points_are_drawn_in_order_of_x() -> None:
    x = np.random.default_rng(3).permutation(80.0 * np.arange(80))
    shuffled = chart([Line("", x, x**2)], 60, 12)
    ordered = chart([Line("", np.sort(x), np.sort(x) ** 2)], 60, 12)
    assert shuffled == ordered


def test_colours_are_rgb_codes_and_only_where_there_is_colour() -> None:
    lines = [Line("train", np.arange(9.0), np.arange(9.0), RED)]
    drawn = chart(lines, 60, 12, frame=BLUE)
    text = drawn.text(colour=True)
    assert "\x1b[38;2;200;30;30m" in text
    assert "\x1b[38;2;30;60;200m" in text
    assert re.sub(r"\x1b\[[\d;]*m", "", text).split("\n") == [r.rstrip() for r in rows_of(drawn)]
    assert "\x1b" not in drawn.text(colour=False)
    assert "\x1b" not in chart([ramp()], 60, 12).text(colour=True)


def test_two_charts_after_one_another_do_not_mix() -> None:
    falling = Line("falling", np.arange(50.0), -np.arange(50.0), RED)
    alone = chart([ramp()], 60, 12)
    other = chart([falling], 44, 9, ascii_only=True)
    assert chart([ramp()], 60, 12) == alone
    assert chart([falling], 44, 9, ascii_only=True) == other


def test_charts_drawn_in_threads_do_not_mix() -> None:
    lines = [Line(str(k), np.arange(50.0), np.sin(np.arange(50.0) / k)) for k in range(1, 9)]
    alone = [chart([line], 50, 10) for line in lines]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda line: chart([line], 50, 10), lines)) == alone


def test_the_size_of_the_terminal_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    large = chart([ramp()], 150, 50)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("LINES", "8")
    assert chart([ramp()], 150, 50) == large


def test_plotext_is_only_loaded_when_something_is_drawn() -> None:
    code = "import sys, tui_nn.plot.chart; sys.exit('plotext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("width", "height"), [(19, 10), (60, 4)])
def test_a_size_too_small_is_refused_with_the_way_out(width: int, height: int) -> None:
    with pytest.raises(InvalidInput, match="at least 20x5"):
        chart([ramp()], width, height)


def test_lines_and_marks_that_make_no_sense_are_refused() -> None:
    three = np.arange(3.0)
    with pytest.raises(InvalidInput, match="loss: has 3 x and 2 y values"):
        Line("loss", three, three[:2])
    with pytest.raises(InvalidInput, match="shape"):
        Line("loss", three, three[None])
    with pytest.raises(InvalidInput, match="more than numbers"):
        Line("loss", three, np.array(["a", "b", "c"]))
    for x, y in ((None, None), (1.0, 1.0), (np.nan, None), (None, np.inf)):
        with pytest.raises(InvalidInput, match="a finite x or a finite y"):
            Mark("goal", x=x, y=y)
    with pytest.raises(InvalidInput, match="no axis spans"):
        chart([ramp()], 60, 12, y_limits=(1, 0))


def test_marks_of_an_empty_chart_leave_its_message_readable() -> None:
    marks = [Mark("goal", y=0.5), Mark("lr", x=50)]
    drawn = chart([], 60, 12, x_limits=(0, 100), y_limits=(0, 1), marks=marks)
    assert " no values yet " in drawn.text(colour=False)
