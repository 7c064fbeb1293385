"""Every number that the course's texts state, as a table: what is measured, and its bounds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.presets.measures import (
    above_the_turn,
    accuracy,
    baseline_accuracy,
    best_accuracy,
    dead,
    distance_to_sobel,
    epochs,
    evaluations,
    evaluations_per_step,
    every_step_is_higher,
    every_step_is_lower,
    f1,
    fall_after_the_turn,
    false_alarms,
    first_all_right,
    longest_step,
    loss,
    loss_when_first_right,
    never_setosa,
    numbers,
    parameters,
    r2,
    rare_found,
    rattle,
    reason,
    rise_after_the_turn,
    standardised,
    steps,
    turn,
    weight,
)
from tests.presets.support import (
    changes,
    changes_by_epoch,
    experiment,
    final,
    named_changes,
    part_of,
    train,
)
from tests.support import Run
from tui_nn.spec.finding import preset_names

NAMES = preset_names()
FEW = (0,)
SEEDS = (0, 1, 2, 3, 4)
OTHERS = (1, 2, 3, 4)
TWO = (0, 1)
REST = (2, 3, 4)
TEN = tuple(range(10))


@dataclass(frozen=True)
class Bounds:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True)
class Exactly:
    """This value."""

    wanted: object

    def __contains__(self, value: object) -> bool:
        return value == self.wanted


def above(low: float) -> Bounds:
    return Bounds(low, np.inf)


def below(high: float) -> Bounds:
    return Bounds(-np.inf, high)


@dataclass(frozen=True)
class Claim:
    """One thing that a preset's text says, or that its place in the course rests on."""

    preset: str
    says: str
    measure: Callable[[Run], Any]
    holds: Bounds | Exactly
    changes: tuple[str, ...] = ()
    compared: bool = False
    """The measure of the changed run is divided by that of the preset as it is."""
    seeds: tuple[int, ...] = SEEDS
    slow: tuple[int, ...] = ()
    """More seeds, for which there is less time."""

    def values(self, seeds: tuple[int, ...]) -> dict[int, Any]:
        found = {seed: self.measure(train(self.preset, seed, *self.changes)) for seed in seeds}
        if self.compared:
            own = {seed: self.measure(train(self.preset, seed)) for seed in seeds}
            return {seed: found[seed] / own[seed] for seed in seeds}
        return found


FULL_LENGTH = "goal.times=1000"
TEN_SIGMOIDS = experiment("vanishing-gradient").table["network"]
TEN_RELUS = f"network={[call.replace('Sigmoid', 'ReLU') for call in TEN_SIGMOIDS]}"
HIDDEN = 'network=["Linear(10, 16)", "ReLU()", "Linear(16, 1)"]'
TWO_HIDDEN = 'network=["Linear(10, 16)", "ReLU()", "Linear(16, 16)", "ReLU()", "Linear(16, 1)"]'
FOR_LAYERS = ("optimizer=Adam(lr=0.01)", "train.epochs=200", FULL_LENGTH)

POS_WEIGHT = "loss=BCEWithLogitsLoss(pos_weight=(10.0,))"

CLAIMS = (
    # A One neuron
    Claim("one-weight", "each step goes downhill", every_step_is_lower, Exactly(True)),
    Claim("one-weight", "the bottom is at the slope", weight, Bounds(1.97, 2.03)),
    Claim("one-weight", "lr just below 2.4 comes down", reason, Exactly("goal"),
          ("optimizer=SGD(lr=2.3)",)),
    Claim("one-weight", "lr just above 2.4 climbs", every_step_is_higher, Exactly(True),
          ("optimizer=SGD(lr=2.45)",)),
    Claim("one-weight", "lr 3 climbs out", reason, Exactly("diverged"),
          ("optimizer=SGD(lr=3)",)),
    Claim("not-gate", "3 changes", changes, Exactly(3)),
    Claim("not-gate", "the weight turns negative", numbers, Exactly([-1, 1])),
    Claim("and-gate", "10 changes", changes, Exactly(10)),
    Claim("and-gate", "24 steps", steps, Exactly(24)),
    Claim("and-gate", "ends at (2, 1), -2", numbers, Exactly([2, 1, -2])),
    Claim("or-gate", "4 changes, fewer than AND", changes, Exactly(4)),
    Claim("nor-gate", "5 changes", changes, Exactly(5)),
    Claim("nor-gate", "negative weights, positive bias", numbers, Exactly([-1, -1, 1])),
    Claim("xor-perceptron", "ends in a cycle", reason, Exactly("cycle")),
    Claim("xor-perceptron", "the circle is closed after epoch 3", epochs, Exactly(3)),
    *(
        Claim("xor-perceptron", f"epoch {epoch} ends at (-1, 0), 1", numbers,
              Exactly([-1, 0, 1]), (f"train.epochs={epoch}",))
        for epoch in (2, 3)
    ),
    Claim("xor-perceptron", "a circle of four changes",
          lambda run: changes_by_epoch(run)[3], Exactly(4)),
    Claim("and-sigmoid", "all four rows are soon right", first_all_right, below(10)),
    Claim("and-sigmoid", "the loss goes on falling", loss_when_first_right, above(0.3)),
    Claim("neuron-regression", "the points lie on a plane", r2, above(0.999)),
    # B Layers
    Claim("xor-mlp", "4 hidden neurons never get stuck", reason, Exactly("goal"), seeds=TEN),
    Claim("circle", "two cuts leave it open", best_accuracy, below(0.92),
          ("network[0]=Linear(2, 2)", "network[2]=Linear(2, 1)"), seeds=FEW, slow=OTHERS),
    # C Gradient and learning rate
    Claim("too-fast", "lr 0.3 takes some 20 steps", steps, Bounds(15, 25)),
    Claim("too-fast", "lr 0.03 creeps", loss, above(0.01), ("optimizer=SGD(lr=0.03)",)),
    Claim("too-fast", "lr 3 is higher each time", every_step_is_higher, Exactly(True),
          ("optimizer=SGD(lr=3)",)),
    Claim("too-fast", "lr 3 diverges", reason, Exactly("diverged"), ("optimizer=SGD(lr=3)",)),
    *(
        Claim("unscaled", f"lr {lr} does not suit", accuracy, below(0.75),
              (f"optimizer=SGD(lr={lr})",), seeds=TWO, slow=REST)
        for lr in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
    ),
    Claim("unscaled", "on one scale the same lr suits", accuracy, above(0.94), ("data=wine()",)),
    Claim("lr-decay", "a falling rate settles", rattle, below(0.001)),
    Claim("lr-decay", "a constant rate rattles", rattle, above(0.005), ("schedule=",)),
    Claim("lr-decay", "a constant rate never settles", reason, Exactly("epochs"), ("schedule=",)),
    Claim("vanishing-gradient", "learns nothing", best_accuracy, below(0.55),
          seeds=FEW, slow=OTHERS),
    Claim("vanishing-gradient", "ReLU alone is no cure", best_accuracy, below(0.55),
          (TEN_RELUS,), seeds=FEW, slow=OTHERS),
    Claim("vanishing-gradient", "ReLU with a fitting start is", accuracy, above(0.99),
          (TEN_RELUS, "init=kaiming_normal_()"), seeds=FEW, slow=OTHERS),
    Claim("dead-relu", "3 or more of the 8 die", dead, Bounds(3, 8)),
    Claim("dead-relu", "lr 0.3 kills all", dead, Exactly(8), ("optimizer=SGD(lr=0.3)",)),
    Claim("dead-relu", "a dead network says the same of all", accuracy, below(0.34),
          ("optimizer=SGD(lr=0.3)",)),
    Claim("dead-relu", "standardised, none dies", dead, Exactly(0), ("data=iris()",)),
    Claim("overfit", "20 points", lambda run: run.ended.train_count, Exactly(20), seeds=FEW),
    Claim("overfit", "validation turns within 100 epochs", turn, Bounds(10, 100),
          seeds=TWO, slow=REST),
    Claim("overfit", "then validation rises", rise_after_the_turn, above(1.8),
          seeds=TWO, slow=REST),
    Claim("overfit", "while training falls", fall_after_the_turn, below(0.1),
          seeds=TWO, slow=REST),
    Claim("overfit", "learned by heart", loss, below(0.01), seeds=TWO, slow=REST),
    Claim("overfit", "patience stops", reason, Exactly("plateau"), ("train.patience=20",)),
    Claim("overfit", "patience goes back to the turn", above_the_turn, Bounds(0.9999, 1.0001),
          ("train.patience=20",)),
    # D Optimizers
    Claim("spiral-sgd", "stays under 75 %", best_accuracy, below(0.74), seeds=FEW, slow=OTHERS),
    Claim("spiral-sgd", "about 60 % are right", accuracy, Bounds(0.48, 0.70),
          seeds=FEW, slow=OTHERS),
    Claim("spiral-sgd", "Adam gets out", best_accuracy, above(0.85), ("optimizer=Adam(lr=0.01)",),
          seeds=(), slow=SEEDS),
    Claim("momentum", "without it about nine times as many steps", steps, Bounds(7, 12),
          ("optimizer=SGD(lr=0.03)",), True, FEW, OTHERS),
    Claim("spiral-adam", "bends within about 100 epochs", best_accuracy, above(0.8),
          ("train.epochs=100",), seeds=FEW, slow=OTHERS),
    Claim("playground-spiral", "30 epochs do", epochs, below(30)),
    Claim("playground-spiral", "without the inputs under 85 %", best_accuracy, below(0.85),
          ("data=spiral(n=500)", "network[0]=Linear(2, 8)"), seeds=(), slow=SEEDS),
    Claim("batch-size", "superb on the full batch", steps, below(80)),
    Claim("batch-size", "poor on small batches", best_accuracy, below(0.85),
          ("train.batch_size=10",), seeds=FEW, slow=OTHERS),
    Claim("batch-size", "its steps come to a halt", longest_step, below(1e-3),
          ("train.batch_size=10",), seeds=FEW, slow=OTHERS),
    Claim("lbfgs-full-batch", "a few dozen steps", steps, Bounds(10, 72), seeds=(3,),
          slow=SEEDS),  # on another processor other seeds take up to 63
    Claim("lbfgs-full-batch", "about 22 losses a step", evaluations_per_step, Bounds(20, 24),
          seeds=(3,), slow=SEEDS),
    Claim("lbfgs-full-batch", "Adam takes many more steps", steps, above(30),
          ("optimizer=Adam(lr=0.01)", "train.epochs=3000"), True, (3,), SEEDS),
    Claim("lbfgs-full-batch", "but not so many more losses", evaluations, Bounds(1.2, 6),
          ("optimizer=Adam(lr=0.01)", "train.epochs=3000"), True, (3,), SEEDS),
    Claim("muon-mlp", "AdamW alone takes more than twice the epochs", epochs, above(2),
          ("optimizer=AdamW(lr=0.003)",), True, FEW, OTHERS),
    # E Tables
    Claim("iris-mlp", "setosa is never confused", never_setosa, Exactly(True)),
    Claim("iris-mlp", "nor at full length", never_setosa, Exactly(True), (FULL_LENGTH,),
          seeds=FEW, slow=OTHERS),
    Claim("wine-mlp", "scaled by the training part", standardised, below(1e-5)),
    Claim("diabetes-regression", "R² of about one half", r2, Bounds(0.4, 0.6)),
    Claim("diabetes-regression", "and no more at full length", r2, Bounds(0.4, 0.6),
          (FULL_LENGTH,)),
    Claim("imbalanced", "95 % by always saying no", baseline_accuracy, Exactly(0.95)),
    Claim("imbalanced", "accuracy says little more", accuracy, Bounds(0.95, 0.99)),
    Claim("imbalanced", "macro F1 tells it from the baseline", f1, above(0.7)),
    Claim("imbalanced", "more of the rare class is found", rare_found, above(1),
          (POS_WEIGHT,), compared=True),
    Claim("imbalanced", "for more false alarms", false_alarms, above(1),
          (POS_WEIGHT,), compared=True),
    # F Pictures
    Claim("edge-kernel", "finds the edge filter", distance_to_sobel, below(0.06)),
    Claim("digits-cnn", "98 % of unseen digits", accuracy, above(0.98), seeds=FEW, slow=OTHERS),
    Claim("digits-cnn", "also at full length", accuracy, above(0.98), (FULL_LENGTH,),
          seeds=(), slow=SEEDS),
    Claim("digits-cnn", "fewer numbers", parameters, Exactly(1946), seeds=FEW),
    Claim("digits-mlp", "than this", parameters, Exactly(2410), seeds=FEW),
    # G Your own
    Claim("empty", "it can be trained", accuracy, above(0.9)),
)  # fmt: skip


def quick_and_slow() -> Iterator[Any]:
    for claim in CLAIMS:
        name = f"{claim.preset}: {claim.says}"
        if claim.seeds:
            yield pytest.param(claim, claim.seeds, id=name)
        if claim.slow:
            yield pytest.param(claim, claim.slow, id=f"{name} (slow)", marks=pytest.mark.slow)


@pytest.mark.parametrize(("claim", "seeds"), [*quick_and_slow()])
def test_the_numbers_bear_out_the_text(claim: Claim, seeds: tuple[int, ...]) -> None:
    values = claim.values(seeds)
    missed = {seed: value for seed, value in values.items() if value not in claim.holds}
    assert not missed, claim.holds


@pytest.mark.parametrize("name", NAMES)
def test_every_change_that_a_text_names_is_measured(name: str) -> None:
    measured = {change for claim in CLAIMS if claim.preset == name for change in claim.changes}
    assert set(named_changes(experiment(name).about)) <= measured


def test_every_preset_without_a_goal_has_claims_instead() -> None:
    claimed = {claim.preset for claim in CLAIMS}
    assert {name for name in NAMES if not experiment(name).goal} <= claimed


@pytest.mark.slow
def test_two_hidden_neurons_get_stuck_in_about_half_of_the_starts() -> None:
    two = 'network=["Linear(2, 2)", "Tanh()", "Linear(2, 1)"]'
    stuck = [train("xor-mlp", seed, two).ended.reason != "goal" for seed in TEN]
    assert 3 <= sum(stuck) <= 7


@pytest.mark.slow
def test_more_layers_do_not_help_on_the_diabetes_table() -> None:
    def mean(*changed: str) -> float:
        return float(
            np.mean([final(train("diabetes-regression", seed, *changed), "r2") for seed in SEEDS])
        )

    one = mean(FULL_LENGTH)
    assert mean(HIDDEN, *FOR_LAYERS) < one + 0.03
    assert mean(TWO_HIDDEN, *FOR_LAYERS) < one


@pytest.mark.slow
def test_the_cnn_is_better_on_unseen_digits_than_the_mlp() -> None:
    def mean(name: str) -> float:
        return float(np.mean([final(train(name, seed, FULL_LENGTH), "accuracy") for seed in SEEDS]))

    assert part_of(train("digits-cnn", 0, FULL_LENGTH)) == "val"
    assert mean("digits-cnn") > mean("digits-mlp") + 0.005
