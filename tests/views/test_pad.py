"""A picture drawn pixel by pixel: its ink, its text, and what the network says beside it."""

from dataclasses import replace

import numpy as np
import pytest

from tests.views.support import ASCII, NO_COLOUR, PALETTES, layer, samples, started, world_of
from tui_nn.data.tables import digits
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import GivenFrame
from tui_nn.views import pad
from tui_nn.views.pad import Pad, pad_of
from tui_nn.views.world import World


def pictures(side: int = 8, loss: str = "CrossEntropyLoss()", classes: int = 10) -> World:
    x = np.zeros((classes, 1, side, side))
    x[:, :, 0] = 1
    known = samples(
        x, list(range(classes)), sample_name="picture", class_names=tuple("abcdefghij"[:classes]),
        class_counts=Array.of(np.full(classes, 100)),
    )  # fmt: skip
    told = started(
        layers=(layer("Conv2d(1, 8, 3)", 8, 6, 6), layer("Linear(288, 10)", 10)),
        experiment={"data": "digits()", "loss": loss},
    )
    return world_of(told, known=known)


def drawn(*places: tuple[int, int]) -> Pad:
    """A stroke through these pixels."""
    first, *others = places
    pen = replace(pad_of(8, 8), row=first[0], column=first[1], is_down=True).inked()
    for place in others:
        pen = pen.at(*place)
    return pen


def test_the_pen_draws_on_its_way_while_it_is_down() -> None:
    stroke = drawn((1, 2), (6, 2))
    assert [row[2] for row in stroke.levels] == [stroke.levels[0][2], 16, 16, 16, 16, 16, 16, 6]
    lifted = replace(stroke, is_down=False).at(6, 6)
    assert lifted.levels == stroke.levels
    assert (lifted.row, lifted.column) == (6, 6)


def test_no_pixel_is_left_out_between_two_places_of_the_mouse() -> None:
    stroke = drawn((0, 0), (7, 7))
    assert [stroke.levels[i][i] for i in range(8)] == [16] * 8


def test_a_stroke_is_as_wide_and_as_dark_as_those_of_the_shipped_digits() -> None:
    """Ones that go straight down: their ink in a row, and what share is full."""
    data = digits()
    ones = data.x[data.y == 1].reshape(-1, 8, 8)[:, 2:6]
    stroke = np.array(drawn((0, 3), (7, 3)).levels)[2:6] / 16
    assert ones.sum(2).mean() == pytest.approx(stroke.sum(1).mean(), rel=0.5)
    assert (stroke.max(1) == 1).all()
    assert 0 < stroke[0, 2] < 0.5


def test_the_text_is_the_picture_row_by_row_in_sixteenths() -> None:
    text = drawn((0, 0)).text
    assert (len(text), text[:3], text[8]) == (64, "g60", "6")


def test_a_pixel_is_erased_and_all_is_cleared() -> None:
    stroke = drawn((1, 2), (6, 2))
    assert stroke.erased().levels[6][2] == 0
    assert stroke.erased().levels[5][2] == 16
    assert stroke.cleared().is_empty
    assert not stroke.is_empty


def test_the_network_is_given_numbers_as_far_apart_as_the_datas() -> None:
    world = pictures()
    found = pad.probe(drawn((0, 0)), world).inputs
    assert (found[0], found[-1]) == (1.0, 0.0)
    known = world.samples
    assert known is not None
    bytes_ = world_of(started(), known=samples(known.x.numpy() * 255, list(range(10))))
    assert pad.probe(drawn((0, 0)), bytes_).inputs[0] == 255


def test_a_cell_of_the_screen_belongs_to_a_pixel() -> None:
    size, empty = (80, 24), pad_of(8, 8)
    one = pad.scale(empty, size)
    assert one == 4
    for row in range(8):
        for column in range(8):
            x, y = pad.LEFT + column * one, pad.TOP + row * one // 2
            for across in range(one):
                for down in range(one // 2):
                    assert pad.pixel_at(empty, size, x + across, y + down) == (row, column)
    assert pad.pixel_at(empty, size, pad.LEFT - 1, pad.TOP) is None
    assert pad.pixel_at(empty, size, pad.LEFT, pad.TOP - 1) is None
    assert pad.pixel_at(empty, size, pad.LEFT + 8 * one, pad.TOP) is None


def painted(one: Pad, world: World, size: tuple[int, int] = (80, 24)) -> list[str]:
    return pad.paint(one, world, NO_COLOUR, size, "").text().split("\n")


def told(world: World, one: Pad, shares: list[float] | None, answer: str) -> World:
    packed = Array.of(np.array(shares or [0.5] * 10, np.float32))
    frame = GivenFrame(output=packed, answer=answer, probabilities=packed if shares else None)
    world.take(frame, pad.probe(one, world))
    return world


def test_the_classes_stand_beside_the_picture() -> None:
    stroke = drawn((0, 0), (0, 7))
    shares = [0.02] * 10
    shares[7] = 0.82
    rows = painted(stroke, told(pictures(), stroke, shares, "h"))
    assert rows[0].startswith("━ 2 Data: draw a picture ━")
    assert "the network says  softmax" in rows[2]
    assert rows[3].startswith(" │████████████████████████████[██]│")
    assert "h ████" in rows[10]
    assert rows[10].endswith("82%")
    assert rows[14].endswith("it is taken for h")
    assert "choose its class, then enter adds it" in rows[-2]
    chosen = replace(stroke, label=7)
    assert "enter adds it to the training data as h" in painted(chosen, pictures())[-2]


def test_nothing_is_said_of_an_empty_pad() -> None:
    empty = pad_of(8, 8)
    world = told(pictures(), empty, [0.1] * 10, "a")
    assert pad.answer(empty, world).shares is None
    assert not [row for row in painted(empty, world) if "taken for" in row]


def test_where_the_loss_reads_no_probabilities_the_outputs_stand_there() -> None:
    stroke = drawn((0, 0))
    world = told(pictures(loss="MultiMarginLoss()"), stroke, None, "a")
    assert pad.answer(stroke, world).outputs == (0.5,) * 10
    assert any(row.endswith("+0.50") for row in painted(stroke, world))


def test_larger_pictures_take_smaller_pixels_until_there_is_no_room() -> None:
    assert pad.scale(pad_of(28, 28), (80, 24)) == 1
    assert pad.scale(pad_of(28, 28), (120, 36)) == 2
    assert pad.scale(pad_of(64, 64), (80, 24)) == 0
    rows = painted(pad_of(64, 64), pictures(64))
    assert "too small a screen" in rows[2]


def test_only_pictures_of_classes_suit() -> None:
    assert pad.suits(pictures())
    assert not pad.suits(world_of(started(), known=samples(np.zeros((3, 2)), [0, 1, 1])))
    targets = samples(np.zeros((2, 1, 4, 4)), np.zeros((2, 1, 4, 4)) + 0.5)
    assert not pad.suits(world_of(started(), known=targets))


@pytest.mark.parametrize("size", [(24, 6), (40, 10), (80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("palette", PALETTES)
def test_it_paints_at_any_size(size: tuple[int, int], palette: object) -> None:
    stroke = drawn((0, 0), (7, 3))
    world = told(pictures(), stroke, [0.1] * 10, "a")
    canvas = pad.paint(stroke, world, palette, size, "")  # type: ignore[arg-type]
    assert (canvas.width, canvas.height) == size
    if palette is ASCII:
        assert canvas.text().isascii()
