"""The numbers by which a run is judged, each from its formula."""

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.support import RANDOM, prepared
from tests.trained import trained
from tui_nn.data.dataset import Dataset
from tui_nn.data.recipe import recipe_of
from tui_nn.engine.assessing import ClassScore, assess, class_scores, wilson
from tui_nn.engine.building import build_loss
from tui_nn.engine.evaluation import Part
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.targets import Values

CPU = torch.device("cpu")

TABLE = """
data = "csv('t.csv', target=('a', 'b'))"
network = ["Linear(1, 2)"]
loss = "MSELoss()"
optimizer = "SGD()"
"""


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, Table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(right: int, count: int, low: float, high: float) -> None:
    found = wilson(right, count)
    assert found == pytest.approx((low, high), abs=5e-5)
    assert wilson(count - right, count) == pytest.approx((1 - high, 1 - low), abs=5e-5)


@pytest.mark.parametrize("count", [1, 7, 1000])
def test_the_interval_stays_within_0_and_1(count: int) -> None:
    assert wilson(0, count)[0] == 0
    assert wilson(count, count)[1] == 1


def test_scores_of_classes_by_hand() -> None:
    confusion = np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]])
    assert class_scores(confusion, ("a", "b", "c")) == (
        ClassScore("a", 3 / 5, 3 / 4, 6 / 9, 4),
        ClassScore("b", 4 / 5, 4 / 6, 8 / 11, 6),
        ClassScore("c", None, None, None, 0),
    )


def test_a_class_that_is_never_said_has_no_precision_but_a_recall() -> None:
    [_, rare] = class_scores(np.array([[9, 0], [1, 0]]), ("a", "b"))
    assert rare == ClassScore("b", None, 0.0, 0.0, 1)


def test_the_numbers_are_those_of_an_evaluation(tmp_path: Path) -> None:
    run = trained(tmp_path, RANDOM, "train.val=0.3")
    plan, part = run.prepared.plan, run.prepared.split.val
    assert part is not None
    found = assess(run.network, plan, recipe_of(run.prepared), part)
    expected = Part(part, plan, CPU).evaluate(run.network, build_loss(plan, CPU))
    assert (found.numbers, found.right, found.count) == (
        expected.numbers, expected.right, expected.count
    )  # fmt: skip
    with torch.no_grad():
        said = run.network(torch.from_numpy(part.x)).argmax(1).numpy()
    for true in range(10):
        for answer in range(10):
            assert found.confusion[true][answer] == ((part.y == true) & (said == answer)).sum()
    assert [score.support for score in found.classes] == np.bincount(part.y).tolist()
    f1 = np.mean([score.f1 for score in found.classes if score.f1 is not None])
    assert found.numbers["f1"] == pytest.approx(f1)


def test_the_baseline_always_says_the_commonest_class_of_training(tmp_path: Path) -> None:
    text = """
    data = "imbalanced(n=100, share=0.2)"
    network = ["Linear(2, 1)"]
    loss = "BCEWithLogitsLoss()"
    optimizer = "SGD()"
    """
    run = trained(tmp_path, text)
    train = run.prepared.split.train
    rare = train.take(np.flatnonzero(train.y == 1)[:6])
    found = assess(run.network, run.prepared.plan, recipe_of(run.prepared), rare)
    assert found.baseline.numbers["accuracy"] == 0
    whole = assess(run.network, run.prepared.plan, recipe_of(run.prepared), train)
    assert whole.baseline.numbers["accuracy"] == 0.8
    assert whole.baseline.answer == f"always {train.class_names[0]}"


class Fixed(nn.Module):
    """A network that answers with given rows."""

    def __init__(self, rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
        super().__init__()
        self.rows = torch.from_numpy(rows)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rows[: len(x)]


def test_each_of_several_values_is_judged_in_its_own_units(tmp_path: Path) -> None:
    a, b = np.array([1.0, 2, 3, 6]), np.array([100.0, 300, 200, 900])
    rows = "".join(f"{i},{p},{q}\n" for i, (p, q) in enumerate(zip(a, b, strict=True)))
    (tmp_path / "t.csv").write_text("x,a,b\n" + rows)
    ready = prepared(TABLE, folder=tmp_path)
    said = np.stack([a + np.array([1, -1, 0, 0]), b + np.array([0, 0, 30, -40])], axis=1)
    scaling = ready.split.scaling
    network = Fixed(scaling.prepare_target(said))
    found = assess(network, ready.plan, recipe_of(ready), ready.split.train)
    first, second = found.targets
    assert (first.name, second.name) == ("a", "b")
    assert (first.mae, first.rmse) == pytest.approx((0.5, sqrt(0.5)), rel=1e-5)
    assert (second.mae, second.rmse) == pytest.approx((17.5, 25), rel=1e-5)
    assert first.r2 == pytest.approx(1 - 2 / ((a - a.mean()) ** 2).sum(), rel=1e-5)
    assert second.r2 == pytest.approx(1 - 2500 / ((b - b.mean()) ** 2).sum(), rel=1e-5)


def test_one_value_is_judged_in_its_own_units_beside_the_mean(tmp_path: Path) -> None:
    y = np.array([10.0, 20, 30, 80])
    rows = "".join(f"{i},{v}\n" for i, v in enumerate(y))
    (tmp_path / "t.csv").write_text("x,y\n" + rows)
    text = TABLE.replace("target=('a', 'b')", "target='y'").replace("Linear(1, 2)", "Linear(1, 1)")
    ready = prepared(text, folder=tmp_path)
    network = Fixed(ready.split.scaling.prepare_target((y + np.array([4, 0, 0, -4]))[:, None]))
    found = assess(network, ready.plan, recipe_of(ready), ready.split.train)
    assert found.numbers["mae"] == pytest.approx(2, rel=1e-5)
    assert found.numbers["rmse"] == pytest.approx(sqrt(8), rel=1e-5)
    assert found.numbers["r2"] == pytest.approx(1 - 32 / ((y - 35) ** 2).sum(), rel=1e-5)
    assert found.baseline.numbers["mae"] == pytest.approx(np.abs(y - 35).mean(), rel=1e-5)
    assert found.baseline.numbers["rmse"] == pytest.approx(y.std(), rel=1e-5)
    assert found.baseline.numbers["r2"] == pytest.approx(0, abs=1e-6)
    assert (found.targets, found.interval, found.right) == ((), None, None)


def test_new_values_are_judged_beside_the_mean_of_the_training_part(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1,10\n2,20\n3,30\n")
    text = TABLE.replace("target=('a', 'b')", "target='y'").replace("Linear(1, 2)", "Linear(1, 1)")
    recipe = recipe_of(ready := prepared(text, folder=tmp_path))
    x, y = np.zeros((2, 1), np.float32), np.array([[50.0], [60.0]], np.float32)
    part = recipe.dataset(x, y)
    assert isinstance(part, Dataset)
    assert part.kind == Values((1,))
    found = assess(nn.Linear(1, 1), ready.plan, recipe, part)
    assert found.baseline.numbers["mae"] == pytest.approx(35)  # beside 20, the mean of training


def test_outputs_that_are_no_numbers_are_counted_or_refused() -> None:
    text = """
    data = "moons(n=10)"
    network = ["Linear(2, 1)", "Sigmoid()"]
    loss = "MSELoss()"
    optimizer = "SGD()"
    """
    for loss in ("MSELoss()", "BCELoss()"):
        ready = prepared(text, f"loss={loss}")
        network = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
        with torch.no_grad():
            network.get_parameter("0.bias").fill_(torch.nan)
        if loss == "MSELoss()":
            found = assess(network, ready.plan, recipe_of(ready), ready.split.train)
            assert (found.not_finite, np.isnan(found.numbers["loss"])) == (10, True)
        else:
            with pytest.raises(InvalidInput, match="10 of 10 outputs aren't finite"):
                assess(network, ready.plan, recipe_of(ready), ready.split.train)
