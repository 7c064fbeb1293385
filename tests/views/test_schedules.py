import numpy as np
import pytest

from tui_nn.views.rules import bound
from tui_nn.views.schedules import planned


@pytest.mark.parametrize(
    ("call", "rates"),
    [
        ("StepLR(step_size=2, gamma=0.5)", [1, 1, 0.5, 0.5, 0.25]),
        ("MultiStepLR(milestones=[1, 3], gamma=0.1)", [1, 0.1, 0.1, 0.01, 0.01]),
        ("LinearLR(start_factor=0.5, total_iters=2)", [0.5, 0.75, 1, 1, 1]),
        ("CosineAnnealingLR(T_max=2)", [1, 0.5, 0, 0.5, 1]),
        ("CosineAnnealingWarmRestarts(T_0=2)", [1, 0.5, 1, 0.5, 1]),
        ("CyclicLR(0.2, 0.4, 2)", [0.2, 0.3, 0.4, 0.3, 0.2]),
        ("OneCycleLR(1.0, 5, pct_start=0.6, div_factor=2, final_div_factor=5)",
         [0.5, 0.75, 1, 0.55, 0.1]),
        ("SequentialLR([ConstantLR(0.1, 9), ExponentialLR(0.5)], [2])", [0.1, 0.1, 1, 0.5, 0.25]),
        ("ChainedScheduler([StepLR(2, 0.1), ExponentialLR(0.5)])",
         [1, 0.5, 0.025, 0.0125, 0.000625]),
    ],
)  # fmt: skip
def test_a_plain_schedule_is_known_ahead(call: str, rates: list[float]) -> None:
    schedule = bound(call, "schedule")
    assert schedule is not None
    found = planned(schedule, 1.0, np.arange(5.0))
    assert found is not None
    assert found.tolist() == pytest.approx(rates)


@pytest.mark.parametrize(
    "call",
    [
        "ReduceLROnPlateau()",
        "OneCycleLR(max_lr=0.1)",
        "ChainedScheduler([CyclicLR(0.1, 1, 2), ExponentialLR(0.9)])",
        "ChainedScheduler([CosineAnnealingLR(4), ExponentialLR(0.9)])",
        "SequentialLR([CosineAnnealingLR(4), OneCycleLR(0.1, 9)], [3])",
    ],
)
def test_others_are_not(call: str) -> None:
    schedule = bound(call, "schedule")
    assert schedule is not None
    assert planned(schedule, 1.0, np.arange(5.0)) is None


@pytest.mark.parametrize(
    ("call", "moves"),
    [
        ("OneCycleLR(1.0, 10, pct_start=0.1)", 0.0),
        ("OneCycleLR(1.0, 10, pct_start=0.55, three_phase=True)", 10.0),
        ("OneCycleLR(1.0, 10, pct_start=0.1, three_phase=True)", 0.0),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_way_without_length_has_no_rate(call: str, moves: float) -> None:
    schedule = bound(call, "schedule")
    assert schedule is not None
    found = planned(schedule, 1.0, np.array([moves]))
    assert found is not None
    assert np.isnan(found).all()


def test_a_power_that_no_float_holds_is_no_error() -> None:
    schedule = bound("ExponentialLR(gamma=2.0)", "schedule")
    assert schedule is not None
    found = planned(schedule, 1.0, np.array([0.0, 1e9]))
    assert found is not None
    assert found.tolist() == [1, float("inf")]
