import numpy as np
import pytest

from tests.views.support import VALUE_BASELINE, evaluated, present, started, stepped, world_of
from tui_nn.spec.protocol import Changed, Phase
from tui_nn.views.curves import (
    LOSS,
    grown,
    metric_plot,
    rounded_up,
    scene,
    smoothed,
    step_at,
    window,
)
from tui_nn.views.desk import Desk
from tui_nn.views.world import World


def falling(steps: int, start: float = 0.7, end: float = 0.2) -> World:
    """A loss that falls evenly, evaluated each epoch of 40 steps."""
    losses = np.linspace(start, end, steps)
    told = []
    for step in range(40, steps + 1, 40):
        loss = float(losses[step - 1])
        numbers = {"loss": loss, "accuracy": 0.9}
        told.append(evaluated(step, numbers, {"loss": loss, "accuracy": 0.88}))
    return world_of(started(), stepped(1, losses.tolist()), *told, present(steps))


def test_ends_of_axes_only_grow_with_what_they_have_to_hold() -> None:
    for ends in (grown, rounded_up):
        found = [ends(value) for value in np.geomspace(1e-3, 1e5, 3_000)]
        assert found == sorted(found)
        assert all(
            end >= value * (1 - 1e-9)
            for end, value in zip(found, np.geomspace(1e-3, 1e5, 3_000), strict=True)
        )
    assert [grown(x) for x in (0, 0.7, 9.5, 10, 10.1, 41)] == pytest.approx(
        [1, 0.7, 10, 10, 12, 45]
    )


def test_limits_never_shrink_while_a_run_goes_on() -> None:
    rng = np.random.default_rng(3)
    world, before = world_of(started()), (0.0, 0.0, 0.0, 1e9)
    for epoch in range(1, 60):
        losses = 2 / epoch + 0.1 * rng.random(40)
        first = 40 * (epoch - 1) + 1
        numbers = {"loss": float(losses.mean())}
        world.take(stepped(first, losses.tolist()))
        world.take(evaluated(40 * epoch, numbers, numbers))
        world.take(present(40 * epoch, "running"))
        shown = scene(world, Desk(), LOSS)
        assert shown.y_ends is not None
        now = (float(shown.log), shown.ends[1], shown.y_ends[1], -shown.y_ends[0])
        if now[0] == before[0]:  # it becomes logarithmic once
            assert all(new >= old for new, old in zip(now[:3], before[:3], strict=True))
        before = now
    assert before[0] == 1


def test_the_window_shows_all_or_the_last_part_and_moves_in_leaps() -> None:
    assert window(80, 0) == (0, 80)
    assert window(51, 2) == (37.5, 52.5)
    assert window(3, 1) == (1.5, 3)
    starts = {window(now, 3)[0] for now in np.linspace(51, 55, 200)}
    assert len(starts) <= 7


@pytest.mark.parametrize(("end", "log"), [(0.2, False), (0.01, True)])
def test_values_over_more_than_a_decade_are_shown_logarithmically(end: float, log: bool) -> None:
    world = falling(400, end=end)
    assert scene(world, Desk(), LOSS).log is log
    assert scene(world, Desk(y_log=not log), LOSS).log is not log


def test_a_lucky_batch_does_not_stretch_a_logarithmic_axis() -> None:
    world = falling(400, end=0.01)
    world.take(stepped(401, [1e-9]))
    world.take(present(401))
    ends = scene(world, Desk(), LOSS).y_ends
    assert ends is not None
    assert ends[0] == pytest.approx(0.01 / 5)


def test_shares_reach_up_to_one_and_r2_may_be_negative() -> None:
    world = falling(80)
    assert scene(world, Desk(), metric_plot(world)).y_ends == pytest.approx((0.8, 1))
    numbers = {"loss": 1.0, "r2": -3.2, "mae": 2.0}
    values = world_of(
        started(metric="r2", baseline=VALUE_BASELINE), evaluated(40, numbers), present(40)
    )
    shown = scene(values, Desk(y_log=True), metric_plot(values))
    assert (shown.y_ends, shown.log) == ((-4, 1), False)


def test_a_goal_for_the_loss_leaves_the_metric_of_the_data() -> None:
    world = world_of(started(metric="loss"))
    assert metric_plot(world).name == "accuracy"
    world = world_of(started(metric="loss", baseline=VALUE_BASELINE))
    assert metric_plot(world).name == "R²"


def test_curves_end_where_training_stands() -> None:
    world = falling(400)
    world.take(present(100))
    batch, train, _ = scene(world, Desk(x_axis="step"), LOSS).drawn
    assert batch.blocks.steps[-1] == 100
    assert train.blocks.steps.tolist() == [40, 80]


@pytest.mark.parametrize(("axis", "last"), [("step", 400), ("epoch", 10), ("seconds", 4)])
def test_the_x_axis_counts_steps_epochs_or_seconds(axis: str, last: float) -> None:
    shown = scene(falling(400), Desk(x_axis=axis), LOSS)  # type: ignore[arg-type]
    assert shown.drawn[0].x[-1] == pytest.approx(last)
    assert shown.ends == pytest.approx((0, last))


def test_smoothing_keeps_a_straight_line_and_calms_noise() -> None:
    world = falling(400)
    shown = scene(world, Desk(), LOSS)
    x, y = smoothed(shown.drawn[0], shown.ends, 90, 2)
    np.testing.assert_allclose(y, 0.7 - 0.5 * x / 10, atol=0.002)
    noise = np.random.default_rng(0).normal(1, 0.3, 4_000).tolist()
    noisy = world_of(started(), stepped(1, noise), present(4_000))
    shown = scene(noisy, Desk(), LOSS)
    spread = [smoothed(shown.drawn[0], shown.ends, 90, s)[1].std() for s in (1, 2)]
    assert spread[1] < 0.02
    assert spread[1] < spread[0] < 0.05


def test_the_crosshair_stands_on_recorded_steps() -> None:
    world = falling(400)
    assert step_at(world, Desk()) is None
    assert step_at(world, Desk(crosshair=1000.0)) == 400
    assert step_at(world, Desk(crosshair=0.0)) == 0
    assert step_at(world, Desk(crosshair=200.5)) == 200
    assert step_at(world_of(started()), Desk(crosshair=0.5)) == 0


def test_a_branch_shows_its_parents_evaluations_until_it_has_its_own() -> None:
    world = falling(400)
    begun = Changed(
        branch=1, step=100, key="optimizer", old="SGD(lr=1)", new="SGD(lr=2)",
        phase=Phase.EVALUATE, parent=0,
    )  # fmt: skip
    world.take(begun)
    world.take(present(100, branch=1))
    assert world.evaluated is not None
    assert world.evaluated.step == 80
    world.take(stepped(101, [0.9] * 20, branch=1))
    world.take(evaluated(120, {"loss": 0.9}, branch=1))
    world.take(present(120, branch=1))
    assert world.evaluated.step == 120
    batch, train, _ = scene(world, Desk(x_axis="step"), LOSS).drawn
    assert batch.blocks.steps[-1] == 120
    assert train.blocks.last[-1] == 0.9
