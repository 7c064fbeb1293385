"""What the rules of diagnosis are given of a run on the screen."""

import numpy as np
import pytest

from tests.views.layer_frames import layers, show, sigmoids
from tests.views.support import evaluated, present, samples, started, stepped, world_of
from tui_nn.spec.protocol import Array, Culprit, Ended, Phase
from tui_nn.spec.protocol.frames import ConfusionFrame
from tui_nn.views.evidence import CONFUSED, evidence, wanted
from tui_nn.views.world import World

EXPERIMENT = {
    "data": "wine(standardize=False)", "network": ["Linear(2, 2)"], "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)", "train": {"batch_size": 10},
}  # fmt: skip
POINTS = [[0.0, 1000.0], [2.0, 3000.0]]


def run(**changes: object) -> World:
    told = started(experiment=EXPERIMENT | changes, input_shape=(2,), classes=2)
    return world_of(told, known=samples(POINTS, [0, 1]))


def test_losses_and_evaluations_come_with_their_steps() -> None:
    world = run()
    world.take(stepped(1, [3.0, float("nan"), 1.0, *[0.5] * 77]))
    world.take(evaluated(40, {"loss": 0.6}, {"loss": 0.7}))
    world.take(evaluated(80, {"loss": 0.4}, {"loss": 0.9}))
    world.take(present(80))
    known = evidence(world)
    assert known.losses.last == 80
    assert known.losses.means[:2] == (3.0, 1.0)
    assert known.losses.mean(70, 80) == 0.5
    assert known.losses.peak(1) == 3.0
    assert [(one.step, one.epoch, one.train, one.val) for one in known.evaluations] == [
        (40, 1, 0.6, 0.7), (80, 2, 0.4, 0.9),
    ]  # fmt: skip


def test_where_the_best_weights_were_put_back_theirs_are_the_numbers_of_now() -> None:
    world = run()
    world.take(stepped(1, [1.0] * 80))
    world.take(evaluated(80, {"loss": 0.1}, {"loss": 0.9}))
    ended = Ended(step=80, reason="plateau", epoch=2, train={"loss": 0.3}, val={"loss": 0.5},
                  goal=None, seconds=1.0, message="", train_count=2, val_count=2)  # fmt: skip
    world.take(ended)
    world.take(present(80, "stopped"))
    assert [one.val for one in evidence(world).evaluations] == [0.9, 0.5]
    world.take(present(40, head=80))
    assert evidence(world).evaluations == ()


def test_after_going_back_nothing_is_known_of_what_was_ahead() -> None:
    world = run()
    world.take(stepped(1, [1.0] * 80))
    world.take(evaluated(40, {"loss": 0.6}))
    world.take(evaluated(80, {"loss": 0.4}))
    world.take(present(50, head=80))
    assert evidence(world).losses.last == 50
    assert [one.step for one in evidence(world).evaluations] == [40]


def test_columns_are_spread_as_the_network_gets_them() -> None:
    assert dict(evidence(run()).spreads) == {"x1": 1.0, "x2": 1000.0}
    assert evidence(run(data="wine()")).spreads == ()


def test_classes_are_counted_and_answers_are_those_of_the_latest_look() -> None:
    world = run()
    counts = Array.of(np.array([[3, 1], [0, 4]]))
    world.take(ConfusionFrame(part="train", counts=counts, classes=("a", "b")), CONFUSED)
    assert evidence(world).class_counts == (1, 1)
    assert evidence(world).confusion == ((3, 1), (0, 4))
    assert wanted(world)[-1] == CONFUSED
    assert CONFUSED not in wanted(world_of(started()))


@pytest.mark.parametrize(("state", "is_known"), [("diverged", True), ("paused", False)])
def test_a_culprit_is_known_as_long_as_the_run_stands_there(state: str, is_known: bool) -> None:
    world = run()
    culprit = Culprit(step=1, phase=Phase.FORWARD, tensor="loss", layer="", operation="MSELoss()",
                      value="inf")  # fmt: skip
    world.take(
        Ended(step=0, reason="diverged", epoch=0, train=None, val=None, goal=None, seconds=1.0,
              message="", train_count=2, val_count=0, culprit=culprit)
    )  # fmt: skip
    world.take(present(0, state))
    assert (evidence(world).culprit == culprit) is is_known


def test_gradients_are_compared_with_the_first_that_was_seen() -> None:
    world = show(run(), layers(*sigmoids(0.1, 0.2)), layers(*sigmoids(1.0, 2.0), step=2))
    assert evidence(world).first_gradient == 0.2
    assert evidence(world).layers == layers(*sigmoids(1.0, 2.0), step=2)
