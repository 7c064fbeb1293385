"""The arithmetic of every layer of the catalog against torch: calls, shapes and numbers drawn."""

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn

from tests.engine.export.test_written_out import module_of
from tests.engine.inside.support import (
    check,
    check_factors,
    check_shares,
    numbers_of,
    places,
)
from tests.spec.layer_cases import CASES, Case
from tui_nn.engine.inside.layers.rules import RULES
from tui_nn.engine.modules import HalfSquaredError
from tui_nn.spec import catalog
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import walk, without_lazy

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
SAMPLES = 3


def test_every_layer_of_the_catalog_has_its_arithmetic() -> None:
    lazy = {name for name, entry in catalog.CATALOG["layer"].items() if entry.stands_for}
    assert set(RULES) | lazy == set(catalog.CATALOG["layer"])


@pytest.mark.parametrize("name", CASES)
def test_every_number_of_the_layer_is_the_sum_of_its_terms(name: str) -> None:
    look(name, examples=8)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_number_of_the_layer_is_the_sum_of_its_terms_in_many_cases(name: str) -> None:
    look(name, examples=200)


def look(name: str, examples: int) -> None:
    """Draw calls, shapes and numbers, and compare."""

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        CASES[name],
        st.integers(0, 1000),
        st.booleans(),
        st.sampled_from([torch.float32, torch.float64]),
    )
    def compare(case: Case, seed: int, training: bool, dtype: torch.dtype) -> None:
        _compare(case, seed, training, dtype)

    compare()


def _compare(case: Case, seed: int, training: bool, dtype: torch.dtype) -> None:
    call, shape = case
    tokens = 1 if call.name == "Embedding" else None
    try:
        bounds = without_lazy((catalog.bind_call("layer", call),), shape, tokens)
        rows = walk(bounds, shape, tokens)
    except InvalidInput:
        assume(False)
        raise
    torch.manual_seed(seed)
    network = nn.Sequential(*map(module_of, bounds)).to(dtype)
    for norm in network.modules():  # statistics and scales that are not 0 and 1
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm):
            for tensor in norm.state_dict().values():
                if tensor.is_floating_point():
                    tensor.uniform_(0.5, 2)
    x = torch.randn(SAMPLES, *shape, dtype=dtype)
    if call.name == "Embedding":
        x = torch.randint(0, bounds[0]["num_embeddings"], (SAMPLES, *shape))
    target = torch.randn(SAMPLES, *rows[-1].size.output_shape, dtype=dtype)
    found = numbers_of(network, HalfSquaredError(), x, target, training=training)
    for place in places(found, seed):
        check(found, place)
        check_factors(found, place)
        if place.of == "parameter":
            check_shares(found, place)


def test_a_mask_of_dropout_is_the_one_of_the_pass() -> None:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Dropout(0.4), nn.Dropout2d(0.5), nn.Dropout(1.0))
    x, target = torch.randn(3, 4, 2, 2), torch.zeros(3, 4, 2, 2)
    found = numbers_of(network, HalfSquaredError(), x, target)
    for place in places(found, most=200):
        check(found, place)
