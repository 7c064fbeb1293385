"""5 Forward of pictures: what stands where, for networks of every kind."""

from typing import Any

import numpy as np
import pytest

from tests.views.forward_frames import activation, activations, shares, weights
from tests.views.support import (
    ASCII,
    NO_COLOUR,
    layer,
    painted,
    paints_at_any_size,
    present,
    samples,
    started,
    world_of,
)
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.frames import (
    Activations,
    ActivationsFrame,
    Responses,
    ResponsesFrame,
    Samples,
    Weights,
)
from tui_nn.views.desk import Desk
from tui_nn.views.panels.forward_picture import MAPS
from tui_nn.views.panels.forward_picture_crops import crop_of
from tui_nn.views.panels.forward_picture_filters import FILTERS, WEIGHTS
from tui_nn.views.world import World

DIGITS = tuple(map(str, range(10)))
STROKE = np.zeros((8, 8))
STROKE[:, 3:5] = 1
VAL = Activations(part="val")


def cnn_frame(says: str = "3", truth: str = "3", maps: Any = None, **changes: Any
              ) -> ActivationsFrame:  # fmt: skip
    """An upright stroke, which the first two maps have, the second half as strong."""
    if maps is None:
        maps = np.zeros((8, 8, 8))
        maps[0], maps[1] = STROKE, STROKE / 2
    later = np.zeros((16, 4, 4))
    later[0, 0] = 2
    fields: dict[str, Any] = {"probabilities": shares(0, 0, 0, 0.98, 0.02, 0, 0, 0, 0, 0)}
    layers = (
        activation("0", "Conv2d(1, 8, 3, padding=1)", maps - 1),
        activation("1", "ReLU()", maps),
        activation("2", "MaxPool2d(2)", maps[:, ::2, ::2]),
        activation("3", "Conv2d(8, 16, 3, padding=1)", later),
        activation("4", "ReLU()", later),
        activation("5", "Flatten()", later.ravel()),
        activation("6", "Linear(256, 10)", np.zeros(10)),
    )
    return activations(STROKE[None], layers, says, truth, **(fields | changes))


def cnn(frame: ActivationsFrame | None = None, val_count: int = 100) -> World:
    layers = (
        layer("Conv2d(1, 8, 3, padding=1)", 8, 8, 8, parameters=80),
        layer("ReLU()", 8, 8, 8),
        layer("MaxPool2d(2)", 8, 4, 4),
        layer("Conv2d(8, 16, 3, padding=1)", 16, 4, 4, parameters=1168),
        layer("ReLU()", 16, 4, 4),
        layer("Flatten()", 256),
        layer("Linear(256, 10)", 10, parameters=2570),
    )
    told = started(layers=layers, val_count=val_count, experiment={"loss": "CrossEntropyLoss()"})
    world = world_of(told, present(3), known=pictures())
    if frame is not None:
        world.take(frame, VAL)
    return world


def pictures(flat: bool = False) -> Any:
    x = np.stack([STROKE] * 10)
    return samples(
        x.reshape(10, 64) if flat else x[:, None],
        np.arange(10),
        class_names=DIGITS,
        sample_name="picture",
    )


def test_a_wide_panel_has_input_maps_and_classes() -> None:
    assert painted(MAPS, cnn(cnn_frame()), (47, 16), palette=NO_COLOUR) == [
        " input 1x8x8        0 Conv2d ReLU  6 of 8 maps",
        "       ████            ██       ██",
        "       ████            ██       ██",
        "       ████            ██       ██",
        "       ████            ██       ██",
        "       ████",
        "       ████",
        "       ████",
        "       ████",
        " 3 Conv2d ReLU        6 Linear softmax",
        " 2 of 16 maps         0 ·····  0%  5 ·····  0%",
        " ████████             1 ·····  0%  6 ·····  0%",
        "                      2 ·····  0%  7 ·····  0%",
        "                      3 █████ 98%  8 ·····  0%",
        "                      4 ·····  2%  9 ·····  0%",
        "                      says 3, is 3 ✓",
    ]


def test_a_map_has_its_own_scale_but_noise_stays_faint() -> None:
    faint = np.zeros((8, 8, 8))
    faint[0], faint[1] = STROKE, STROKE / 100
    rows = painted(MAPS, cnn(cnn_frame(maps=faint)), (47, 16), palette=NO_COLOUR)
    assert rows[1] == "       ████            ██"


def test_maps_touch_none_of_the_next_line_where_there_is_room_for_all() -> None:
    frame = cnn_frame(maps=np.ones((8, 8, 8)))
    rows = painted(MAPS, cnn(frame), (87, 24), palette=NO_COLOUR)
    assert [row[20:55].rstrip() for row in rows[:10]] == [
        "0 Conv2d ReLU",
        *["████████ ████████ ████████ ████████"] * 4,
        "",
        *["████████ ████████ ████████ ████████"] * 4,
    ]


def test_a_narrow_panel_has_classes_below_in_as_many_columns_as_have_room() -> None:
    assert painted(MAPS, cnn(cnn_frame("4")), (40, 9), palette=ASCII) == [
        " input     0 Conv2d ReLU    3 of 8 maps",
        "    ##        ##       ##",
        "    ##        ##       ##",
        "    ##        ##       ##",
        "    ##        ##       ##",
        " 0 .....  0%  4 .....  2%  8 .....  0%",
        " 1 .....  0%  5 .....  0%  9 .....  0%",
        " 2 .....  0%  6 .....  0%  says 4",
        " 3 ##### 98%  7 .....  0%  is   3 x",
    ]


def test_more_room_shows_more_maps() -> None:
    first = painted(MAPS, cnn(cnn_frame()), (114, 29))
    assert first[0].endswith("8 maps")
    assert any(row.startswith(" 3 Conv2d ReLU") and "16 maps" in row for row in first)


def test_another_sample_is_dots_until_it_came() -> None:
    desk = Desk(sample=1)
    rows = painted(MAPS, cnn(cnn_frame()), (47, 16), desk, NO_COLOUR)
    assert rows[0] == " input 1x8x8        0 Conv2d ReLU  6 of 8 maps"
    assert rows[1:9] == [""] * 8
    assert rows[13] == "                      3 ·····   ·  8 ·····   ·"
    assert rows[15] == "                      says ·, is ·"


def test_nothing_but_a_dot_before_the_first_sample() -> None:
    assert painted(MAPS, cnn(), (47, 2)) == [" ·", ""]


def test_what_is_no_number_is_said() -> None:
    broken = np.full((8, 8, 8), np.nan)
    world = cnn(cnn_frame(maps=broken, probabilities=shares(*[np.nan] * 10)))
    rows = painted(MAPS, world, (47, 16), palette=NO_COLOUR)
    assert rows[0] == " input 1x8x8        0 Conv2d     nan in 8 maps"
    assert "3 ····· nan" in rows[13]


def test_the_title_says_which_sample_it_is() -> None:
    assert MAPS.note(cnn(cnn_frame()), Desk()) == "sample 0, val, a 3"
    assert MAPS.note(cnn(cnn_frame(truth="8")), Desk()) == "sample 0, val, an 8"
    assert MAPS.note(cnn(), Desk(sample=12, sample_part="train")) == "sample 12, train"


@pytest.mark.parametrize(
    ("key", "sample"), [("right", 51), ("left", 49), (">", 60), ("<", 40), ("home", 0), ("end", 99)]
)
def test_keys_go_through_the_samples(key: str, sample: int) -> None:
    desk = Desk(sample=50)
    assert MAPS.press(cnn(), desk, key)
    assert desk.sample == sample


def test_there_is_no_sample_before_the_first_or_behind_the_last() -> None:
    desk = Desk(sample=99)
    assert MAPS.press(cnn(), desk, "right")
    assert desk.sample == 99
    assert MAPS.press(cnn(), desk, "home")
    assert MAPS.press(cnn(), desk, "left")
    assert desk.sample == 0


def test_d_changes_the_part_and_stays_within_it() -> None:
    desk = Desk()
    assert VAL in MAPS.probes(cnn(), desk, (47, 16))
    assert MAPS.press(cnn(), desk, "d")
    desk.sample = 399
    assert Activations(sample=399, part="train") in MAPS.probes(cnn(), desk, (47, 16))
    assert MAPS.press(cnn(), desk, "d")
    assert Activations(sample=99, part="val") in MAPS.probes(cnn(), desk, (47, 16))


def test_without_validation_samples_are_of_training() -> None:
    world, desk = cnn(), Desk()
    assert world.started is not None
    world.take(started(layers=world.started.layers, val_count=0))
    assert Activations() in MAPS.probes(world, desk, (47, 16))
    assert not MAPS.press(world, desk, "d")


def test_down_goes_to_the_next_convolution() -> None:
    world, desk = cnn(cnn_frame()), Desk()
    assert MAPS.press(world, desk, "down")
    assert desk.layer == "3"
    rows = painted(MAPS, world, (47, 16), desk, NO_COLOUR)
    assert rows[0].startswith(" input 1x8x8        3 Conv2d ReLU")
    assert MAPS.press(world, desk, "down")
    assert desk.layer == "3"
    assert MAPS.press(world, desk, "up")
    assert desk.layer == "0"
    assert MAPS.press(world, desk, "n")
    assert desk.layer == "3"


def test_a_layer_between_belongs_to_the_convolution_before() -> None:
    rows = painted(MAPS, cnn(cnn_frame()), (47, 16), Desk(layer="5"), NO_COLOUR)
    assert "3 Conv2d ReLU" in rows[0]


def mlp() -> World:
    layers = (
        layer("Linear(64, 32)", 32, parameters=2080),
        layer("ReLU()", 32),
        layer("Linear(32, 10)", 10, parameters=330),
    )
    told = started(layers=layers, experiment={"loss": "CrossEntropyLoss()"})
    world = world_of(told, known=pictures(flat=True))
    hidden = np.zeros(32)
    hidden[0], hidden[31] = 1, 0.5
    frame = activations(
        STROKE.ravel(),
        (
            activation("0", "Linear(64, 32)", hidden),
            activation("1", "ReLU()", hidden),
            activation("2", "Linear(32, 10)", np.zeros(10)),
        ),
        "1",
        "1",
        probabilities=shares(0, 1, *[0.0] * 8),
    )
    world.take(frame, VAL)
    values = np.zeros((32, 64))
    values[0] = STROKE.ravel() - (1 - STROKE.ravel())
    world.take(weights("0.weight", values), Weights(tensor="0.weight"))
    return world


def test_a_network_that_reads_a_list_has_its_weights_as_pictures_and_its_neurons_as_squares(
) -> None:  # fmt: skip
    rows = painted(MAPS, mlp(), (47, 16), palette=NO_COLOUR)
    assert rows[0] == " input 1x8x8        0 Linear   6 of 32 neurons"
    assert rows[1] == "       ████            ██    ▒▒▒▒▒▒▒▒ ▒▒▒▒▒▒▒▒"
    assert rows[9] == " 0 Linear ReLU        2 Linear softmax"
    assert rows[10] == " 32 neurons           0 ·····  0%  5 ·····  0%"
    assert rows[11] == " ██                   1 █████100%  6 ·····  0%"
    assert rows[14].startswith("         ▒▒  ")


def pairs() -> World:
    """A kernel that finds upright edges."""
    layers = (layer("Conv2d(1, 1, 3, padding=1, bias=False)", 1, 8, 8, parameters=9),)
    told = started(layers=layers, val_count=0, experiment={"loss": "MSELoss()"})
    x = np.stack([STROKE] * 2)[:, None]
    world = world_of(told, known=samples(x, x, sample_name="picture"))
    frame = activations(
        STROKE[None],
        (activation("0", "Conv2d(1, 1, 3, padding=1, bias=False)", STROKE[None] / 2),),
        "0, …",
        "0, …",
        target=Array.of(STROKE[None].astype(np.float32)),
    )
    world.take(frame, Activations())
    kernel = [[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1.25]]]]
    world.take(weights("0.weight", kernel), Weights(tensor="0.weight"))
    return world


def test_a_picture_made_of_a_picture_stands_beside_the_truth_and_the_kernel_below() -> None:
    assert painted(MAPS, pairs(), (47, 10), palette=NO_COLOUR) == [
        " input     0 Conv2d  truth",
        "    ██     ▒▒▒▓▓▒▒▒  ▒▒▒██▒▒▒   loss",
        "    ██     ▒▒▒▓▓▒▒▒  ▒▒▒██▒▒▒   0.25",
        "    ██     ▒▒▒▓▓▒▒▒  ▒▒▒██▒▒▒",
        "    ██     ▒▒▒▓▓▒▒▒  ▒▒▒██▒▒▒",
        "",
        " kernel of 0 Conv2d",
        "  -1.00  +0.00  +1.00   ░░▒▒▓▓",
        "  -2.00  +0.00  +2.00     ▒▒██",
        "  -1.00  +0.00  +1.25   ░░▒▒██",
    ]


def test_filters_have_what_moves_them_most_beside_them() -> None:
    world = cnn()
    kernels = np.zeros((8, 1, 3, 3))
    kernels[0, 0, :, 1] = 1
    world.take(weights("0.weight", kernels), Weights(tensor="0.weight"))
    places = np.zeros((8, 4, 2), np.int64)
    places[:, 0] = (2, 3)
    responses = ResponsesFrame(
        samples=Array.of(np.zeros((8, 4), np.int64)),
        values=Array.of(np.ones((8, 4), np.float32)),
        places=Array.of(places),
        field=((3, 1, -1), (3, 1, -1)),
    )
    world.take(responses, Responses(layer="0", part="val"))
    (wanted,) = [probe for probe in FILTERS.probes(world, Desk(), (47, 16))
                 if isinstance(probe, Samples)]  # fmt: skip
    assert wanted.part == "val"
    world.take(of_val(pictures()), wanted)
    rows = painted(FILTERS, world, (47, 16), palette=NO_COLOUR)
    assert rows[0] == " 0 Conv2d  8 kernels, what moves each most"
    # The kernel; the stroke's left edge, where it responds most; an empty corner.
    assert rows[1] == " 0 ▒▒██▒▒   ████         1 ▒▒▒▒▒▒   ████"


def test_a_sample_of_one_part_is_never_shown_for_one_of_the_other() -> None:
    world = cnn(val_count=100_000)
    responses = ResponsesFrame(
        samples=Array.of(np.zeros((8, 4), np.int64)),
        values=Array.of(np.ones((8, 4), np.float32)),
        places=None,
        field=(),
    )
    world.take(present(3, "running"))
    assert crop_of(world, Desk(), responses, 0, 0) is None
    world.take(of_val(pictures()), Samples(part="val"))
    assert crop_of(world, Desk(), responses, 0, 0) is not None


def of_val(frame: Any) -> Any:
    return samples(
        frame.x.numpy(), frame.y.numpy(), class_names=DIGITS, sample_name="picture", part="val"
    )


def test_up_and_down_choose_a_filter_and_sideways_a_layer() -> None:
    world, desk = cnn(), Desk()
    world.take(weights("0.weight", np.ones((8, 1, 3, 3))), Weights(tensor="0.weight"))
    world.take(weights("3.weight", np.ones((16, 8, 3, 3))), Weights(tensor="3.weight"))
    assert FILTERS.press(world, desk, "down")
    assert desk.unit == 1
    assert FILTERS.press(world, desk, "right")
    assert (desk.layer, desk.unit) == ("3", 0)
    assert Weights(tensor="3.weight") in FILTERS.probes(world, desk, (47, 16))
    assert FILTERS.press(world, desk, "end")
    assert desk.unit == 15
    assert painted(FILTERS, world, (47, 16), desk)[0].startswith(" 3 Conv2d")


def test_weights_that_are_no_numbers_are_said() -> None:
    world = cnn()
    world.take(weights("0.weight", np.full((8, 1, 3, 3), np.nan)), Weights(tensor="0.weight"))
    assert painted(FILTERS, world, (47, 16))[0] == " 0 Conv2d  nan or inf in kernels"


def test_each_network_has_the_views_that_suit_it() -> None:
    assert (FILTERS.suits(cnn()), WEIGHTS.suits(cnn())) == (True, False)
    assert (FILTERS.suits(mlp()), WEIGHTS.suits(mlp())) == (False, True)
    assert painted(WEIGHTS, mlp(), (47, 16))[0].startswith(" 0 Linear  ")


@pytest.mark.parametrize("world", [cnn(cnn_frame()), cnn(), mlp(), pairs()])
def test_maps_have_any_size(world: World) -> None:
    paints_at_any_size(MAPS, world)


@pytest.mark.parametrize("world", [cnn(), mlp(), pairs()])
def test_filters_have_any_size(world: World) -> None:
    world.take(weights("0.weight", np.ones((8, 1, 3, 3))), Weights(tensor="0.weight"))
    paints_at_any_size(FILTERS, world)
