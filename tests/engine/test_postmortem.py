import numpy as np
import pytest
import torch

from tests.support import GATE, MOONS, Run, prepared, run, trainer
from tui_nn.engine.postmortem import find_culprit, first_bad, loss_limit
from tui_nn.engine.session import Request, Session
from tui_nn.engine.state import take
from tui_nn.spec.protocol import Phase, Record

REGRESSION = """
data = "diabetes()"
network = ["Linear(10, 16)", "ReLU()", "Residual(Linear(16, 16), Tanh())", "Linear(16, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=10)"
[train]
threads = 1
"""


def culprit_of(done: Run) -> tuple[Phase, str, str, str]:
    assert done.ended.culprit is not None
    culprit = done.ended.culprit
    return culprit.phase, culprit.tensor, culprit.layer, culprit.operation


def test_a_loss_that_overflows_is_named_with_its_step() -> None:
    done = run(REGRESSION)
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    assert done.ended.culprit.step == done.ended.step + 1
    assert culprit_of(done)[0] is Phase.FORWARD
    assert "step" in done.ended.message
    assert "smaller lr" in done.ended.message


def test_the_first_bad_number_is_where_torch_first_makes_one() -> None:
    done = run(REGRESSION)
    plain = trainer(REGRESSION)
    first_bad_step = 0
    while first_bad_step == 0:
        x, y = plain.batches.next()
        output = x
        for index, layer in enumerate(plain.network):
            output = layer(output)
            if not output.isfinite().all():
                first_bad_step, name = plain.step + 1, f"output of {index}"
                break
        else:
            loss = plain.loss(output, y)
            if not loss.isfinite():
                first_bad_step, name = plain.step + 1, "loss"
        plain.network.zero_grad()
        if not first_bad_step:
            loss.backward()
            plain.optimizers[0].step()
            plain.step += 1
    assert done.ended.culprit is not None
    assert (done.ended.culprit.step, done.ended.culprit.tensor) == (first_bad_step, name)


def test_a_weight_that_becomes_infinite_is_found_in_the_update() -> None:
    done = run(REGRESSION, "optimizer=SGD(lr=1e30, weight_decay=1e30)")
    phase, tensor, layer, operation = culprit_of(done)
    assert (phase, operation) == (Phase.UPDATE, "SGD(lr=1e+30, weight_decay=1e+30)")
    assert (tensor, layer) == ("0.weight", "Linear(10, 16)")


def test_a_loss_that_grows_without_bound_but_stays_finite_ends_the_run_too() -> None:
    done = run(REGRESSION, "network=['Linear(10, 1)']", "optimizer=SGD(lr=3)", "train.epochs=1000")
    assert done.ended.reason == "diverged"
    _, losses = done.history.losses()
    assert losses[-1] > loss_limit(losses[0])
    assert np.isfinite(losses).all()
    assert done.ended.culprit is not None
    assert float(done.ended.culprit.value) > 1e6


def test_a_number_missing_in_the_data_is_blamed_on_the_data() -> None:
    ready = prepared(MOONS)
    ready.split.train.x[7, 1] = np.nan
    records: list[Record] = []
    ended = Session(ready.plan, ready.split, records.append, Request()).run()
    assert ended.reason == "diverged"
    assert ended.culprit is not None
    assert (ended.culprit.tensor, ended.culprit.operation) == ("the input", "the data")
    assert ended.culprit.value == "nan"


def test_a_layer_inside_a_residual_is_named_as_it_was_written() -> None:
    trained = trainer(REGRESSION, "optimizer=SGD(lr=0.001)")
    with torch.no_grad():
        trained.network[2][0].weight.fill_(float("inf"))  # type: ignore[index]
    culprit = find_culprit(trained, take(trained), bad_step=1)
    assert culprit is not None
    assert (culprit.tensor, culprit.layer) == ("output of 2.0", "Linear(16, 16)")


def test_the_replay_goes_back_to_a_good_state_and_stops_before_the_bad_step() -> None:
    done = run(REGRESSION, "network=['Linear(10, 1)']", "optimizer=SGD(lr=3)", "train.epochs=1000")
    fresh = trainer(REGRESSION, "network=['Linear(10, 1)']", "optimizer=SGD(lr=3)")
    fresh.train_straight(done.ended.step)
    kept = done.session.trainer.network.state_dict()
    assert all(torch.equal(kept[k], v) for k, v in fresh.network.state_dict().items())


def test_a_replay_that_goes_well_finds_nothing() -> None:
    trained = trainer(MOONS)
    good = take(trained)
    trained.train_straight(3)
    # On a GPU a replay may round otherwise; every step is checked, and all are fine but the last.
    culprit = find_culprit(trained, good, bad_step=3)
    assert culprit is not None
    assert trained.step == 2


def test_an_update_that_ruins_the_last_step_is_noticed_too() -> None:
    done = run(REGRESSION, "optimizer=SGD(lr=1e30)", "train.epochs=1", "train.batch_size=0")
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    assert done.ended.culprit.step == 1
    assert done.ended.step == 0
    assert done.ended.train is not None
    assert done.ended.train["loss"] is not None


def test_a_schedule_that_raises_the_rate_without_bound_is_named() -> None:
    done = run(GATE, "schedule=StepLR(step_size=1, gamma=1e29)", "train.epochs=40")
    assert done.ended.reason == "diverged"
    assert culprit_of(done)[1:] == ("the learning rate", "", "StepLR(step_size=1, gamma=1e+29)")


@pytest.mark.parametrize(
    ("losses", "index"),
    [([1.0, 2.0], None), ([1.0, float("nan")], 1), ([float("inf")], 0), ([1.0, 5.0, 11.0], 2)],
)
def test_a_bad_loss_is_not_a_number_or_above_the_limit(
    losses: list[float], index: int | None
) -> None:
    assert first_bad(losses, 10.0) == index


def test_the_schedule_moves_in_the_replay_as_it_did() -> None:
    change = "schedule=ExponentialLR(gamma=3.0)"
    done = run(MOONS, change, "train.epochs=200", "loss=MSELoss()", "network=['Linear(2, 1)']")
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
