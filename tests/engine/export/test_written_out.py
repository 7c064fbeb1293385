"""Every layer written out by hand computes what torch's does: outputs, gradients, statistics."""

from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn

from tests.spec.layer_cases import CASES, Case
from tui_nn.engine.building import resolve_target
from tui_nn.spec import catalog
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import walk, without_lazy
from tui_nn.spec.script.lines import texts
from tui_nn.spec.script.matrices import WRITERS, forward_lines
from tui_nn.spec.script.placing import has_modes, placed
from tui_nn.spec.script.variables import named

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
SAMPLES = 3
close = partial(torch.testing.assert_close, rtol=1e-9, atol=1e-9)


def module_of(bound: Bound) -> nn.Module:
    make = resolve_target(bound.entry.target)
    made: nn.Module = make(*map(module_of, bound.inner), **bound.given)
    return made


def test_every_layer_of_the_catalog_is_written_out() -> None:
    lazy = {name for name, entry in catalog.CATALOG["layer"].items() if entry.stands_for}
    assert set(WRITERS) | {"Residual"} | lazy == set(catalog.CATALOG["layer"])


@pytest.mark.parametrize("name", CASES)
def test_the_layer_written_out_is_torchs(name: str) -> None:
    check(name, examples=8)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_layer_written_out_is_torchs_in_many_cases(name: str) -> None:
    check(name, examples=100)


def check(name: str, examples: int) -> None:
    """Draw calls, shapes and numbers, and compare."""

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    @given(CASES[name], st.integers(0, 1000), st.booleans())
    def compare(case: Case, seed: int, training: bool) -> None:
        _compare(case, seed, training)

    compare()


def _compare(case: Case, seed: int, training: bool) -> None:
    call, shape = case
    tokens = 1 if call.name == "Embedding" else None
    try:
        bounds = without_lazy((catalog.bind_call("layer", call),), shape, tokens)
        rows = walk(bounds, shape, tokens)
    except InvalidInput:
        assume(False)
        raise
    torch.manual_seed(seed)
    network = nn.Sequential(*map(module_of, bounds)).double().train(training)
    for norm in network.modules():  # statistics and scales that are not 0 and 1
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm):
            for tensor in norm.state_dict().values():
                if tensor.is_floating_point():
                    tensor.uniform_(0.5, 2)
    x = torch.randn(SAMPLES, *shape, dtype=torch.float64)
    if call.name == "Embedding":
        x = torch.randint(0, bounds[0]["num_embeddings"], (SAMPLES, *shape))
    layers = named(tuple(placed(rows)), list(network.state_dict()))
    variables: dict[str, Any] = {
        variable: network.state_dict()[f"{layer.path}.{name}"].clone()
        for layer in layers
        for name, variable in layer.tensors.items()
    }
    for layer in layers:
        for name, variable in layer.tensors.items():
            if f"{layer.path}.{name}" in dict(network.named_parameters()):
                variables[variable].requires_grad_()
    modes = has_modes(layers)
    text = "\n".join(texts(forward_lines(layers, {})))
    space = {"torch": torch, "F": nn.functional, **variables}
    exec(compile(text, "forward", "exec"), space)
    inputs = [x, x.clone()]
    for one in inputs:
        one.requires_grad_(one.is_floating_point())
    torch.manual_seed(seed)
    theirs = network(inputs[0])
    torch.manual_seed(seed)
    ours = space["forward"](inputs[1], training) if modes else space["forward"](inputs[1])
    close(ours, theirs, msg=lambda words: f"{words}\n{text}")
    if theirs.requires_grad:
        direction = torch.randn_like(theirs)
        (theirs * direction).sum().backward()
        (ours * direction).sum().backward()
        _same_gradient(inputs[1].grad, inputs[0].grad, text)
    parameters = dict(network.named_parameters())
    for layer in layers:
        for name, variable in layer.tensors.items():
            path = f"{layer.path}.{name}"
            if path in parameters:
                _same_gradient(variables[variable].grad, parameters[path].grad, text)
            elif name != "num_batches_tracked":
                theirs_now = network.state_dict()[path]
                close(variables[variable], theirs_now)


def _same_gradient(ours: torch.Tensor | None, theirs: torch.Tensor | None, text: str) -> None:
    if theirs is not None and theirs.is_sparse:
        theirs = theirs.to_dense()
    if ours is not None and ours.is_sparse:
        ours = ours.to_dense()
    if ours is None or theirs is None:
        assert all(gradient is None or not gradient.any() for gradient in (ours, theirs)), text
        return
    close(ours, theirs, msg=lambda words: f"{words}\n{text}")
