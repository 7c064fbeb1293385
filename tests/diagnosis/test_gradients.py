"""Gradients that vanish, explode or stop, on real networks, and what helps."""

from statistics import median

import pytest

from tests.diagnosis.patients import (
    accuracy_of,
    deep,
    first_of_last,
    loss_of,
    moons,
    preset,
)
from tui_nn.spec.diagnosis.gradients import VANISHES

SEEDS = (0, 1, 2)
each_seed = pytest.mark.parametrize("seed", SEEDS)
TEN = "vanishing-gradient"
GRADIENTS = {"vanishing", "exploding", "asleep", "nonfinite"}


@each_seed
def test_ten_sigmoids_vanish_and_what_is_offered_lets_the_first_layer_learn(seed: int) -> None:
    ill = preset(TEN, f"train.seed={seed}", steps=20)
    finding = ill.findings["vanishing"]
    assert (finding.sign, finding.layer) == ("✗", "0")
    assert "of the last layer's" in finding.said
    assert first_of_last(ill) < 1e-6
    offered = ill.remedies("vanishing")
    assert list(offered) == ["ReLU() with init='kaiming_normal_()'", "BatchNorm", "Residual"]
    for remedy in offered.values():
        cured = ill.treated(remedy)
        assert "vanishing" not in cured.findings
        assert first_of_last(cured) > 100 * VANISHES


@pytest.mark.slow
@each_seed
@pytest.mark.parametrize("words", ["ReLU() with init='kaiming_normal_()'", "BatchNorm", "Residual"])
def test_ten_sigmoids_learn_nothing_and_their_remedies_do(seed: int, words: str) -> None:
    ill = preset(TEN, f"train.seed={seed}", steps=600)
    assert accuracy_of(ill) < 0.65
    assert accuracy_of(ill.treated(ill.remedies("vanishing")[words])) > 0.75


def test_relu_alone_is_no_cure_hundreds_of_times_less_passes_than_with_kaiming() -> None:
    def passed(*changes: str) -> float:
        patients = [preset(TEN, *changes, f"train.seed={seed}", steps=2) for seed in range(9)]
        return median(first_of_last(patient) for patient in patients)

    alone, kaiming = passed(deep("ReLU")), passed(deep("ReLU"), "init=kaiming_normal_()")
    assert alone < 5e-3
    assert kaiming > 100 * alone


@each_seed
def test_layers_that_learn_have_no_finding_of_their_gradients(seed: int) -> None:
    for change in (deep("Tanh", 2), deep("ReLU", 3)):
        assert not GRADIENTS & moons(change, seed=seed).findings.keys()


@each_seed
def test_a_gradient_that_grows_beyond_its_start_explodes_until_the_rate_is_lower(seed: int) -> None:
    ill = preset("too-fast", "optimizer=SGD(lr=3)", f"train.seed={seed}", steps=6)
    assert "times the largest of the first step" in ill.findings["exploding"].said
    [remedy] = ill.remedies("exploding").values()
    cured = ill.treated(remedy)
    assert not cured.findings
    assert loss_of(cured) < 0.1 * loss_of(ill)


@each_seed
def test_weights_too_large_from_the_start_explode_and_what_is_offered_ends_it(seed: int) -> None:
    ill = moons(
        deep("Hardtanh", 20, 32),
        "init=normal_(std=0.5)",
        "optimizer=SGD(lr=1e-6)",
        seed=seed,
        steps=2,
    )
    assert "times the last layer's" in ill.findings["exploding"].said
    offered = ill.remedies("exploding")
    assert list(offered) == ["init left out", "BatchNorm"]
    for remedy in offered.values():
        assert "exploding" not in ill.treated(remedy).findings
