import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.plans import experiment, facts, plan, said
from tests.spec.support import error_of, refusal
from tui_nn.engine.building import refuse_too_large, resolve_target
from tui_nn.spec.catalog.entry import Shape

# BatchNorm and batches of one sample.

FLAT = ("Linear(2, 4)", "BatchNorm1d(4)", "Linear(4, 1)")
INSIDE = ("Linear(2, 4)", "Residual(Linear(4, 3), BatchNorm1d(3), Linear(3, 4))", "Linear(4, 1)")


@pytest.mark.parametrize("network", [FLAT, INSIDE])
@pytest.mark.parametrize(
    ("train", "batch_size", "better"),
    [(33, 32, 33), (101, 10, 11), (100, 99, 100), (100, 1, 2), (7, 1, 4), (3, 2, 3), (2, 1, 2),
     (31, 30, 31), (31, 5, 7)],
)  # fmt: skip
def test_batch_norm_refuses_a_batch_of_one_sample_and_says_which_size_works(
    network: Sequence[str], train: int, batch_size: int, better: int
) -> None:
    data = facts(train=train)
    assert said(f"train.batch_size={batch_size}", data=data, network=network) == (
        "command line: train.batch_size: gives a batch of one sample, from which BatchNorm1d "
        f"(network[1]) can't take a deviation: write {better}"
    )
    plan(f"train.batch_size={better}", data=data, network=network)


@given(st.integers(2, 60), st.integers(1, 60))
def test_the_size_that_is_said_to_work_does(train: int, batch_size: int) -> None:
    if batch_size > train or train % batch_size != 1 % batch_size:
        return
    data = facts(train=train)
    better = said(f"train.batch_size={batch_size}", data=data, network=FLAT).split()[-1]
    assert plan(f"train.batch_size={better}", data=data, network=FLAT).batch_size == int(better)


def test_one_sample_alone_can_not_be_normalised() -> None:
    assert said(data=facts(train=1), network=FLAT).endswith("more samples are needed")
    assert said("train.batch_size=0", data=facts(train=1), network=FLAT)


PICTURES = ("Conv2d(1, 4, 3)", "BatchNorm2d(4)", "Flatten()", "Linear(144, 1)")
SMALL = ("Conv2d(1, 4, 8)", "BatchNorm2d(4)", "Flatten()", "Linear(4, 1)")
ROWS = ("Residual(Linear(8, 1), BatchNorm1d(3), Linear(1, 8))", "Flatten()", "Linear(24, 1)")
WIDE = ("Linear(1, 1)", "Residual(Linear(1, 8), BatchNorm1d(3), Linear(8, 1))", "Flatten()",
        "Linear(3, 1)")  # fmt: skip


@pytest.mark.parametrize(
    ("network", "shape", "fine"),
    [
        (PICTURES, (1, 8, 8), True),
        (SMALL, (1, 8, 8), False),
        (ROWS, (3, 8), False),
        (WIDE, (3, 1), True),
        (("Flatten()", "Linear(64, 1)"), (1, 8, 8), True),
    ],
)
def test_a_picture_of_several_points_can_be_normalised_alone(
    network: Sequence[str], shape: Shape, fine: bool
) -> None:
    data = facts(shape, train=33)
    if fine:
        plan(data=data, network=network)
    else:
        assert "gives a batch of one sample" in said(data=data, network=network)
    with torch.no_grad():  # torch agrees
        layers = [_build(bound) for bound in experiment(network=network).network]
        sample = torch.ones(1, *shape)
        try:
            torch.nn.Sequential(*layers)(sample)
        except ValueError:
            assert not fine
        else:
            assert fine


def _build(bound: Any) -> torch.nn.Module:
    module: torch.nn.Module = resolve_target(bound.entry.target)(
        *map(_build, bound.inner), **bound.given
    )
    return module


def test_batch_norm_without_statistics_refuses_one_sample_for_validation() -> None:
    network = ("Linear(2, 4)", "BatchNorm1d(4, track_running_stats=False)", "Linear(4, 1)")
    message = said(data=facts(val=1), network=network)
    assert message.startswith("x.toml: train.val: leaves one sample, from which BatchNorm1d")
    message = said(data=facts(test=1), network=network)
    assert message.startswith("x.toml: train.test: leaves one sample, from which BatchNorm1d")
    plan(data=facts(val=2), network=network)
    plan(data=facts(val=1), network=FLAT)


# Size.


def test_a_network_beyond_memory_is_counted_and_refused_without_taking_any() -> None:
    network = ("Linear(1000000, 1000000)", "Linear(1000000, 1)")
    tracemalloc.start()
    try:
        made = plan(network=network, data=facts((1_000_000,)))
        assert made.rows[0].size.parameters == 10**12 + 10**6
        message = refusal(lambda: refuse_too_large(made))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    assert message.startswith("x.toml: network: has 1,000,002,000,001 parameters; they, their gr")
    assert message.endswith(": make a layer smaller")


def test_a_network_that_fits_is_not_refused() -> None:
    assert error_of(lambda: refuse_too_large(plan())) is None


def test_outputs_beyond_memory_are_refused_too() -> None:
    network = ("Conv2d(1, 1, 1, padding=1000000)", "Flatten()", "Linear(4000032000064, 1)")
    assert "GB" in refusal(lambda: refuse_too_large(plan(network=network, data=facts((1, 8, 8)))))
