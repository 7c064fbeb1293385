from itertools import product

import numpy as np
import pytest
from msgspec.structs import replace

from tests.views.answering import Engine, Floats, predictions_frame
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    PALETTES,
    layer,
    paints_at_any_size,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Map
from tui_nn.views.desk import Desk
from tui_nn.views.ink import Palette
from tui_nn.views.layout import Heights
from tui_nn.views.panels.data import DATA, HEAD
from tui_nn.views.panels.data_words import VAL_COUNTS
from tui_nn.views.world import SAMPLES, World

[VIEW] = DATA.views
ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
NEURON = (layer("Linear(2, 1)", 1, parameters=3), layer("Heaviside()", 1))
MANY = (layer("Linear(2, 8)", 8, parameters=24), layer("Linear(8, 2)", 2, parameters=18))


def gate() -> World:
    told = started(
        layers=NEURON, train_count=4, val_count=0,
        experiment={"data": "and_gate()", "loss": "HalfSquaredError()"},
    )  # fmt: skip
    return world_of(told, known=samples(ROWS, [0, 0, 0, 1], points=Array.of(ROWS)))


def points() -> World:
    told = started(layers=MANY, experiment={"data": "spiral(n=500, noise=0.0)"})
    known = samples(ROWS, [0, 1, 1, 1], points=Array.of(ROWS), sample_name="point")
    return world_of(told, known=known)


def digits(names: tuple[str, ...] = (), count: int = 6) -> World:
    told = started(
        layers=(layer("Conv2d(1, 8, 3)", 8, 2, 2), *MANY), experiment={"data": "digits()"},
        train_count=1437, val_count=0,
    )  # fmt: skip
    pictures = np.zeros((count, 1, 4, 4))
    pictures[:, 0, :2] = 16
    known = samples(
        pictures, [0, 0, 1, 1, 2, 2][:count], sample_name="picture", class_names=names,
        class_counts=Array.of(np.array([2, 2, 2])),
    )  # fmt: skip
    return world_of(told, known=known)


def table(values: bool = False) -> World:
    told = started(layers=MANY, experiment={"data": "wine()"}, train_count=142, val_count=36)
    x = np.array([[11.0, 0.5, -1], [13.0, 1.5, 1], [15.0, 4.0, 0]])
    names = ("alcohol", "malic acid", "hue")
    if values:
        known = samples(x, np.array([1.0, 2.0, 6.0]), input_names=names, target_names=("price",))
    else:
        known = samples(
            x, [0, 1, 2], input_names=names, class_names=("a", "b", "c"), sample_name="sample"
        )
    return world_of(told, known=known)


def tokens() -> World:
    told = started(layers=MANY, experiment={"data": "modular_addition(p=5)"}, val_count=0)
    known = samples(np.zeros((3, 2)), [1, 4, 3], class_counts=Array.of(np.ones(5, np.int64)))
    whole = Array.of(np.array([[0, 1], [2, 2], [4, 4]]))
    return world_of(told, known=replace(known, x=whole))


def boundary(places: Floats) -> Floats:
    """Right of the middle it is class 1."""
    return (places[:, :1] > 0.5).astype(float)


def test_a_gate_is_its_rows_on_its_map_with_what_is_wrong() -> None:
    engine = Engine(boundary, answers=predictions_frame([0, 0, 1, 1], [0, 0, 0, 1]))
    assert engine.painted(VIEW, gate(), (34, 8), palette=NO_COLOUR) == [
        "                 ░░░░░░░░░░░░░░░░░",
        "            ○ 01 ░░░░● 11░░░░░░░░░",
        "                 ░░░░░░░░░░░░░░░░░",
        "                 ░░░░░░░░░░░░░░░░░",
        "                 ░░░░░░░░░░░░░░░░░",
        "            ○ 00 ░░░░○ 10 ✗░░░░░░░",
        "                 ░░░░░░░░░░░░░░░░░",
        " ○ target 0   ● target 1   ░ y = 1",
    ]
    assert VIEW.note(gate(), Desk()) == "and_gate()"
    rows = VIEW.rows(gate(), 34)
    assert (rows.least, max(rows.want), max(rows.more)) == (3, 11, 17)


def test_nothing_is_wrong_before_it_is_known() -> None:
    rows = Engine().painted(VIEW, gate(), (34, 8), palette=NO_COLOUR)
    assert "✗" not in "".join(rows)
    assert "░" not in "".join(rows[:-1])


def test_a_smooth_neuron_fades() -> None:
    layers = (NEURON[0], layer("Sigmoid()", 1))
    known = samples(ROWS, [0, 0, 0, 1], points=Array.of(ROWS))
    world = world_of(started(layers=layers, experiment={"loss": "BCELoss()"}), known=known)
    rows = Engine(lambda p: 1 / (1 + np.exp(-9 * p[:, :1] + 4.5))).painted(
        VIEW, world, (34, 8), palette=NO_COLOUR
    )
    assert {"░", "▒", "▓"} <= set("".join(rows[:-1]))
    assert rows[-1].endswith("▓ y = 1")


def test_a_gate_of_one_input_lies_on_a_line() -> None:
    x = np.array([[0.0], [1.0]], np.float32)
    layers = (layer("Linear(1, 1)", 1, parameters=2), layer("Heaviside()", 1))
    told = started(layers=layers, experiment={"data": "not_gate()", "loss": "HalfSquaredError()"})
    world = world_of(told, known=samples(x, [1, 0], points=Array.of(x)))
    engine = Engine(lambda p: (p < 0.5).astype(float))
    assert engine.painted(VIEW, world, (34, 4), palette=NO_COLOUR) == [
        "░░░░░░░░░░░░░░░░░",
        "░░░░░░● 0░░░░░░░░          ○ 1",
        "░░░░░░░░░░░░░░░░░",
        " ○ target 0   ● target 1   ░ y = 1",
    ]


def test_two_classes_are_counted_beside_their_signs() -> None:
    assert Engine().painted(VIEW, points(), (34, 2)) == [
        " spiral(n=500, noise=0.0)",
        " train 400 ○ 1 ● 3   val 100",
    ]
    assert VIEW.note(points(), Desk()) == "500 points"


def test_points_are_shown_where_there_is_room() -> None:
    rows = Engine().painted(VIEW, points(), (34, 8), palette=NO_COLOUR)
    assert "".join(rows[2:]).count("●") == 3
    assert VIEW.probes(points(), Desk(), (34, 8)) == (VAL_COUNTS,)


def test_a_call_that_is_too_long_loses_whole_values() -> None:
    rows = Engine().painted(VIEW, points(), (20, 2))
    assert rows == [" spiral(n=500, …)", " train 400 ○ 1 ● 3"]


def test_a_neuron_of_many_samples_shows_what_it_says() -> None:
    x = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    layers = (layer("Linear(1, 1)", 1, parameters=2),)
    told = started(layers=layers, experiment={"data": "line(n=20)", "loss": "MSELoss()"})
    world = world_of(told, known=samples(x, x[:, 0].astype(float), points=Array.of(x)))
    [probe] = VIEW.probes(world, Desk(), (34, 10))
    assert isinstance(probe, Map)
    rows = Engine(lambda p: p).painted(VIEW, world, (34, 10))
    assert rows[0] == " line(n=20)"
    assert "●" in "".join(rows)
    assert VIEW.probes(world, Desk(), (34, 4)) == ()


def test_pictures_say_what_they_are_seen_as() -> None:
    answers = predictions_frame([0, 1, 0, 1, 2, 2], [0, 0, 1, 1, 2, 2])
    rows = Engine(answers=answers).painted(VIEW, digits(), (34, 7), palette=NO_COLOUR)
    assert rows == [
        " digits()   1x4x4   3 classes",
        " train 1,437 ▇▇▇",
        *[" ████████   ████████   ████████"] * 2,
        "",
        "",
        " 0 seen 0   1 seen 0   2 seen 2",
    ]


def test_it_asks_for_rows_that_whole_pictures_fill() -> None:
    rows = VIEW.rows(digits(), 34)
    assert rows.need == [HEAD + 5]
    for height in (*rows.need, *rows.more):
        assert Engine().painted(VIEW, digits(), (34, height))[-1]


def test_what_a_picture_is_seen_as_is_a_dot_before_it_is_known() -> None:
    rows = Engine().painted(VIEW, digits(), (34, 7))
    assert rows[-1] == " 0 seen ·   1 seen ·   2 seen ·"


def test_long_names_of_classes_leave_right_or_wrong() -> None:
    names = ("elephant", "rhinoceros", "ox")
    answers = predictions_frame([0, 1, 0, 1, 2, 2], [0, 0, 1, 1, 2, 2])
    rows = Engine(answers=answers).painted(VIEW, digits(names), (34, 7))
    assert rows[-1].split() == ["elephant", "✓", "rhinoceros", "✗"]


def test_the_next_pictures_come_with_a_key() -> None:
    desk, world = Desk(), digits()
    assert VIEW.press(world, desk, "right")
    assert Engine().painted(VIEW, world, (12, 7), desk)[-1] == " 1 seen ·"
    assert VIEW.press(world, desk, "left")
    assert VIEW.press(world, desk, "left")
    assert desk.cursor[2] == 0


def test_pictures_without_room_leave_their_classes_counted() -> None:
    assert Engine().painted(VIEW, digits(), (34, 3))[-1] == " 2 0  2 1  2 2"
    narrow = Engine().painted(VIEW, digits(("a" * 9, "b" * 9, "c" * 9)), (34, 3))
    assert narrow[-1] == " 2 of each class in train"


def test_a_picture_to_be_made_of_a_picture_stands_beside_it() -> None:
    told = started(layers=(layer("Conv2d(1, 1, 3)", 1, 4, 4),), val_count=0)
    x = np.linspace(0, 1, 32).reshape(2, 1, 4, 4)
    world = world_of(told, known=samples(x, x[::-1], sample_name="picture", class_counts=None))
    rows = Engine().painted(VIEW, world, (34, 6), palette=NO_COLOUR)
    assert "▸" in "".join(rows)
    assert "seen" not in "".join(rows)


def test_a_table_is_its_columns_with_their_ranges() -> None:
    assert Engine().painted(VIEW, table(), (40, 7)) == [
        " wine()   3 columns   3 classes",
        " train 142 ▇▇▇   val 36",
        " 1 a  1 b  1 c",
        " column        min   mean    max    std",
        " alcohol     11.00  13.00  15.00  1.633",
        " malic acid  0.500  2.000  4.000  1.472",
        " hue        -1.000      0  1.000  0.816",
    ]
    assert VIEW.rows(table(), 34) == Heights(2, want=[3, 5, 6, 7])


def test_measures_of_some_samples_say_of_how_many() -> None:
    world = table()
    assert world.samples is not None
    some = replace(world.samples, sampled="3 of 142 samples")
    world.take(some, SAMPLES)
    rows = Engine().painted(VIEW, world, (60, 7))
    assert rows[3] == " of 3            min   mean    max    std"
    world.take(replace(some, input_names=("a" * 20, "b", "c")), SAMPLES)
    rows = Engine().painted(VIEW, world, (60, 7))
    assert rows[3].startswith(" of 3 of 142 samples ")


@pytest.mark.parametrize("palette", PALETTES)
def test_a_sample_that_lies_nowhere_is_left_out(palette: Palette) -> None:
    world = points()
    assert world.samples is not None
    places = np.array([[0, 0], [np.nan, 1], [1, 0], [1, 1]], np.float32)
    world.take(replace(world.samples, points=Array.of(places)), SAMPLES)
    assert Engine().painted(VIEW, world, (34, 14), palette=palette)


def test_what_is_to_be_predicted_is_the_last_column() -> None:
    rows = Engine().painted(VIEW, table(values=True), (40, 7))
    assert rows[-1] == " ▸ price     1.000  3.000  6.000  2.160"


def test_more_columns_than_rows_can_be_scrolled() -> None:
    desk, world = Desk(focus=2), table()
    for _ in range(9):
        assert VIEW.press(world, desk, "down")
    rows = Engine().painted(VIEW, world, (40, 5), desk)
    assert rows[-1].startswith("▸hue")
    assert VIEW.press(world, desk, "up")
    assert not VIEW.press(points(), desk, "up")


def test_numbers_of_a_table_that_are_none_are_words() -> None:
    told = started(layers=MANY, experiment={"data": "csv('a.csv')"})
    world = world_of(told, known=samples([[np.nan, 1, 1], [1, np.inf, 1]], [0, 1]))
    rows = Engine().painted(VIEW, world, (40, 6))
    assert rows[-3].split() == ["x1", "nan", "nan", "nan", "nan"]
    assert "inf" in rows[-2]


def test_tokens_stand_beside_their_answer() -> None:
    assert Engine().painted(VIEW, tokens(), (34, 5)) == [
        " modular_addition(p=5)   2 tokens",
        " train 400 ▇▇▇▇▇",
        " 0 1 ▸ 1",
        " 2 2 ▸ 4",
        " 4 4 ▸ 3",
    ]


def test_before_samples_are_known_there_are_words_alone() -> None:
    world = world_of(started(experiment={"data": "spiral()"}))
    assert Engine().painted(VIEW, world, (34, 4)) == [
        " spiral()", " train 400   val 100", "", ""
    ]  # fmt: skip


@pytest.mark.parametrize("make", [gate, points, digits, table, tokens, World])
def test_it_paints_at_any_size(make: type[World]) -> None:
    world = make()
    paints_at_any_size(VIEW, world, Desk(focus=2))
    answers = predictions_frame([1, 0, 1, 0], [1, 1, 0, 0])
    for palette, size in product(PALETTES, product((1, 3, 10, 34, 60, 120), (1, 2, 3, 5, 9, 30))):
        rows = Engine(boundary, answers=answers).painted(VIEW, world, size, None, palette)
        assert palette is not ASCII or "".join(rows).isascii()


def test_no_samples_at_all_paint_nothing_wrong() -> None:
    none = samples(np.zeros((0, 2)), np.zeros(0, int), points=Array.of(np.zeros((0, 2))))
    paints_at_any_size(VIEW, world_of(started(layers=MANY), known=none))
    pictures = samples(np.zeros((0, 1, 4, 4)), np.zeros(0, int), sample_name="picture")
    paints_at_any_size(VIEW, world_of(started(layers=MANY), known=pictures))


def counted(*counts: int, val: tuple[int, ...] = ()) -> World:
    told = started(
        layers=MANY, experiment={"data": "blobs()"}, train_count=sum(counts), val_count=sum(val)
    )
    known = samples(ROWS, [0, 1, 1, 1], class_counts=Array.of(np.array(counts)))
    world = world_of(told, known=known)
    if val:
        world.take(replace(known, part="val", class_counts=Array.of(np.array(val))), VAL_COUNTS)
    return world


def test_how_many_of_each_class_there_are_is_told_of_both_parts() -> None:
    world = counted(95, 5, val=(20, 4))
    assert Engine().painted(VIEW, world, (60, 4))[1] == " train 100 ○ 95 ● 5   val 24 ○ 20 ● 4"
    assert Engine().painted(VIEW, world, (34, 4))[1] == " train 100 ○ 95 ● 5   val 24"


def test_of_more_classes_each_has_a_bar() -> None:
    world = counted(80, 40, 0, 10, val=(8, 8, 1, 0))
    assert Engine().painted(VIEW, world, (60, 4))[1] == " train 130 ▇▄ ▁   val 17 ▇▇▁"
    assert Engine().painted(VIEW, counted(*[5] * 21), (60, 4))[1] == " train 105"


def test_of_drawn_data_it_is_told_how_much_where_the_call_has_no_room() -> None:
    data = "edited(spiral(n=500), add=((1.25, 2.5, 0), (1, 2, 1)), remove=(3,))"
    told = started(layers=MANY, experiment={"data": data})
    known = samples(ROWS, [0, 1, 1, 1], points=Array.of(ROWS), sample_name="point")
    world = world_of(told, known=known)
    assert Engine().painted(VIEW, world, (40, 4))[0] == " spiral(n=500), 2 added, 1 out"
    assert Engine().painted(VIEW, world, (80, 4))[0] == f" {data}"


def test_a_row_between_those_of_a_gate_is_a_point_without_a_name() -> None:
    rows = np.concatenate([ROWS, [[0.5, 0.512]]]).astype(np.float32)
    told = started(
        layers=NEURON, train_count=5, val_count=0,
        experiment={"data": "edited(and_gate(), add=((0.5, 0.512, 1),))"},
    )  # fmt: skip
    world = world_of(told, known=samples(rows, [0, 0, 0, 1, 1], points=Array.of(rows)))
    shown = "\n".join(Engine().painted(VIEW, world, (34, 8), palette=NO_COLOUR))
    assert "● 11" in shown
    assert "0.5" not in shown
    assert VIEW.note(world, Desk()) == "and_gate(), 1 added"
