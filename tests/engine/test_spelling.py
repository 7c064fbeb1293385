"""A network spelled as code is the one that torch builds: layer by layer, and whole presets."""

from functools import partial
from typing import Any, get_args

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from torch import nn

from tests.engine.export.test_written_out import module_of
from tests.spec.layer_cases import CASES, Case
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import walk, without_lazy
from tui_nn.spec.script.lines import texts
from tui_nn.spec.script.spelling import Spelling, spelled

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
WAYS: tuple[Spelling, ...] = get_args(Spelling)
SEED, SAMPLES = 3, 4
close = partial(torch.testing.assert_close, rtol=1e-4, atol=1e-5)


def layers_of(*calls: str) -> tuple[Bound, ...]:
    return tuple(bind_call("layer", parse(call)) for call in calls)


def run(
    way: Spelling,
    layers: tuple[Bound, ...],
    shape: Shape,
    tokens: int | None = None,
    frozen: Any = (),
) -> dict[str, Any]:
    """What the code leaves behind, its weights drawn from SEED."""
    text = "\n".join(texts(spelled(way, layers, shape, tokens, frozen)))
    space: dict[str, Any] = {}
    torch.manual_seed(SEED)
    exec(compile(text, way, "exec"), space)
    return space


def output(space: dict[str, Any], x: torch.Tensor, *, training: bool) -> torch.Tensor:
    torch.manual_seed(SEED)
    if "network" in space:
        result: torch.Tensor = space["network"].train(training)(x)
        return result
    forward = space["forward"]
    modes = forward.__code__.co_argcount == 2
    made: torch.Tensor = forward(x, training) if modes else forward(x)
    return made


def compare(way: Spelling, layers: tuple[Bound, ...], shape: Shape, tokens: int | None) -> None:
    """The same output, while training and afterwards, as the network that the engine builds."""
    torch.manual_seed(SEED)
    ours = nn.Sequential(*map(module_of, without_lazy(layers, shape, tokens)))
    space = run(way, layers, shape, tokens)
    x = torch.randn(SAMPLES, *shape)
    if tokens is not None:
        x = torch.randint(0, tokens, (SAMPLES, *shape))
    for training in (True, False):
        expected = output({"network": ours}, x, training=training)
        close(output(space, x, training=training), expected)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CASES)
def test_every_layer_is_spelled_as_torch_builds_it(name: str, way: Spelling) -> None:
    @settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
    @given(CASES[name])
    def draw(case: Case) -> None:
        call, shape = case
        tokens = 1 if call.name == "Embedding" else None
        try:
            layers = (bind_call("layer", call),)
            walk(without_lazy(layers, shape, tokens), shape, tokens)
        except InvalidInput:
            assume(False)
            raise
        compare(way, layers, shape, tokens)

    draw()


WHOLE = {
    "rows": (("Linear(2, 8)", "Tanh()", "Residual(Linear(8, 8), BatchNorm1d(8), ReLU())",
              "Heaviside()", "Dropout(0.3)", "Linear(8, 1)"), (2,), None),
    "pictures": (("Conv2d(1, 4, 3, padding=1)", "BatchNorm2d(4, momentum=None)", "PReLU(4)",
                  "MaxPool2d(2)", "Flatten()", "LazyLinear(3)", "Softmax(dim=1)"), (1, 8, 8), None),
    "tokens": (("Embedding(5, 4, padding_idx=0)", "Flatten()", "Linear(8, 5)"), (2,), 5),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_network_is_spelled_as_torch_builds_it(name: str, way: Spelling) -> None:
    calls, shape, tokens = WHOLE[name]
    compare(way, layers_of(*calls), shape, tokens)


@pytest.mark.parametrize("way", WAYS)
def test_frozen_layers_do_not_train_in_the_code(way: Spelling) -> None:
    calls = ("Linear(2, 4)", "Tanh()", "Residual(Linear(4, 4), PReLU())", "Linear(4, 1)")
    space = run(way, layers_of(*calls), (2,), frozen=(0, 2))
    output(space, torch.randn(SAMPLES, 2), training=True).sum().backward()
    if way == "matrices":
        names = [name for name in space if name[-1].isdigit()]
        assert {name for name in names if space[name].grad is not None} == {"W4", "b4"}
        assert [id(one) for one in space["parameters"]] == [id(space["W4"]), id(space["b4"])]
    else:
        found = [one.grad is not None for one in space["network"].parameters()]
        assert found == [False] * 5 + [True] * 2


@pytest.mark.parametrize("way", WAYS)
def test_each_line_knows_its_layer_and_tells_the_shape_behind_it(way: Spelling) -> None:
    lines = spelled(way, layers_of("Linear(2, 8)", "ReLU()", "Linear(8, 1)"), (2,))
    behind = {line.layer: line.text for line in lines if "# (N, " in line.text}
    assert behind[0].endswith("  # (N, 8)")
    assert behind[2].endswith("  # (N, 1)")
    assert any("# x: (N, 2)" in line.text for line in lines)


def test_what_does_not_fit_is_spelled_but_as_matrices() -> None:
    layers = layers_of("Linear(2, 8)", "Linear(7, 1)")
    text = "\n".join(texts(spelled("sequential", layers, (2,))))
    assert "nn.Linear(2, 8),  # (N, 8)\n    nn.Linear(7, 1),\n" in text
    assert "linear2" in "\n".join(texts(spelled("module", layers, (2,))))
    with pytest.raises(InvalidInput, match="matrices need sizes that fit: Linear expects 7"):
        spelled("matrices", layers, (2,))
    with pytest.raises(InvalidInput, match="no layer"):
        spelled("module", (), (2,))
