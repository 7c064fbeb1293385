"""An opened number: what is painted of its arithmetic, and where keys lead from it."""

from typing import Any

import numpy as np
import pytest
from msgspec import structs

from tests.views.support import ASCII, NO_COLOUR, PALETTES
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Number, NumberFrame, WeightUpdate, WeightUpdateFrame
from tui_nn.spec.protocol.inside import Factor, Line, Place, RuleTerm
from tui_nn.views.architecture import LayerRow
from tui_nn.views.canvas import Canvas
from tui_nn.views.ink import DARK, Palette
from tui_nn.views.opened import (
    WINDOW,
    Cell,
    Level,
    beside,
    first_cell,
    in_layer,
    leading,
    level_of,
    moved,
    other_sample,
    place_at,
    probe_of,
    used_in,
)
from tui_nn.views.opened_page import paint_opened
from tui_nn.views.opened_words import aligned, name_of, title, whose

ROWS = (
    LayerRow("0", "Linear(2, 4)", (2,), (4,), 12, 8,
             tensors=(("0.weight", (4, 2)), ("0.bias", (4,)))),
    LayerRow("1", "Tanh()", (4,), (4,), 0, 0),
    LayerRow("2", "Linear(4, 1)", (4,), (1,), 5, 4,
             tensors=(("2.weight", (1, 4)), ("2.bias", (1,)))),
)  # fmt: skip
WEIGHT = Place(of="parameter", name="0.weight", index=(1, 0))
OUTPUT = Place(of="output", name="2", index=(0,), sample=2)
WIDE, NARROW = (106, 22), (76, 22)


def floats(*values: float) -> Array:
    return Array.of(np.array(values, np.float64))


def whole(*values: Any) -> Array:
    return Array.of(np.array(values, np.int64))


def linear(**changes: Any) -> NumberFrame:
    """An output of the last layer: Σ w·a + b over four units, sample 2."""
    w, a = (0.5, -1.25, 0.03125, 12.0), (1.0, 0.5, -0.25, 0.125)
    products = np.array(w) * np.array(a)
    weights = Factor(name="w", values=floats(*w), index=whole([0, 0], [0, 1], [0, 2], [0, 3]),
                     place=Place(of="parameter", name="2.weight"))  # fmt: skip
    inputs = Factor(name="a", values=floats(*a), index=whole([0], [1], [2], [3]),
                    place=Place(of="output", name="1", sample=2))  # fmt: skip
    total = float(products.sum())
    lines = (
        Line(name="sum", formula="w·a", operation="sum", factors=(weights, inputs),
             terms=floats(*products), numbers=whole(0, 1, 2, 3), count=4, total=total),
        Line(name="output", formula="sum + b", operation="formula", terms=floats(),
             numbers=whole(), count=0, total=total - 0.25, held=total - 0.25, ulp=0.5, agrees=True,
             factors=(
                 Factor(name="sum", values=floats(total), line=0),
                 Factor(name="b", values=floats(-0.25),
                        place=Place(of="parameter", name="2.bias", index=(0,))),
             )),
    )  # fmt: skip
    fields: dict[str, Any] = {
        "place": OUTPUT, "value": total - 0.25, "dtype": "float32", "lines": lines, "count": 4,
    }  # fmt: skip
    return NumberFrame(**(fields | changes))


def update() -> WeightUpdateFrame:
    rule = (
        ("gradient", "g ← ∂L/∂w", "g ← −0.5", -0.5, "slope of the loss for this weight"),
        ("m", "m ← β₁·m + (1−β₁)·g", "m ← 0.9·0 + 0.1·(−0.5)", -0.05, "fading mean of g"),
        ("new w", "w ← w − step", "w ← 0.25 − (−0.125)", 0.375, "the weight after the update"),
    )
    terms = tuple(
        RuleTerm(name=name, symbolic=symbolic, numbers=numbers, value=value, words=words)
        for name, symbolic, numbers, value, words in rule
    )
    return WeightUpdateFrame(
        tensor="0.weight", index=(1, 0), optimizer="Adam", terms=terms, before=0.25, after=0.375,
        ulp=0.0, agrees=True,
    )  # fmt: skip


def painted(
    level: Level, size: tuple[int, int] = WIDE, palette: Palette = DARK, problem: str = ""
) -> list[str]:
    canvas = Canvas(*size, palette)
    paint_opened(canvas, [level], ROWS, 4, problem)
    return canvas.text().split("\n")


def test_a_sum_is_told_term_by_term_with_its_decimal_points_in_a_line() -> None:
    shown = painted(Level(OUTPUT, frame=linear()), NARROW)
    assert shown[:13] == [
        " ▸forward   gradient                             sample 3 of 4 of the batch",
        " +1.1171875   = torch ✓  0.5 ulp                                    float32",
        "",
        " sum = Σ w·a   w: 2.weight  a: 1 Tanh                               4 terms",
        "      1  w[0,0]  +0.50000 ×  a[0] +1.000000 = +0.500000        ━━━━",
        "      2  w[0,1]  -1.25000 ×  a[1] +0.500000 = -0.625000        ━━━━━",
        "      3  w[0,2]  +0.03125 ×  a[2] -0.250000 = -0.007812",
        "      4  w[0,3] +12.00000 × ▸a[3] +0.125000 = +1.500000        ━━━━━━━━━━━━",
        "                                        sum = +1.367188",
        "",
        " output = sum + b   b: 2.bias",
        "         sum  +1.367188",
        "         b[0] -0.250000",
    ]


def test_the_update_of_a_weight_is_the_rule_of_its_optimizer_with_numbers() -> None:
    shown = painted(Level(WEIGHT, "update", frame=update()), NARROW)
    assert shown[:9] == [
        "  forward   gradient  ▸update",
        " +0.25 ▸ +0.375   = torch ✓  0 ulp                                     Adam",
        "",
        " ▸gradient            g ← ∂L/∂w           slope of the loss for this weight",
        "                      g ← −0.5                                  = -0.500000",
        "  m                   m ← β₁·m + (1−β₁)·g                  fading mean of g",
        "                      m ← 0.9·0 + 0.1·(−0.5)                    = -0.050000",
        "  new w               w ← w − step              the weight after the update",
        "                      w ← 0.25 − (−0.125)                       = +0.375000",
    ]


def test_why_nothing_is_there_is_said_in_place_of_it() -> None:
    level = Level(WEIGHT, "update")
    shown = painted(level, problem="the update is not made yet: phase 7 Update makes it")
    assert shown[3] == " the update is not made yet: phase 7 Update makes it"


def test_a_total_that_is_not_torchs_is_marked() -> None:
    frame = linear()
    wrong = replace_line(frame, agrees=False, ulp=900.0)
    assert "torch ✗  9e+02 ulp" in painted(Level(OUTPUT, frame=wrong))[1]


def replace_line(frame: NumberFrame, **changes: Any) -> NumberFrame:
    """With another last line."""
    *before, last = frame.lines
    lines = (*before, structs.replace(last, **changes))
    return structs.replace(frame, lines=lines)


def test_what_is_no_number_stands_in_words() -> None:
    frame = replace_line(linear(value=None, nonfinite={"value": "nan"}), total=None, held=None,
                         ulp=None, nonfinite={"total": "nan"})  # fmt: skip
    shown = painted(Level(OUTPUT, frame=frame))
    assert shown[1].startswith(" nan")
    assert any("output =       nan" in row for row in shown)


def test_what_is_given_has_no_arithmetic() -> None:
    place = Place(of="input", index=(0,), sample=0)
    shown = painted(Level(place, frame=linear(place=place, lines=())))
    assert "here every sum begins" in shown[3]


def long_sum(count: int) -> Line:
    """The first window of a sum of so many terms."""
    numbers = np.arange(WINDOW)
    place = Place(of="output", name="1", sample=0, gradient=True)
    factor = Factor(
        name="δ", values=floats(*numbers), index=Array.of(numbers[:, None]), place=place
    )
    return Line(
        name="gradient", formula="δ", operation="sum", factors=(factor,), terms=floats(*numbers),
        numbers=Array.of(numbers), count=count, total=3.0,
    )  # fmt: skip


def test_all_terms_of_a_long_sum_are_reached_window_by_window() -> None:
    line = long_sum(150)
    level = Level(WEIGHT, "gradient", frame=linear(lines=(line,)), at=Cell(0, WINDOW - 1))
    assert "terms 1–64 of 150" in "\n".join(painted(level))
    assert moved(level, level.frame, 1)  # type: ignore[arg-type]
    assert (level.start, level.at) == (WINDOW, Cell(0, 0))
    level.at = Cell(0, 0)
    assert moved(level, level.frame, -1)  # type: ignore[arg-type]
    assert (level.start, level.at) == (0, Cell(0, WINDOW - 1))
    level.at = Cell(0, 0)
    assert not moved(level, level.frame, -1)  # type: ignore[arg-type]


def test_the_cursors_row_is_seen_however_many_there_are() -> None:
    for term in range(WINDOW):
        level = Level(WEIGHT, "gradient", frame=linear(lines=(long_sum(150),)), at=Cell(0, term))
        shown = painted(level)
        assert any(f"{term + 1} ▸δ[{term}]" in row for row in shown)
        assert any("gradient = Σ δ" in row and "1–64 of 150" in row for row in shown[2:4])
        told = [row.split("δ[")[1].split("]")[0] for row in shown if "δ[" in row]
        assert told == sorted({*told}, key=int)  # each once
        assert not any("δ[" in row for row in shown[-2:])  # below stand other things


@pytest.mark.parametrize("size", [(106, 22), (76, 20), (40, 10), (20, 5), (1, 1)])
@pytest.mark.parametrize("palette", PALETTES)
def test_it_is_painted_at_any_size(size: tuple[int, int], palette: Palette) -> None:
    for level in (Level(OUTPUT, frame=linear()), Level(WEIGHT, "update", frame=update())):
        text = "\n".join(painted(level, size, palette))
        assert not palette.ascii_only or text.isascii(), text


def test_without_colour_the_cursor_and_the_way_are_marked_all_the_same() -> None:
    for palette, mark in ((NO_COLOUR, "▸"), (ASCII, ">")):
        shown = painted(Level(OUTPUT, frame=linear()), palette=palette)
        assert shown[0].startswith(f" {mark}forward")
        assert f"{mark}a[3]" in shown[7]


# Where keys lead


def test_the_cursor_begins_where_most_comes_from() -> None:
    assert leading(linear()) == Cell(0, 3, 1)
    assert place_at(linear(), Cell(0, 3, 1)) == Place(of="output", name="1", index=(3,), sample=2)


def test_a_weight_is_found_in_the_sum_in_which_it_is_used() -> None:
    level = Level(Place(of="parameter", name="2.weight", index=(0, 1)))
    probe = probe_of(level, ROWS)
    assert probe == Number(place=Place(of="output", name="2", index=(0,), sample=0), most=WINDOW)
    assert first_cell(level, linear()) == Cell(0, 1, 0)


def test_each_way_has_its_probe() -> None:
    gradient = Place(of="parameter", name="0.weight", index=(1, 0), gradient=True)
    assert probe_of(Level(WEIGHT, "gradient"), ROWS) == Number(place=gradient, most=WINDOW)
    assert probe_of(Level(WEIGHT, "update"), ROWS) == WeightUpdate(
        tensor="0.weight", index=(1, 0)
    )  # fmt: skip


def test_a_number_of_an_evaluation_or_a_loss_has_no_gradient_to_look_at() -> None:
    assert Level(OUTPUT).ways == ("forward", "gradient")
    assert Level(OUTPUT, part="val").ways == ("forward",)
    assert Level(Place(of="loss")).ways == ("forward",)


def test_what_a_term_opens_is_looked_at_as_it_stands_there() -> None:
    assert level_of(Place(of="output", name="1", index=(0,), sample=1, gradient=True)) == Level(
        Place(of="output", name="1", index=(0,), sample=1), "gradient"
    )
    assert level_of(WEIGHT) == Level(WEIGHT, "gradient")
    assert level_of(OUTPUT, "val") == Level(OUTPUT, part="val")


def test_the_numbers_of_a_layer_follow_each_other_and_its_biases_behind_them() -> None:
    level, seen = Level(Place(of="parameter", name="0.weight", index=(3, 0))), []
    while beside(level, ROWS, 1):
        seen.append(name_of(level.place, ROWS))
    assert seen == ["0.weight[3,1]", *(f"0.bias[{i}]" for i in range(4))]
    assert beside(level, ROWS, -1)
    assert level.place.index == (2,)


def test_up_and_down_lead_to_the_same_place_in_another_layer() -> None:
    level = Level(WEIGHT, "gradient")
    assert in_layer(level, ROWS, 1)
    assert (level.place.name, level.place.index) == ("2.weight", (0, 0))
    assert not in_layer(level, ROWS, 1)
    out = Level(OUTPUT)
    assert in_layer(out, ROWS, -1)
    assert title(out, ROWS) == "1 Tanh[0]"


def test_all_samples_together_stand_before_the_first() -> None:
    level = Level(WEIGHT, "gradient")
    assert whose(level, 4) == "all 4 samples of the batch"
    assert other_sample(level, 4, 1)
    assert whose(level, 4) == "sample 1 of 4 of the batch"
    assert other_sample(level, 4, -1)
    assert not other_sample(level, 4, -1)
    out = Level(Place(of="output", name="2", index=(0,), sample=0))
    assert not other_sample(out, 4, -1)


@pytest.mark.parametrize(
    ("row", "name", "index", "where"),
    [
        (LayerRow("0", "Conv2d(1, 8, 3)", (1, 8, 8), (8, 6, 6), 80, 0), "0.weight", (3, 0, 1, 1),
         (3, 3, 3)),
        (LayerRow("0", "ConvTranspose2d(1, 8, 3)", (1, 8, 8), (8, 10, 10), 80, 0), "0.weight",
         (0, 5, 1, 1), (5, 5, 5)),
        (LayerRow("0", "ConvTranspose2d(1, 8, 3)", (1, 8, 8), (8, 10, 10), 80, 0), "0.bias", (7,),
         (7, 5, 5)),
        (LayerRow("0", "BatchNorm2d(8)", (8, 6, 6), (8, 6, 6), 16, 0), "0.bias", (2,), (2, 3, 3)),
        (LayerRow("0", "LayerNorm(4)", (5, 4), (5, 4), 8, 0), "0.weight", (1,), (2, 1)),
        (LayerRow("0", "Linear(4, 3)", (5, 4), (5, 3), 15, 0), "0.weight", (2, 1), (2, 2)),
        (LayerRow("0", "Embedding(7, 4)", (2,), (2, 4), 28, 0), "0.weight", (6, 3), (1, 3)),
    ],
)  # fmt: skip
def test_every_weight_is_used_at_a_place_that_there_is(
    row: LayerRow, name: str, index: tuple[int, ...], where: tuple[int, ...]
) -> None:
    found = used_in(Place(of="parameter", name=name, index=index), (row,))
    assert (found.of, found.name, found.index, found.sample) == ("output", "0", where, 0)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((1.0, -2.0, 0.0), ["+1", "-2", " 0"]),
        ((0.5, -12.25), [" +0.50000", "-12.25000"]),
        ((0.5, 1e-7), ["+5.0000e-01", "+1.0000e-07"]),
        ((0.5, 0.0, float("nan")), ["+0.500000", " 0.000000", "      nan"]),
    ],
)
def test_numbers_of_a_column_have_their_points_in_a_line(
    values: tuple[float, ...], texts: list[str]
) -> None:
    assert aligned(values) == texts
