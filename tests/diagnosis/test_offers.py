"""What is offered can be taken: none of it is refused."""

from dataclasses import replace

from tests.diagnosis.patients import Patient, moons, preset
from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Remedy
from tui_nn.spec.diagnosis.offers import changes_of, fitting
from tui_nn.spec.diagnosis.remedies import WAYS, remedies
from tui_nn.spec.resolve import Plan


def plan_of(patient: Patient) -> Plan:
    found = patient.evidence.plan
    assert found is not None
    return found


def test_a_norm_is_not_offered_to_batches_of_one_sample() -> None:
    ill = preset("vanishing-gradient", "train.batch_size=1", steps=20)
    assert list(ill.remedies("vanishing")) == ["ReLU() with init='kaiming_normal_()'", "Residual"]


def test_what_is_there_already_is_not_offered() -> None:
    ill = preset("overfit", "train.patience=20", "train.epochs=30")
    plan = plan_of(ill)
    patience = Remedy("train.patience=20", {"train.patience": 20})
    other = Remedy("train.patience=5", {"train.patience": 5})
    assert fitting(plan, [patience, other]) == (other,)
    assert changes_of(other) == ("train.patience=5",)


def test_what_an_optimizer_refuses_is_not_offered() -> None:
    plan = plan_of(moons("optimizer=LBFGS()", "train.batch_size=0", steps=2))
    clipped = Remedy("train.clip_norm=1", {"train.clip_norm": 1.0})
    assert fitting(plan, [clipped]) == ()


def test_without_a_plan_nothing_is_offered() -> None:
    ill = preset("vanishing-gradient", steps=20)
    unknown: Evidence = replace(ill.evidence, plan=None)
    assert remedies(ill.findings["vanishing"], unknown) == ()


def test_whatever_is_known_no_way_to_help_fails_or_offers_what_is_refused() -> None:
    for patient in (
        moons(steps=30),
        preset("imbalanced", steps=30),
        preset("diabetes-regression", steps=5),
        preset("muon-mlp", steps=5),
        preset("sparse-embedding", steps=5),
        preset("digits-cnn", steps=2),
        preset("xor-perceptron", steps=5),
    ):
        plan, evidence = plan_of(patient), patient.evidence
        for ways in WAYS.values():
            for remedy in fitting(plan, ways(plan, evidence)):
                patient.treated(remedy, steps=2)
