"""Units that sleep, on real networks, and what wakes them."""

import pytest

from tests.diagnosis.patients import Patient, accuracy_of, deep, loss_of, moons, preset

each_seed = pytest.mark.parametrize("seed", [0, 1, 2])


def share(patient: Patient, what: str) -> float:
    """The largest share of any activation's units that are dead, or outputs that are saturated."""
    assert patient.evidence.layers is not None
    return max(getattr(row, what) or 0.0 for row in patient.evidence.layers.layers)


@each_seed
def test_dead_units_are_told_and_what_is_offered_brings_more_of_them_to_life(seed: int) -> None:
    ill = preset("dead-relu", f"train.seed={seed}", steps=10)
    finding = ill.findings["dead"]
    assert finding.said.startswith(f"{100 * share(ill, 'dead'):.0f}% of the units of 1 ReLU")
    offered = ill.remedies("dead")
    assert list(offered) == ["LeakyReLU(0.1) in place of ReLU()", "standardize=True"]
    for remedy in offered.values():
        assert share(ill.treated(remedy), "dead") < share(ill, "dead")


@each_seed
def test_where_all_are_dead_nothing_is_learned_and_every_remedy_learns(seed: int) -> None:
    ill = preset("dead-relu", "optimizer=SGD(lr=0.3)", f"train.seed={seed}", steps=200)
    assert ill.findings["asleep"].why == "Every unit of 1 ReLU gives 0 for every sample."
    assert accuracy_of(ill) < 0.4
    offered = ill.remedies("asleep")
    assert len(offered) == 3
    for remedy in offered.values():
        assert accuracy_of(ill.treated(remedy)) > 0.6


@each_seed
def test_living_units_are_not_called_dead(seed: int) -> None:
    healthy = preset("dead-relu", "data=iris()", f"train.seed={seed}", steps=100)
    assert not {"dead", "asleep"} & healthy.findings.keys()


def test_a_neuron_that_gives_0_by_its_step_function_is_not_dead() -> None:
    assert "dead" not in preset("xor-perceptron", steps=12).findings


@each_seed
def test_saturated_outputs_are_told_and_what_is_offered_frees_them(seed: int) -> None:
    ill = moons("init=normal_(std=8.0)", seed=seed, steps=5)
    assert "within 1 % of its ends" in ill.findings["saturated"].said
    offered = ill.remedies("saturated")
    assert list(offered) == ["init left out", "BatchNorm"]
    for remedy in offered.values():
        cured = ill.treated(remedy)
        assert "saturated" not in cured.findings
        assert share(cured, "saturated") < 0.8 * share(ill, "saturated")


@each_seed
def test_inputs_that_saturate_are_standardised(seed: int) -> None:
    ill = preset("unscaled", 'network=["Linear(13, 8)", "Tanh()", "Linear(8, 3)"]',
                 f"train.seed={seed}", steps=30)  # fmt: skip
    cured = ill.treated(ill.remedies("saturated")["standardize=True"])
    assert "saturated" not in cured.findings
    assert loss_of(cured) < loss_of(ill)


@each_seed
def test_outputs_in_the_middle_and_sure_answers_are_not_saturated(seed: int) -> None:
    assert "saturated" not in moons(deep("Sigmoid", 1), seed=seed).findings
    sure = moons('network=["Linear(2, 1)", "Sigmoid()"]', "loss=BCELoss()",
                 "init=constant_(20.0)", seed=seed, steps=3)  # fmt: skip
    assert share(sure, "saturated") > 0.5
    assert "saturated" not in sure.findings
