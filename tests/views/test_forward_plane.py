from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.views.answering import Engine, Floats, Network
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
from tui_nn.spec.protocol.frames import Map, Samples, SamplesFrame
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.ink import DARK, SAFE
from tui_nn.views.panels.forward_plane import MAP, VAL
from tui_nn.views.panels.forward_units import CLASSES, HIDDEN
from tui_nn.views.plane import MOST_CELLS, window
from tui_nn.views.plane_picture import class_colours, darker
from tui_nn.views.reading import shares
from tui_nn.views.tiles import tiles
from tui_nn.views.world import SAMPLES, World

CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]], np.float32)
LAYERS = (layer("Linear(2, 3)", 3, parameters=9), layer("Tanh()", 3),
          layer("Linear(3, 1)", 1, parameters=4))  # fmt: skip


def steep(places: Floats) -> Floats:
    """A logit that changes its sign where x1 is 0."""
    return places[:, :1] * 100


def on_plane(y: list[int] | list[float], **changes: object) -> SamplesFrame:
    return samples(CORNERS, y, points=Array.of(CORNERS), **changes)


def plane(loss: str = "BCEWithLogitsLoss()", y: list[int] | list[float] | None = None) -> World:
    """Four points; class 1 at the right."""
    known = on_plane([0, 1, 0, 1] if y is None else y)
    return world_of(started(layers=LAYERS, experiment={"loss": loss}), known=known)


def line(y: list[int] | list[float], loss: str = "MSELoss()") -> World:
    x = np.linspace(-1, 1, len(y), dtype=np.float32)[:, None]
    layers = (layer("Linear(1, 3)", 3, parameters=6), *LAYERS[1:])
    known = samples(x, y, points=Array.of(x), input_names=("x",))
    return world_of(started(layers=layers, experiment={"loss": loss}), known=known)


def painted_on(world: World, size: tuple[int, int], network: Network, desk: Desk) -> Canvas:
    """The map in colour."""
    Engine(network).painted(MAP, world, size, desk)
    canvas = Canvas(*size, DARK)
    MAP.paint(canvas, world, desk)
    return canvas


def test_without_colour_class_1_is_dense_and_points_are_circles() -> None:
    assert Engine(steep).painted(MAP, plane(), (16, 5), palette=NO_COLOUR) == [
        "   ○    ████●███",
        "        ████████",
        "        ████████",
        "        ████████",
        "   ○    ████●███",
    ]


def test_it_is_all_ascii_where_nothing_else_is_allowed() -> None:
    rows = Engine(steep).painted(MAP, plane(), (16, 5), palette=ASCII)
    assert "".join(rows).isascii()
    assert "".join(rows).count("o") == 2


def test_in_colour_a_point_is_a_dark_pixel_of_its_class() -> None:
    canvas = painted_on(plane(), (16, 8), steep, Desk())
    inks = {colour for row in range(8) for _, ink in canvas.row(row) for colour in ink[:2]}
    for colour in (DARK.minus, DARK.plus):
        dark = tuple(int(part * 0.4) for part in colour)
        assert dark in inks
    assert "▀" in canvas.text()


def test_the_map_has_two_pixels_a_row_and_one_a_column() -> None:
    [probe] = MAP.probes(plane(), Desk(), (47, 17))
    assert isinstance(probe, Map)
    assert (probe.width, probe.height, probe.discrete, probe.layer) == (47, 34, False, "")


def test_what_is_asked_for_stays_while_the_run_goes_on() -> None:
    world = plane()
    before = MAP.probes(world, Desk(), (40, 9))
    world.take(started(step=0, layers=LAYERS))
    world.take(on_plane([0, 1, 0, 1]), SAMPLES)
    assert MAP.probes(world, Desk(), (40, 9)) == before


def test_both_coordinates_have_one_scale_where_they_are_alike() -> None:
    shown = window(CORNERS.astype(float), 60, 10)
    wide, tall = (shown.x[1] - shown.x[0]) / 60, (shown.y[1] - shown.y[0]) / 20
    assert wide == pytest.approx(tall)
    assert shown.y == pytest.approx((-1.2, 1.2))


def test_unlike_coordinates_fill_the_panel() -> None:
    shown = window(CORNERS.astype(float) * [1, 1000], 60, 10)
    assert shown.x == pytest.approx((-1.2, 1.2))
    assert shown.y == pytest.approx((-1200, 1200))


@pytest.mark.parametrize("points", [[[1.0, 1.0]], [[np.nan, np.inf]], [[0.0, 0.0], [0.0, 5.0]]])
def test_points_in_one_place_or_nowhere_have_a_window(points: list[list[float]]) -> None:
    shown = window(np.array(points), 10, 5)
    assert shown.x[0] < shown.x[1]
    assert shown.y[0] < shown.y[1]
    across, down = shown.places(np.array(points))
    assert across.shape == down.shape == (len(points),)


def test_a_huge_terminal_asks_for_no_finer_map_than_there_is() -> None:
    [probe] = MAP.probes(plane(), Desk(), (1000, 1000))
    assert isinstance(probe, Map)
    assert (probe.width, probe.height) == (MOST_CELLS, MOST_CELLS)


def test_d_shows_classes_alone_and_a_the_validation_points() -> None:
    world, desk = plane(), Desk()
    assert MAP.note(world, desk) == "decision map"
    assert MAP.press(world, desk, "d")
    assert MAP.note(world, desk) == "classes"
    assert MAP.press(world, desk, "a")
    assert MAP.note(world, desk) == "classes, val points"
    assert VAL in MAP.probes(world, desk, (40, 9))
    val = samples(CORNERS[:1], [1], points=Array.of(CORNERS[:1]), part="val")

    def classes(places: Floats) -> Floats:
        return (places[:, :1] > 0).astype(float)

    rows = Engine(classes, val=val).painted(MAP, world, (16, 5), desk, NO_COLOUR)
    text = "".join(rows)
    assert (text.count("●"), text.count("○")) == (1, 0)
    assert set(text) == {" ", "█", "●"}


def test_without_validation_there_are_no_points_of_it() -> None:
    world = world_of(started(layers=LAYERS, val_count=0), known=on_plane([0, 1, 0, 1]))
    assert not MAP.press(world, Desk(), "a")


def test_before_the_map_came_points_stand_alone() -> None:
    rows = Engine().painted(MAP, plane(), (16, 5), palette=NO_COLOUR)
    assert set("".join(rows)) == {" ", "○", "●"}


def test_answers_that_are_no_numbers_are_said() -> None:
    rows = Engine(lambda places: places[:, :1] * np.nan).painted(MAP, plane(), (40, 5))
    assert rows[0].startswith(" all is nan ")
    half = Engine(lambda places: np.where(places[:, :1] > 0, np.nan, 1.0))
    assert half.painted(MAP, plane(), (40, 5))[0].startswith(" 50 % is nan ")


def test_values_have_a_scale_around_zero() -> None:
    world = plane("MSELoss()", [-1.0, 2.0, -1.0, 2.0])
    rows = Engine(lambda places: places[:, :1] * 2).painted(MAP, world, (40, 6), palette=NO_COLOUR)
    assert rows[-1].startswith(" y  -2.00 │")
    assert rows[-1].endswith("│ 2.00")
    assert MAP.note(world, Desk()) == "y over the plane"
    assert not MAP.press(world, Desk(), "d")


def test_classes_beyond_two_are_digits_on_shades() -> None:
    world = plane("CrossEntropyLoss()", [0, 1, 2, 3])

    def corner(places: Floats) -> Floats:
        return 9 * np.stack([places @ c for c in CORNERS], 1)

    text = "".join(Engine(corner).painted(MAP, world, (16, 6), palette=NO_COLOUR))
    assert set("0123") <= set(text)
    assert MAP.suits(world)
    assert CLASSES.suits(world)


@pytest.mark.parametrize(
    ("loss", "last", "outputs", "one"),
    [
        ("BCEWithLogitsLoss()", "Linear(2, 1)", [0.0], 0.5),
        ("BCELoss()", "Sigmoid()", [0.25], 0.25),
        ("SoftMarginLoss()", "Linear(2, 1)", [100.0], 1.0),
        ("HalfSquaredError()", "Heaviside()", [1.0], 1.0),
        ("MSELoss()", "Tanh()", [-0.5], 0.25),
        ("CrossEntropyLoss()", "Linear(2, 2)", [3.0, 3.0], 0.5),
        ("NLLLoss()", "LogSoftmax(dim=1)", [np.log(0.25), np.log(0.75)], 0.75),
    ],
)
def test_outputs_are_read_as_the_loss_reads_them(
    loss: str, last: str, outputs: list[float], one: float
) -> None:
    layers = (layer("Linear(2, 1)", 1, parameters=3), layer(last, 1))
    world = world_of(
        started(layers=layers, experiment={"loss": loss}), known=on_plane([0, 1, 0, 1])
    )
    likely = shares(world, np.array(outputs))
    assert likely == pytest.approx(np.array([1 - one, one]))


def test_the_likeliest_class_has_the_colour_and_doubt_makes_it_pale() -> None:
    likely = np.array([[1.0, 0.34], [0.0, 0.33], [0.0, 0.33]])
    sure, pale = class_colours(SAFE, likely).astype(int)
    assert np.abs(sure - SAFE.of_class(0)).max() < 8
    assert np.abs(pale - SAFE.middle).max() < 8


def test_a_line_is_a_curve_through_its_samples() -> None:
    world = line([-1.0, -0.5, 0.0, 0.5, 3.0])
    rows = Engine(lambda x: x).painted(MAP, world, (40, 12), palette=NO_COLOUR)
    assert rows[0].startswith("  3┤")
    assert rows[-2][3] == "└"
    assert rows[-1].startswith("x")
    text = "".join(rows)
    assert (text.count("●"), text.count("○")) == (4, 1)
    assert MAP.note(world, Desk()) == "y over x"


def test_axes_of_a_line_do_not_follow_the_answers() -> None:
    world = line([-1.0, 0.0, 1.0])
    near = Engine(lambda x: x).painted(MAP, world, (40, 10))
    far = Engine(lambda x: 1000 * x).painted(MAP, world, (40, 10))
    assert [row[:4] for row in near] == [row[:4] for row in far]


def test_of_classes_on_a_line_the_curve_is_how_likely_class_1_is() -> None:
    world = line([0, 0, 1, 1], "BCEWithLogitsLoss()")
    rows = Engine(lambda x: 20 * x).painted(MAP, world, (40, 12), palette=NO_COLOUR)
    assert rows[0].startswith(" 1.0┤")
    assert rows[0].count("●") == 2
    assert rows[9].count("○") == 2
    assert MAP.note(world, Desk()) == "p(1) over x"


def test_a_line_of_no_numbers_says_so() -> None:
    rows = Engine(lambda x: x * np.inf).painted(MAP, line([0.0, 1.0]), (50, 8))
    assert "the answer is no number everywhere" in rows[0]


def test_hidden_is_a_map_for_each_unit_of_the_last_hidden_layer() -> None:
    world, desk = plane(), Desk(focus=5)

    def units(places: Floats) -> Floats:
        return np.sign(np.stack([places[:, 0], places[:, 1], -places[:, 0]], 1))

    assert HIDDEN.note(world, desk) == "1 Tanh, 3 units"
    assert Engine(units).painted(HIDDEN, world, (26, 5), desk, NO_COLOUR) == [
        "▸0       1        2",
        "    ████ ████████ ████",
        "    ████ ████████ ████",
        "    ████          ████",
        "    ████          ████",
    ]
    assert HIDDEN.press(world, desk, "right")
    assert HIDDEN.press(world, desk, "up")
    assert (desk.unit, desk.layer) == (1, "0")
    [probe] = HIDDEN.probes(world, desk, (26, 5))
    assert isinstance(probe, Map)
    assert probe.layer == "0"


def test_classes_have_a_map_each() -> None:
    world = plane("CrossEntropyLoss()", [0, 1, 2, 2])
    assert CLASSES.note(world, Desk()) == "how likely each of 3 classes is"

    def thirds(places: Floats) -> Floats:
        return 99 * np.stack([places[:, 0], -places[:, 0], places[:, 0] - 9], 1)

    rows = Engine(thirds).painted(CLASSES, world, (26, 3), palette=NO_COLOUR)
    assert rows[:2] == ["0        1        2", "    ████ ████"]


def test_units_of_a_line_are_curves() -> None:
    world = line([0.0, 1.0, 2.0])
    rows = Engine(lambda x: np.tanh(np.tile(x, 3))).painted(HIDDEN, world, (40, 9))
    assert rows[0].split() == ["0", "1", "2"]
    assert any("⠀" < c <= "⣿" for row in rows for c in row)


def test_tiles_use_the_room_and_show_fewer_where_there_is_little() -> None:
    for count, columns, rows in product((1, 3, 8, 64, 500), (1, 9, 47, 200), (1, 3, 17, 60)):
        grid = tiles(count, columns, rows)
        assert 1 <= grid.shown <= count
        for row, column in grid.places():
            assert row + grid.rows <= max(rows, 2)
            assert column + grid.columns <= columns
        assert 0 <= grid.first(count - 1, count) <= count - grid.shown


def test_only_planes_and_lines_suit() -> None:
    assert not MAP.suits(World())
    assert not HIDDEN.suits(World())
    assert not MAP.suits(world_of(started(), known=samples([[1.0, 2.0]], [0])))
    assert MAP.suits(line([0.0, 1.0]))


def test_darker_is_darker() -> None:
    assert darker((100, 200, 50)) == (40, 80, 20)


def worlds() -> list[tuple[World, int]]:
    many = plane("CrossEntropyLoss()", [0, 1, 2, 3])
    several = samples(CORNERS, np.ones((4, 2)), points=Array.of(CORNERS), target_names=("a", "b"))
    values = world_of(started(layers=LAYERS), known=several)
    lines = [line([0.0, 1.0, 5.0]), line([0, 1, 1], "BCEWithLogitsLoss()"),
             line([0, 1, 2], "CrossEntropyLoss()")]  # fmt: skip
    return [(plane(), 1), (many, 4), (values, 2), *zip(lines, (1, 1, 3), strict=True)]


def test_it_paints_at_any_size() -> None:
    views = (MAP, HIDDEN, CLASSES)
    for (world, outputs), view in product(worlds(), views):
        paints_at_any_size(view, world, Desk(part="val"))

        def network(places: Floats, outputs: int = outputs) -> Floats:
            return np.tile(places[:, :1], outputs) * np.arange(1.0, outputs + 1)

        for palette, size in product(PALETTES, product((1, 2, 9, 40, 90), (1, 2, 4, 9, 30))):
            for desk in (Desk(focus=5), Desk(discrete=True, unit=7, layer="0")):
                rows = Engine(network).painted(view, world, size, desk, palette)
                assert palette is not ASCII or "".join(rows).isascii()


def test_ascii_in_colour_has_no_half_blocks() -> None:
    palette = replace(DARK, ascii_only=True)
    for (world, _), view in product(worlds(), (MAP, HIDDEN, CLASSES)):
        rows = Engine(lambda p: np.tile(p[:, :1], 4)).painted(view, world, (40, 9), None, palette)
        assert "".join(rows).isascii()


def test_an_empty_validation_part_has_no_points() -> None:
    empty = samples(CORNERS[:0], np.zeros(0, int), points=Array.of(CORNERS[:0]), part="val")
    rows = Engine(steep, val=empty).painted(MAP, plane(), (16, 5), Desk(part="val"), NO_COLOUR)
    assert set("".join(rows)) == {" ", "█"}
    assert Samples(part="val") == VAL
