"""Layers with sizes that fit where they are put."""

import pytest

from tui_nn.spec.call import parse
from tui_nn.spec.catalog import CATALOG, bind_call
from tui_nn.spec.filling import filled
from tui_nn.spec.network import walk

LAYERS = tuple(CATALOG["layer"].values())
SHAPES = [(2,), (13,), (1, 8, 8), (3, 28, 28), (8, 6)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("entry", LAYERS, ids=lambda entry: entry.name)
def test_what_is_offered_takes_what_comes_in(entry: object, shape: tuple[int, ...]) -> None:
    found = filled(entry, shape)  # type: ignore[arg-type]
    if found is not None:
        [row] = walk([bind_call("layer", parse(str(found.call)))], shape)
        assert row.input_shape == shape


@pytest.mark.parametrize(
    ("name", "shape", "call"),
    [
        ("Linear", (2,), "Linear(2, 8)"),
        ("Conv2d", (1, 8, 8), "Conv2d(1, 8, 3, padding=1)"),
        ("MaxPool2d", (8, 8, 8), "MaxPool2d(2)"),
        ("BatchNorm2d", (8, 8, 8), "BatchNorm2d(8)"),
        ("Residual", (8,), "Residual(Linear(8, 8), Tanh())"),
    ],
)
def test_what_it_must_be_told_is_what_fits(name: str, shape: tuple[int, ...], call: str) -> None:
    found = filled(CATALOG["layer"][name], shape)
    assert found is not None
    assert str(found.call) == call


def test_a_layer_of_pictures_is_not_offered_behind_a_row_of_numbers() -> None:
    assert filled(CATALOG["layer"]["Conv2d"], (8,)) is None


def test_tokens_are_offered_an_embedding_with_a_row_for_each_and_nothing_else_is() -> None:
    found = filled(CATALOG["layer"]["Embedding"], (3,), tokens=5)
    assert found is not None
    assert found["num_embeddings"] == 5
    assert filled(CATALOG["layer"]["Embedding"], (3,)) is None
