import numpy as np
import pytest
import torch

from tests.support import GATE, MOONS, Run, prepared, run, trainer
from tui_nn.engine import session as session_module
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


def test_a_replay_that_goes_well_finds_nothing_and_goes_back_to_the_good_state() -> None:
    trained = trainer(MOONS)
    trained.train_straight(2)
    good = take(trained)
    trained.train_straight(3)
    assert find_culprit(trained, good, bad_step=5, largest=False) is None
    assert trained.step == 2


def test_a_step_that_breaks_because_of_a_number_gone_wrong_has_diverged() -> None:
    network = ("network=['Linear(2, 8)', 'ReLU()', 'Linear(8, 8)', 'ReLU()', 'Linear(8, 1)', "
               "'Sigmoid()']")  # fmt: skip
    done = run(MOONS, network, "loss=BCELoss()", "optimizer=Adam(lr=1e20)", "train.epochs=50")
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    assert done.ended.culprit.value in ("nan", "inf", "-inf")


def test_a_step_that_breaks_for_another_reason_is_no_divergence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("out of memory")

    ready = prepared(MOONS)
    session = Session(ready.plan, ready.split, lambda record: None, Request())
    monkeypatch.setattr(session.trainer.loss, "forward", broken)
    monkeypatch.setattr(session.trainer.straight, "loss", broken)
    with pytest.raises(RuntimeError, match="out of memory"):
        session.run()


def test_a_state_is_kept_as_good_only_when_its_evaluation_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "SNAPSHOT_SECONDS", 0.0)  # as if every step were slow
    done = run(REGRESSION, "optimizer=SGD(lr=1e25)", "train.batch_size=0", "train.eval_every=1")
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    assert done.ended.culprit.step == done.ended.step + 1
    assert "replay does not show" not in done.ended.message
    assert done.ended.train is not None
    assert done.ended.train["loss"] is not None


def test_a_first_loss_that_is_infinite_is_infinite() -> None:
    done = run(REGRESSION, "data=line()", "network=['Linear(1, 1)']", "init=constant_(1e25)",
               "optimizer=SGD(lr=0)")  # fmt: skip
    assert done.ended.reason == "diverged"
    assert loss_limit(float("inf")) == loss_limit(1.0)


def test_the_sum_of_a_residual_is_looked_at() -> None:
    network = "network=['Linear(10, 4)', 'Residual(Linear(4, 4))', 'Linear(4, 1)']"
    trained = trainer(REGRESSION, network, "optimizer=SGD(lr=0.001)")
    with torch.no_grad():
        trained.network[0].weight.zero_()  # type: ignore[operator]
        trained.network[0].bias.fill_(3e38)  # type: ignore[operator]
        trained.network[1][0].weight.copy_(torch.eye(4))  # type: ignore[index]
        trained.network[1][0].bias.zero_()  # type: ignore[index]
    culprit = find_culprit(trained, take(trained), bad_step=1)
    assert culprit is not None
    assert culprit.tensor == "output of 1"


def test_the_gradient_nearest_the_loss_is_named_first() -> None:
    # The output, 1e18, and its loss are finite; on the way back 1e18 · 1e29 is not.
    layers = ", ".join(["'Linear(1, 1, bias=False)'"] * 4)
    trained = trainer(GATE, "data=not_gate()", f"network=[{layers}]")
    with torch.no_grad():
        for parameter, value in zip(
            trained.network.parameters(), (1e9, 1e-10, 1e-10, 1e29), strict=True
        ):
            parameter.fill_(value)
    culprit = find_culprit(trained, take(trained), bad_step=2)
    assert culprit is not None
    assert (culprit.phase, culprit.tensor) == (Phase.GRADIENT, "2.weight.grad")


def test_a_ruin_that_only_the_evaluation_shows_is_named_as_such() -> None:
    # One step on one sample, a ruinous rate: its own loss was fine, that of all samples is not.
    done = run(REGRESSION, "network=['Linear(10, 1)']", "optimizer=SGD(lr=1e12)",
               "train.batch_size=442", "train.epochs=1")  # fmt: skip
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    assert (done.ended.culprit.phase, done.ended.culprit.step) == (Phase.EVALUATE, 1)
    assert not float(done.ended.culprit.value) <= 1e12
    assert done.ended.step == 0


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
