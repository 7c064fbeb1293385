"""How the loss goes, on real runs: rates, plateaus, overfitting, and what helps."""

import pytest

from tests.diagnosis.patients import Patient, accuracy_of, loss_of, moons, preset

each_seed = pytest.mark.parametrize("seed", [0, 1, 2])
PACE = {"too fast", "too slow", "plateau", "overfitting"}


@each_seed
@pytest.mark.parametrize("optimizer", ["SGD(lr=100)", "SGD(lr=1e6)"])
def test_a_rate_too_high_is_told_and_the_one_offered_learns(optimizer: str, seed: int) -> None:
    ill = moons(f"optimizer={optimizer}", seed=seed)
    assert "The loss has grown" in ill.findings["too fast"].said
    [remedy] = ill.remedies("too fast").values()
    assert remedy.anew
    cured = ill.treated(remedy)
    assert "too fast" not in cured.findings
    assert loss_of(cured) < 0.5


def test_a_loss_that_leapt_once_and_lies_flat_since_comes_of_a_rate_too_high() -> None:
    ill = moons("optimizer=Adam(lr=3)", seed=2)
    assert "leapt" in ill.findings["too fast"].said
    [remedy] = ill.remedies("too fast").values()
    assert loss_of(ill.treated(remedy)) < 0.5 * loss_of(ill)


@each_seed
@pytest.mark.parametrize(("optimizer", "better"), [("SGD(lr=1e-5)", 0.02), ("Adam(lr=1e-6)", 0.02)])
def test_a_rate_too_low_is_told_and_the_one_offered_gets_further(
    optimizer: str, better: float, seed: int
) -> None:
    ill = moons(f"optimizer={optimizer}", seed=seed)
    assert "A step changes no layer by more than" in ill.findings["too slow"].said
    [remedy] = ill.remedies("too slow").values()
    assert not remedy.anew
    cured = ill.treated(remedy)
    assert "too slow" not in cured.findings
    assert loss_of(cured) < (1 - better) * loss_of(ill)


@each_seed
@pytest.mark.parametrize("optimizer", ["SGD(lr=0.1)", "SGD(lr=1)", "Adam(lr=0.01)"])
def test_a_rate_that_learns_is_neither(optimizer: str, seed: int) -> None:
    assert not PACE & moons(f"optimizer={optimizer}", seed=seed).findings.keys()


def test_the_perceptron_rule_has_no_pace_to_judge() -> None:
    assert not preset("xor-perceptron", steps=60).findings


def test_steps_of_one_sample_are_not_taken_for_a_loss_that_grows() -> None:
    healthy = moons("train.batch_size=1", "optimizer=SGD(lr=0.03)", steps=400)
    assert "too fast" not in healthy.findings


@each_seed
def test_a_line_cannot_part_xor_and_a_hidden_layer_can(seed: int) -> None:
    ill = moons("data=xor_cloud()", 'network=["Linear(2, 1)"]', seed=seed, steps=600)
    assert "stands still" in ill.findings["plateau"].said
    [remedy] = ill.remedies("plateau").values()
    assert remedy.words == "a hidden layer of 8"
    cured = ill.treated(remedy)
    assert loss_of(cured) < 0.5 * loss_of(ill)
    assert accuracy_of(cured) > 0.9


@each_seed
def test_a_loss_that_rattles_settles_at_a_lower_rate(seed: int) -> None:
    ill = preset("lr-decay", "schedule=", "goal.loss=None", f"train.seed={seed}", steps=700)
    assert "to and fro" in ill.findings["plateau"].why
    [remedy] = ill.remedies("plateau").values()
    assert remedy.words == "lr=0.03"

    def left(patient: Patient) -> float:
        """Above the best line of all."""
        last = patient.evidence.evaluations[-20:]
        return sum(one.train for one in last) / len(last) - 0.2349

    assert left(ill.treated(remedy)) < 0.5 * left(ill)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_sgd_that_stands_still_on_the_spiral_goes_on_with_adam(seed: int) -> None:
    ill = preset("spiral-sgd", f"train.seed={seed}", steps=8000)
    assert "flat" in ill.findings["plateau"].why
    [remedy] = ill.remedies("plateau").values()
    assert remedy.words == "Adam(lr=0.01)"
    assert loss_of(ill.treated(remedy)) < 0.5 * loss_of(ill)


@each_seed
def test_overfitting_is_told_with_its_turn_and_what_is_offered_leaves_a_lower_loss(
    seed: int,
) -> None:
    ill = preset("overfit", f"train.seed={seed}")
    evaluations = ill.evidence.evaluations
    best = min(evaluations, key=lambda one: one.val or 0)
    assert f"lowest in epoch {best.epoch}, {best.val:.3g}" in ill.findings["overfitting"].said
    offered = ill.remedies("overfitting")
    assert list(offered) == ["train.patience=20", "Dropout(0.5)"]
    for remedy in offered.values():
        after = ill.treated(remedy).evidence.evaluations[-1].val
        assert after is not None
        assert after < 0.7 * (evaluations[-1].val or 0)


@each_seed
def test_samples_enough_are_not_overfitted(seed: int) -> None:
    healthy = preset("overfit", "data=circle(n=100)", "train.val=0.3", f"train.seed={seed}",
                     steps=100)  # fmt: skip
    assert "overfitting" not in healthy.findings
