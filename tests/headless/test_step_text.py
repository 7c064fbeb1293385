"""Numbers below each other, and signs that every terminal has."""

import io
import sys

import pytest

from tui_nn.headless.output import shown
from tui_nn.headless.step_text import in_column


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ([0.0, 1.0, -2.0], ["0", "1", "−2"]),
        ([0.5, -0.25, 0.0], ["0.5000", "−0.2500", "0.0000"]),
        ([12.5, 0.25], ["12.50", "0.25"]),
        ([0.5, 1e-7], ["0.5000", "1e−07"]),
        ([1234567.5, 1.0], ["1.235e06", "1"]),
        ([None, float("nan"), 1.0], ["–", "NaN", "1"]),
        ([float("inf"), 0.5], ["∞", "0.5000"]),
        ([], []),
    ],
)
def test_points_stand_below_each_other_and_no_number_is_rounded_away(
    values: list[float | None], cells: list[str]
) -> None:
    assert in_column(values) == cells


def test_formulas_have_a_spelling_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert shown("m ← β₁·m + (1−β₁)·g") == "m <- beta1*m + (1-beta1)*g"
    assert shown("D ← √v' + ε") == "D <- sqrt(v') + eps"
    assert shown("v ← 0.999·0 + 0.001·(−2)²") == "v <- 0.999*0 + 0.001*(-2)^2"
    assert shown("√1.5e−08 + 1e−08") == "sqrt(1.5e-08) + 1e-08"
    assert shown("loss 0.5 · R² 0.9") == "loss 0.5 - R2 0.9"
