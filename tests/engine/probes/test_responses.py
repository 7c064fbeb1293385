import numpy as np
import pytest
import torch

from tests.engine.probes.support import PICTURES, TOKENS, as_tensor, seen, unpack, view
from tests.support import MOONS
from tui_nn.engine.probes.chain import run_to
from tui_nn.engine.probes.field import field_of
from tui_nn.engine.probes.view import View
from tui_nn.spec.protocol.frames import Responses

CHAINS = {
    "one kernel": ["Conv2d(1, 2, 3)"],
    "edged": ["Conv2d(1, 2, 3, padding=1)"],
    "oblong": ["Conv2d(1, 2, (3, 5), padding=(1, 0), stride=(2, 1))"],
    "strided": ["Conv2d(1, 2, 3, stride=2, padding=1)", "Conv2d(2, 2, 3, padding=1)"],
    "with holes": ["Conv2d(1, 2, 3, dilation=2, padding=2)", "Conv2d(2, 2, 2)"],
    "same": ["Conv2d(1, 2, 4, padding='same')"],
    "pooled": ["Conv2d(1, 2, 3, padding=1)", "AvgPool2d(2)", "Conv2d(2, 3, 3, padding=1)"],
    "largest": ["Conv2d(1, 2, 3)", "MaxPool2d(3, 2, padding=1)", "Tanh()", "Conv2d(2, 1, 2)"],
    "adaptive": ["Conv2d(1, 2, 3, padding=1)", "AdaptiveAvgPool2d(4)"],
    "normed": ["Conv2d(1, 2, 3, padding=1)", "BatchNorm2d(2)", "Softmax(dim=1)"],
    "round": ["Conv2d(1, 2, 3, padding=1, stride=2)",
              "Residual(Conv2d(2, 2, 3, padding=1), Tanh(), Conv2d(2, 2, 3, padding=1))",
              "Conv2d(2, 2, 3)"],
}  # fmt: skip


def pictures(layers: list[str]) -> View:
    behind = [*layers, "Flatten()", "LazyLinear(10)"]
    return view(PICTURES, f"network={behind}")


def touched(at: View, top: int, place: tuple[int, int]) -> torch.Tensor:
    """Which pixels (8, 8) move an output at this place, over some random pictures."""
    at.network.eval()
    x = torch.randn(64, 1, 8, 8, requires_grad=True)
    run_to(at.network, x, top)[:, :, *place].square().sum().backward()
    assert x.grad is not None
    return (x.grad != 0).any(0)[0]


@pytest.mark.filterwarnings("ignore:Using padding=.same. with even kernel")
@pytest.mark.parametrize("layers", CHAINS.values(), ids=CHAINS)
def test_the_field_is_where_autograd_finds_a_gradient(layers: list[str]) -> None:
    torch.manual_seed(0)
    at = pictures(layers)
    last = len(layers) - 1
    sides = at.links[[link.name for link in at.links].index(str(last))].shape[1:]
    field = field_of(at, str(last))
    assert len(field) == 2
    for place in np.ndindex(*sides):
        seen_by = torch.zeros(8, 8, dtype=torch.bool)
        window = tuple(
            slice(max(0, side.offset + p * side.stride), side.offset + p * side.stride + side.size)
            for side, p in zip(field, place, strict=True)
        )
        seen_by[window] = True
        found = touched(at, last, place)
        if layers == CHAINS["with holes"]:
            # Between the pixels that a kernel with holes reads are some that it does not.
            assert not (found & ~seen_by).any()
            rows, columns = found.nonzero().T
            assert seen_by[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].all()
            continue
        assert torch.equal(found, seen_by), place


@pytest.mark.parametrize(
    "layers",
    [
        ["Conv2d(1, 2, 3, padding=1, padding_mode='circular')"],
        ["ConvTranspose2d(1, 2, 2, stride=2)"],
        ["Conv2d(1, 2, 3)", "GroupNorm(1, 2)"],
        ["Conv2d(1, 2, 3)", "Softmax(dim=3)"],
        ["AdaptiveAvgPool2d(3)"],
        ["Conv2d(1, 2, 3)", "BatchNorm2d(2, track_running_stats=False)"],
    ],
    ids=str,
)
def test_a_layer_without_one_window_has_no_field(layers: list[str]) -> None:
    at = pictures(layers)
    name = str(len(layers) - 1)
    assert field_of(at, name) == ()
    assert seen(at, Responses(layer=name)).field == ()


def test_a_layer_inside_a_residual_has_the_field_of_its_depth() -> None:
    at = pictures(CHAINS["round"])
    assert [side.size for side in field_of(at, "1.0")] == [7, 7]
    assert [side.size for side in field_of(at, "1.2")] == [11, 11]


def test_units_respond_most_to_the_samples_with_their_largest_outputs() -> None:
    at = view(MOONS, steps=5)
    frame = seen(at, Responses(layer="1", top=3))
    with torch.no_grad():
        outputs = at.network[:2](at.parts["train"].x)
    largest = outputs.sort(stable=True, dim=0, descending=True)
    assert as_tensor(frame.samples).T.tolist() == largest.indices[:3].tolist()
    assert torch.equal(as_tensor(frame.values).T, largest.values[:3])
    assert (frame.places, frame.field, frame.sampled) == (None, (), "")


def test_filters_respond_at_the_place_of_their_largest_output() -> None:
    at = view(PICTURES, steps=2)
    frame = seen(at, Responses(layer="2", top=2, part="val"))
    with torch.no_grad():
        outputs = at.network.eval()[:3](at.parts["val"].x)
    at.network.train()
    assert frame.samples.shape == (4, 2)
    assert frame.places.shape == (4, 2, 2)
    for unit, (samples, places) in enumerate(
        zip(unpack(frame.samples), unpack(frame.places), strict=True)
    ):
        best = outputs[:, unit].flatten(1).max(1).values.sort(descending=True).values[:2]
        assert unpack(frame.values)[unit].tolist() == best.tolist()
        for sample, (row, column), value in zip(samples, places, best, strict=True):
            assert outputs[sample, unit, row, column] == value
    assert frame.field == ((3, 1, -1), (3, 1, -1))


def test_the_units_of_an_embedding_lie_behind_its_tokens() -> None:
    frame = seen(view(TOKENS, steps=1), Responses(layer="0", top=1))
    # 4 units, each at one of 2 tokens.
    assert frame.samples.shape == (4, 1)
    assert frame.places.shape == (4, 1, 1)


def test_more_samples_than_there_are_give_all() -> None:
    assert seen(view(MOONS), Responses(layer="0", top=100)).samples.shape == (6, 50)


def test_a_large_part_is_sampled_over_all_of_it() -> None:
    at = view(MOONS, "data=moons(n=6000)")
    frame = seen(at, Responses(layer="0", top=1000))
    assert frame.sampled == "2,000 of 6,000 samples"
    assert unpack(frame.samples).max() > 5_000


def test_samples_that_depend_on_each_other_are_looked_at_together() -> None:
    layers = "['Linear(2, 3)', 'BatchNorm1d(3, track_running_stats=False)', 'Linear(3, 1)']"
    at = view(MOONS, f"network={layers}", "data=moons(n=3000)")
    frame = seen(at, Responses(layer="1", top=1))
    with torch.no_grad():
        outputs = at.network[:2](at.parts["train"].x)
    assert unpack(frame.values)[:, 0].tolist() == outputs.max(0).values.tolist()
    assert frame.sampled == ""
