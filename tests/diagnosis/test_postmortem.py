"""A run that blew up: what went wrong first, from what, and what helps."""

import pytest

from tests.diagnosis.patients import MOONS, Patient, loss_of, preset

each_seed = pytest.mark.parametrize("seed", [0, 1, 2])
DIABETES = """
data = "diabetes()"
network = ["Linear(10, 16)", "ReLU()", "Linear(16, 1)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.3)"
[train]
epochs = 20
"""


@each_seed
@pytest.mark.parametrize("lr", ["0.3", "1", "10"])
def test_a_network_that_blew_up_trains_with_each_remedy(lr: str, seed: int) -> None:
    ill = Patient(DIABETES, f"optimizer=SGD(lr={lr})", f"train.seed={seed}", steps=60)
    finding = ill.findings["diverged"]
    assert finding.said.startswith("Diverged in step 3, phase forward: ")
    assert "Before: largest" in finding.said
    offered = ill.remedies("diverged")
    assert len(offered) == (1 if lr == "10" else 2)
    start = Patient(DIABETES, "optimizer=SGD(lr=0)", f"train.seed={seed}", steps=11)
    for remedy in offered.values():
        assert remedy.anew
        cured = ill.treated(remedy)
        assert "diverged" not in cured.findings
        assert loss_of(cured) < loss_of(start)


@each_seed
def test_what_a_rate_of_a_million_did_in_the_first_step_is_told(seed: int) -> None:
    ill = preset("too-fast", "optimizer=SGD(lr=1e6)", f"train.seed={seed}", steps=40)
    said = ill.findings["diverged"].said
    assert "Diverged in step 1, phase evaluate: loss of the training part" in said
    assert "lr 1e+06" in said
    assert ill.session.step == 0
    [remedy] = ill.remedies("diverged").values()
    assert not {"diverged", "too fast"} & ill.treated(remedy).findings.keys()


@each_seed
def test_in_a_bowl_the_rate_that_is_offered_goes_to_its_bottom(seed: int) -> None:
    ill = preset("too-fast", "optimizer=SGD(lr=3)", f"train.seed={seed}", steps=40)
    [remedy] = ill.remedies("diverged").values()
    assert loss_of(ill.treated(remedy)) < 0.05


@each_seed
def test_adam_is_taken_back_to_torchs_own_rate(seed: int) -> None:
    network = 'network=["Linear(2, 8)", "ReLU()", "Linear(8, 1)", "Sigmoid()"]'
    ill = Patient(MOONS, network, "loss=BCELoss()", "optimizer=Adam(lr=1e20)",
                  f"train.seed={seed}", steps=60)  # fmt: skip
    assert list(ill.remedies("diverged")) == ["lr=0.001"]
    cured = ill.treated(ill.remedies("diverged")["lr=0.001"])
    assert "diverged" not in cured.findings
    assert loss_of(cured) < cured.evidence.losses.mean(0, 5)


def test_lbfgs_is_offered_its_line_search() -> None:
    ill = Patient(DIABETES, "optimizer=LBFGS(lr=1e9)", "train.batch_size=0", steps=20)
    remedy = ill.remedies("diverged")["LBFGS(lr=1, line_search_fn='strong_wolfe')"]
    assert "diverged" not in ill.treated(remedy).findings


def test_a_schedule_that_goes_too_far_is_left_out() -> None:
    ill = preset("and-gate", "schedule=StepLR(step_size=1, gamma=1e29)")
    [remedy] = ill.remedies("diverged").values()
    assert "diverged" not in ill.treated(remedy).findings


def test_weights_too_large_before_any_step_are_left_to_torchs_init() -> None:
    ill = Patient(DIABETES, "init=constant_(1e25)", "optimizer=SGD(lr=1e-3)", steps=20)
    [remedy] = ill.remedies("diverged").values()
    assert remedy.words == "init left out"
    assert "diverged" not in ill.treated(remedy).findings


def test_a_run_that_goes_well_has_not_diverged() -> None:
    assert "diverged" not in Patient(DIABETES, "optimizer=SGD(lr=1e-3)", steps=60).findings
