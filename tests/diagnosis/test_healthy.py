"""Runs that learn are found healthy."""

import pytest

from tests.diagnosis.patients import preset


@pytest.mark.parametrize(
    ("name", "steps"),
    [("and-gate", 24), ("xor-perceptron", 40), ("and-sigmoid", 200), ("one-weight", 20),
     ("neuron-regression", 200), ("too-fast", 20), ("xor-mlp", 90), ("circle", 400),
     ("iris-mlp", 150), ("wine-mlp", 50), ("diabetes-regression", 150), ("momentum", 300),
     ("batch-size", 40), ("muon-mlp", 100), ("sparse-embedding", 300), ("edge-kernel", 300),
     ("digits-softmax", 200), ("digits-cnn", 100), ("spiral-adam", 1000)],
)  # fmt: skip
def test_a_preset_that_learns_has_no_findings(name: str, steps: int) -> None:
    assert preset(name, steps=steps).findings == {}
