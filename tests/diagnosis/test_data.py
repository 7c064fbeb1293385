"""What data, loss and answers say of a real run, and what helps."""

import pytest

from tests.diagnosis.patients import accuracy_of, found_rare, loss_of, moons, preset

each_seed = pytest.mark.parametrize("seed", [0, 1, 2])
TWO_OUTPUTS = (
    'network=["Linear(2, 16)", "ReLU()", "Linear(16, 2)"]', "loss=CrossEntropyLoss()",
)  # fmt: skip


@each_seed
def test_one_answer_to_everything_is_told_with_what_helps_against_its_cause(seed: int) -> None:
    ill = preset("dead-relu", "optimizer=SGD(lr=0.3)", f"train.seed={seed}", steps=200)
    assert ill.findings["collapse"].said.startswith("All 150 answers are ")
    offered = ill.remedies("collapse")
    assert list(offered) == list(ill.remedies("asleep"))
    for remedy in offered.values():
        cured = ill.treated(remedy)
        assert "collapse" not in cured.findings
        assert accuracy_of(cured) > accuracy_of(ill) + 0.2


@each_seed
def test_unlike_answers_are_no_collapse(seed: int) -> None:
    assert "collapse" not in moons(seed=seed).findings


@each_seed
@pytest.mark.parametrize("changes", [(), TWO_OUTPUTS])
def test_a_rare_class_that_is_missed_is_told_and_found_by_its_weight(
    changes: tuple[str, ...], seed: int
) -> None:
    ill = preset("imbalanced", *changes, f"train.seed={seed}", steps=30)
    said = ill.findings["imbalanced"].said
    assert said.startswith("665 samples are no, 35 are yes: always answering the first is right")
    assert f"{round(35 * found_rare(ill))} of 35 of the rare ones are found" in said
    [remedy] = ill.remedies("imbalanced").values()
    cured = ill.treated(remedy)
    assert "imbalanced" not in cured.findings
    assert found_rare(cured) > found_rare(ill) + 0.3


@each_seed
def test_classes_alike_in_number_or_found_in_spite_of_it_are_not_told(seed: int) -> None:
    assert "imbalanced" not in moons(seed=seed).findings
    assert "imbalanced" not in preset("imbalanced", f"train.seed={seed}").findings


@each_seed
def test_columns_of_unlike_size_are_told_and_standardised(seed: int) -> None:
    ill = preset("unscaled", f"train.seed={seed}", steps=100)
    assert ill.findings["unscaled"].said.startswith("proline is spread 2,")
    [remedy] = ill.remedies("unscaled").values()
    cured = ill.treated(remedy)
    assert not cured.findings
    assert accuracy_of(cured) > max(0.95, accuracy_of(ill))


@pytest.mark.parametrize("name", ["wine-mlp", "dead-relu", "digits-softmax"])
def test_columns_of_about_one_size_are_not_told(name: str) -> None:
    assert "unscaled" not in preset(name, steps=5).findings


@each_seed
def test_squares_for_classes_are_told_and_cross_entropy_learns_faster(seed: int) -> None:
    ill = preset("digits-softmax", "loss=MSELoss()", f"train.seed={seed}", steps=60)
    assert "the targets are 10 classes" in ill.findings["wrong loss"].said
    [remedy] = ill.remedies("wrong loss").values()
    cured = ill.treated(remedy)
    assert not cured.findings
    assert accuracy_of(cured) > accuracy_of(ill) + 0.01


@each_seed
def test_squares_behind_a_sigmoid_that_is_surely_wrong_hardly_learn_and_logits_do(
    seed: int,
) -> None:
    ill = moons('network=["Linear(2, 1)", "Sigmoid()"]', "init=constant_(-6)", "loss=MSELoss()",
                seed=seed)  # fmt: skip
    remedy = ill.remedies("wrong loss")["BCEWithLogitsLoss() on raw outputs"]
    assert accuracy_of(ill.treated(remedy)) > accuracy_of(ill) + 0.2


@each_seed
def test_a_softmax_before_cross_entropy_is_told_and_left_out(seed: int) -> None:
    ill = preset("digits-softmax", 'network=["Linear(64, 10)", "Softmax(dim=1)"]',
                 f"train.seed={seed}", steps=60)  # fmt: skip
    assert "Softmax: 2 of them" in ill.findings["wrong loss"].said
    [remedy] = ill.remedies("wrong loss").values()
    cured = ill.treated(remedy)
    assert "wrong loss" not in cured.findings
    assert loss_of(cured) < 0.5 * loss_of(ill)
    assert accuracy_of(cured) > accuracy_of(ill)


@pytest.mark.parametrize("name", ["iris-mlp", "and-gate", "and-sigmoid", "neuron-regression"])
def test_losses_that_fit_their_targets_are_not_told(name: str) -> None:
    assert "wrong loss" not in preset(name, steps=4).findings
