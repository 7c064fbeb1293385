"""Points drawn into a plane: where they come to lie, and the screen they are drawn on."""

from itertools import product

import numpy as np
import pytest

from tests.views.answering import map_frame
from tests.views.support import ASCII, NO_COLOUR, PALETTES, samples, started, world_of
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import Map
from tui_nn.spec.protocol.messages import Problem
from tui_nn.views import pencil
from tui_nn.views.grounds import Line, Plane
from tui_nn.views.pencil import Pencil
from tui_nn.views.plane import Window
from tui_nn.views.world import World

CORNERS = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)
UNIT = Plane(Window(40, 40, (-2.0, 2.0), (-2.0, 2.0)))


def plane(data: str = "edited(moons(), add=((1, 1, 1),))") -> World:
    known = samples(
        CORNERS, [0, 0, 1, 1], points=Array.of(CORNERS), sample_name="point",
        in_data=Array.of(np.array([0, 3, 5, 500])),
    )  # fmt: skip
    experiment = {"data": data, "loss": "BCEWithLogitsLoss()"}
    return world_of(started(experiment=experiment), known=known)


def pencil_of(world: World, size: tuple[int, int] = (80, 24)) -> Pencil:
    found = pencil.pencil_of(world, size)
    assert found is not None
    return found


def painted(world: World, at: Pencil, size: tuple[int, int], words: str = "") -> list[str]:
    return pencil.paint(at, world, NO_COLOUR, size, words).text().split("\n")


def test_a_point_lies_in_the_middle_of_its_cell_and_is_found_there() -> None:
    known = plane().samples
    assert known is not None
    for column, row in product(range(40), range(20)):
        at = Pencil(UNIT, column, row)
        across, down = UNIT.window.places(np.array([at.place]))
        assert (across[0], down[0] // 2) == (column, row)
    assert Pencil(UNIT, 30, 5).place == (1.05, 0.9)


def test_its_place_has_no_more_digits_than_its_cell_can_tell() -> None:
    wide = Plane(Window(40, 40, (-2000.0, 2000.0), (-2000.0, 2000.0)))
    assert Pencil(wide, 3, 3).place == (-1650.0, 1300.0)
    fine = Plane(Window(30, 30, (0.0, 0.001), (0.0, 0.001)))
    assert Pencil(fine, 1, 14).place == (0.00005, 0.000033)


def test_the_pencil_stays_in_the_plane() -> None:
    at = Pencil(UNIT, 3, 3)
    assert (at.at(-5, 70).column, at.at(-5, 70).row) == (0, 19)
    assert (at.at(99, -1).column, at.at(99, -1).row) == (39, 0)


def test_it_zooms_about_its_own_place() -> None:
    at = Pencil(UNIT, 30, 5)
    near = at.zoomed(0.5)
    assert isinstance(near.ground, Plane)
    assert near.ground.window.x[1] - near.ground.window.x[0] == pytest.approx(2)
    assert near.place == pytest.approx(at.place, abs=0.01)


def test_the_nearest_point_is_found_a_cell_beside_it_and_no_farther() -> None:
    known = plane().samples
    assert known is not None
    at = Pencil(UNIT, 0, 0)
    [column], [down] = UNIT.window.places(np.array([[1.0, -1.0]]))
    here = at.at(int(column), int(down) // 2)
    assert pencil.point_at(known, here) == 2
    beside = here.at(here.column + 1, here.row)
    assert pencil.point_at(known, beside) is None
    assert pencil.point_at(known, beside, pencil.NEAR) == 2
    assert pencil.point_at(known, here.at(here.column + 2, here.row), pencil.NEAR) is None


def test_the_screen_shows_the_plane_the_pencil_and_what_is_edited() -> None:
    world = plane()
    at = pencil_of(world)
    probe = at.ground.probe
    world.take(map_frame(probe, lambda places: np.where(places[:, :1] > 0, 9.0, -9.0)), probe)
    rows = painted(world, at, (80, 24))
    assert rows[0].startswith("━ 2 Data: draw points ━")
    assert rows[0].endswith(" moons(), 1 added ━")
    assert "[●]" in rows[12]
    assert rows[12].count("█") > 30
    assert rows[-2].startswith(" class 1 ●   x1 ")
    assert rows[-2].endswith("train 400 ○ 2 ● 2")
    assert rows[-1] == (
        " arrows cursor  0-1 class  enter put  del remove  u undo  space run  q done"
    )


def test_the_plane_stays_as_it_is_wherever_points_are_put() -> None:
    world = plane()
    at = pencil_of(world)
    far = np.concatenate([CORNERS, [[50, 50]]]).astype(np.float32)
    frame = samples(far, [0, 0, 1, 1, 1], points=Array.of(far))
    wider = world_of(started(), known=frame)
    assert at.ground.probe == at.at(2, 2).ground.probe
    assert pencil_of(wider).ground != at.ground


def test_what_was_said_or_refused_stands_below() -> None:
    world = plane()
    at = pencil_of(world)
    assert painted(world, at, (80, 24), "a point of class 1")[-2].startswith(" a point of class 1 ")
    world.take(Problem(id=3, message="there is no class 7"))
    assert painted(world, at, (80, 24), "x")[-2].startswith(" there is no class 7 ")


def test_a_point_that_is_there_is_told_before_it_is_taken_out() -> None:
    world = plane()
    [column], [down] = UNIT.window.places(CORNERS[1:2].astype(float))
    at = Pencil(UNIT, int(column), int(down) // 2)
    assert "here: point of class 0" in painted(world, at, (80, 24))[-2]


def test_only_a_plane_with_classes_and_a_curve_can_be_drawn_on() -> None:
    values = samples(CORNERS, [0.5, 1, 2, 3], points=Array.of(CORNERS))
    line = samples(CORNERS[:, :1], [0, 0, 1, 1], points=Array.of(CORNERS[:, :1]))
    two = samples(CORNERS[:, :1], CORNERS.astype(float), points=Array.of(CORNERS[:, :1]))
    for known in (values, line, two, samples(CORNERS, [0, 0, 1, 1])):
        assert pencil.pencil_of(world_of(started(), known=known), (80, 24)) is None
    assert pencil.pencil_of(world_of(started()), (80, 24)) is None


def curve() -> World:
    x = np.array([[-3.0], [0.0], [3.0]], np.float32)
    known = samples(
        x, np.array([[-1.0], [0.0], [1.0]]), points=Array.of(x), sample_name="point",
        input_names=("x",), in_data=Array.of(np.arange(3)),
    )  # fmt: skip
    return world_of(started(experiment={"data": "sine()", "loss": "MSELoss()"}), known=known)


def test_on_a_line_the_height_is_the_value() -> None:
    world = curve()
    at = pencil_of(world)
    assert isinstance(at.ground, Line)
    known = world.samples
    assert known is not None
    across, down = at.ground.cells(known)
    on = at.at(int(across[2]), int(down[2]))
    assert on.place == pytest.approx((3, 1), abs=0.15)
    assert pencil.point_at(known, on) == 2
    assert on.sample == on.place
    assert all(isinstance(number, float) for number in on.sample)
    rows = painted(world, on, (80, 24))
    assert rows[2 + on.row][on.ground.left + on.column - 1 :].startswith("[+]")
    assert "here: point " in rows[-2] + " "
    assert "class" not in rows[-2] + rows[-1]


def test_the_middle_of_each_cell_of_a_line_lies_in_that_cell() -> None:
    at = pencil_of(curve())
    for column, row in product(range(at.ground.columns), range(at.ground.rows)):
        x, y = at.ground.place(column, row)
        there = np.array([[x]], np.float32)
        found = samples(there, np.array([[y]]), points=Array.of(there))
        across, down = at.ground.cells(found)
        assert (across[0], down[0]) == (column, row)


@pytest.mark.parametrize("size", [(24, 6), (40, 10), (80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("palette", PALETTES)
def test_it_paints_at_any_size(size: tuple[int, int], palette: object) -> None:
    for world in (plane("points(((0, 0, 0), (1, 1, 1)))"), curve()):
        at = pencil_of(world).fitted(size)
        canvas = pencil.paint(at, world, palette, size, "")  # type: ignore[arg-type]
        assert (canvas.width, canvas.height) == size
        if palette is ASCII:
            assert canvas.text().isascii()


def test_another_screen_shows_the_same_plane() -> None:
    at = pencil_of(plane())
    other = at.fitted((120, 36))
    assert isinstance(at.ground, Plane)
    assert isinstance(other.ground, Plane)
    shown, again = at.ground.window, other.ground.window
    for before, now in ((shown.x, again.x), (shown.y, again.y)):
        assert now[0] <= before[0] + 1e-9
        assert now[1] >= before[1] - 1e-9
    assert isinstance(other.ground.probe, Map)
