"""A run's numbers as tables."""

import csv
import io

import numpy as np
import pytest

from tests.runs.support import stepped
from tui_nn.runs.metrics import metrics_csv, steps_csv
from tui_nn.spec.protocol import Evaluated, Record


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def evaluated(step: int, loss: float | None, word: str = "", branch: int = 0) -> Record:
    return Evaluated(
        branch=branch, step=step, epoch=step // 2, elapsed_s=0.5, lr=0.1,
        train={"loss": loss, "accuracy": 0.75}, val=None,
        nonfinite={"train.loss": word} if word else {},
    )  # fmt: skip


def test_each_evaluation_is_a_row_of_numbers_to_the_last_digit() -> None:
    first, second = rows(metrics_csv([evaluated(2, 0.1), evaluated(4, 1 / 3, branch=1)]))
    assert list(first) == [
        "branch", "epoch", "step", "elapsed_s", "lr", "train_loss", "train_accuracy"
    ]  # fmt: skip
    assert (second["branch"], second["epoch"], second["step"]) == ("1", "2", "4")
    assert float(second["train_loss"]) == 1 / 3


@pytest.mark.parametrize("word", ["nan", "inf", "-inf"])
def test_a_number_that_is_not_finite_is_its_word(word: str) -> None:
    [row] = rows(metrics_csv([evaluated(2, None, word)]))
    assert row["train_loss"] == word
    assert str(float(row["train_loss"])) == word


def test_each_step_is_a_row_with_its_loss_and_rate() -> None:
    records = [stepped(1, [0.1, 0.2]), evaluated(2, 0.1), stepped(3, [float("nan")], branch=2)]
    found = rows(steps_csv(records))
    assert [(row["branch"], row["step"]) for row in found] == [("0", "1"), ("0", "2"), ("2", "3")]
    assert np.float32(float(found[0]["loss"])) == np.float32(0.1)
    assert np.float32(float(found[1]["lr"])) == np.float32(0.1)
    assert found[2]["loss"] == "nan"


def test_a_run_without_numbers_is_a_table_without_rows() -> None:
    assert rows(metrics_csv([])) == rows(steps_csv([])) == []
