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


def test_the_values_before_a_bad_update_are_those_that_torch_held() -> None:
    changes = "optimizer=SGD(lr=1e30, weight_decay=1e30)", "train.batch_size=0"
    done, plain = run(REGRESSION, *changes), trainer(REGRESSION, *changes)
    x, y = plain.batches.next()
    plain.loss(plain.network(x), y).backward()
    weight = next(plain.network.parameters())
    assert weight.grad is not None
    after = weight.detach() - 1e30 * (weight.grad + 1e30 * weight.detach())
    row, column = (~after.isfinite()).nonzero()[0].tolist()
    assert done.ended.culprit is not None
    assert done.ended.culprit.before == {
        f"0.weight[{row}, {column}]": f"{weight[row, column].item():.3g}",
        "its gradient": f"{weight.grad[row, column].item():.3g}",
        "lr": "1e+30",
    }
    assert "Before: 0.weight[" in done.ended.message


def test_the_values_before_a_bad_output_are_what_the_layer_got_and_its_weights() -> None:
    trained = trainer(REGRESSION, "optimizer=SGD(lr=0.001)")
    with torch.no_grad():
        trained.network[0].weight.fill_(3e38)  # type: ignore[operator]
    place = trained.batches.place()
    largest = trained.batches.next()[0].abs().max().item()
    trained.batches.go_to(place)
    culprit = find_culprit(trained, take(trained), bad_step=1)
    assert culprit is not None
    assert culprit.tensor == "output of 0"
    assert culprit.before == {"largest input": f"{largest:.3g}", "largest weight": "3e+38"}


def test_the_value_before_a_bad_loss_is_the_largest_output() -> None:
    trained = trainer(REGRESSION, "network=['Linear(10, 1)']", "optimizer=SGD(lr=0.001)")
    with torch.no_grad():
        trained.network[0].weight.zero_()  # type: ignore[operator]
        trained.network[0].bias.fill_(1e30)  # type: ignore[operator]
    culprit = find_culprit(trained, take(trained), bad_step=1)
    assert culprit is not None
    assert (culprit.tensor, culprit.value) == ("loss", "inf")
    assert culprit.before == {"largest output": "1e+30"}


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
    session = Session(ready, records.append)
    session.begin()
    ended = session.run(Request())
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
    kept = done.session.training.trainer.network.state_dict()
    assert all(torch.equal(kept[k], v) for k, v in fresh.network.state_dict().items())


def test_a_replay_that_goes_well_finds_nothing_and_goes_back_to_the_good_state() -> None:
    trained = trainer(MOONS)
    trained.train_straight(2)
    good = take(trained)
    trained.train_straight(3)
    assert find_culprit(trained, good, bad_step=5, largest=False) is None
    assert trained.step == 2


@pytest.mark.parametrize("eval_every", [0, 1])
def test_a_loss_that_refuses_what_is_left_to_evaluate_is_no_number(eval_every: int) -> None:
    network = 'network=["Linear(2, 4)", "Linear(4, 1)", "Sigmoid()"]'
    changes = "loss=BCELoss()", "optimizer=SGD(lr=1e30)", f"train.eval_every={eval_every}"
    ended = run(MOONS, network, *changes).ended
    assert ended.reason == "diverged"
    assert ended.nonfinite["train.loss"] == "nan"


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
    session = Session(ready, lambda record: None)
    monkeypatch.setattr(session.training.trainer.loss, "forward", broken)
    monkeypatch.setattr(session.training.trainer.straight, "loss", broken)
    with pytest.raises(RuntimeError, match="out of memory"):
        session.run(Request())


def test_a_state_is_kept_as_good_only_when_its_evaluation_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "MOMENT_SECONDS", 0.0)  # as if every step were slow
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
    culprit = find_culprit(trained, take(trained), bad_step=2, largest=False)
    assert culprit is not None
    assert (culprit.phase, culprit.tensor) == (Phase.GRADIENT, "2.weight.grad")
    assert culprit.before["2.weight[0, 0]"] == "1e-10"
    assert float(culprit.before["loss"]) > 1e35


def test_a_ruin_that_only_the_evaluation_shows_is_named_as_such() -> None:
    # One step on one sample, a ruinous rate: its own loss was fine, that of all samples is not.
    done = run(REGRESSION, "network=['Linear(10, 1)']", "optimizer=SGD(lr=1e12)",
               "train.batch_size=442", "train.epochs=1")  # fmt: skip
    assert done.ended.reason == "diverged"
    assert done.ended.culprit is not None
    assert (done.ended.culprit.phase, done.ended.culprit.step) == (Phase.EVALUATE, 1)
    assert not float(done.ended.culprit.value) <= 1e12
    before, fresh = done.ended.culprit.before, trainer(REGRESSION, "network=['Linear(10, 1)']")
    largest = max(parameter.abs().max().item() for parameter in fresh.network.parameters())
    assert before["largest weight"] == f"{largest:.3g}"
    assert float(before["largest weight after"]) > 1e9
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


LINE = """
data = "line()"
network = ["Linear(1, 8)", "ReLU()", "Linear(8, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=3)"
[train]
threads = 1
"""


@pytest.mark.parametrize(
    "optimizer",
    ["SGD(lr=3)", "Adam(lr=1e5)", "RMSprop(lr=1e5)", "NAdam(lr=1e6)", "Adagrad(lr=1e7)",
     '["Muon(lr=1e8)", "AdamW()"]'],
)  # fmt: skip
def test_a_loss_past_all_reason_is_traced_to_the_largest_output_of_a_layer(optimizer: str) -> None:
    done = run(LINE, f"optimizer={optimizer}")
    culprit, trained = done.ended.culprit, done.session.training.trainer
    assert culprit is not None
    assert culprit.step == trained.step + 1
    x, y = trained.batches.next()
    outputs = [trained.network[:end](x) for end in (1, 2, 3)]
    assert loss_limit(done.history.losses()[1][0]) < trained.loss(outputs[-1], y) < float("inf")
    sizes = [output.abs().max().item() for output in outputs]
    widest = sizes.index(max(sizes))
    layer = ("Linear(1, 8)", "ReLU()", "Linear(8, 1)")[widest]
    assert culprit_of(done) == (Phase.FORWARD, f"output of {widest}", layer, layer)
    assert culprit.value == f"{sizes[widest]:.3g}"


def test_a_state_that_is_not_finite_is_named_with_its_parameter() -> None:
    trained = trainer(LINE, "optimizer=Adam()", "loss=L1Loss()")
    with torch.no_grad():
        trained.network[0].bias.fill_(1e25)  # type: ignore[operator]
    # The gradient of 2.weight is about that bias: finite, while its square is not.
    culprit = find_culprit(trained, take(trained), bad_step=1, largest=False)
    assert culprit is not None
    assert (culprit.phase, culprit.tensor) == (Phase.UPDATE, "exp_avg_sq of 2.weight")
    assert (culprit.layer, culprit.operation) == ("Linear(8, 1)", "Adam()")


def test_the_state_of_an_optimizer_that_keeps_one_for_all_is_named_alone() -> None:
    trained = trainer(LINE, "optimizer=LBFGS()")
    trained.train_straight(1)
    (state,) = trained.optimizers[0].state.values()
    state["kept"] = torch.tensor(float("inf"))  # its own would ruin the weights, named before it
    culprit = find_culprit(trained, take(trained), bad_step=2, largest=False)
    assert culprit is not None
    assert (culprit.tensor, culprit.layer) == ("kept", "")


SPARSE = (
    "data=modular_addition(p=7)",
    "network=['Embedding(7, 4, sparse=True)', 'Flatten()', 'Linear(8, 7)']",
    "loss=CrossEntropyLoss()",
)


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        (("optimizer=SGD(lr=3)",), "A smaller lr or train.clip_norm may help."),
        (("optimizer=LBFGS(lr=1e9)",),
         "A smaller lr or line_search_fn='strong_wolfe' may help."),
        (("optimizer=Rprop(lr=1e20, step_sizes=(1e-6, 1e20))", "train.batch_size=0"),
         "A smaller lr or upper end of step_sizes may help."),
        ((*SPARSE, "optimizer=SGD(lr=1e20)"), "A smaller lr may help."),
        (("schedule=CyclicLR(9, 10, cycle_momentum=False)",),
         "A smaller max_lr or train.clip_norm may help."),
        (("schedule=StepLR(1, 1e29)", "train.schedule_every=step", "optimizer=SGD(lr=1e10)",
          "train.batch_size=1", "network=['Linear(1, 1)']", "init=zeros_()", "loss=L1Loss()"),
         "A schedule that raises it less may help."),
        (("init=constant_(1e25)",),
         "Nothing was updated yet: smaller initial weights or inputs may help."),
        (("data=blobs(classes=3)", "network=['Linear(2, 3)']", "train.batch_size=1",
          "loss=CrossEntropyLoss(weight=[0, 0, 1])"),
         "No sample of that batch counts in the loss: a larger train.batch_size may help."),
    ],
)  # fmt: skip
def test_the_remedy_is_one_that_the_run_could_take(changes: tuple[str, ...], remedy: str) -> None:
    done = run(LINE, *changes)
    assert done.ended.reason == "diverged"
    assert done.ended.message.endswith(f". {remedy}")
