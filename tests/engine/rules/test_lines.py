"""Lines of arithmetic: as in a textbook, with numbers put in, and right when read as they stand."""

import math
import re

import pytest
import torch
from torch import nn

from tests.engine.rules.options import NAMES, each_option
from tests.engine.rules.support import gradients, shapes_of, torchs
from tui_nn.engine.rules import Update, upcoming
from tui_nn.engine.rules.wording import number, number_in


def second_step(name: str, given: dict[str, object]) -> tuple[Update, tuple[int, ...]]:
    """Some way into training, and a place to look at."""
    torch.sparse.check_sparse_tensor_invariants.disable()  # its default, said aloud
    torch.manual_seed(3)
    shape = shapes_of(name)[-2]
    weights = nn.Parameter(torch.randn(shape, dtype=torch.float64))
    optimizer = torchs(name, weights, given)
    for step, gradient in enumerate(gradients(name, shape, torch.float64)):
        weights.grad = gradient
        if step == 5:
            break
        optimizer.step()
    rows = gradient.coalesce().indices()[0] if gradient.is_sparse else [1]
    return upcoming(optimizer, weights), (int(rows[0]), *[0] * (len(shape) - 1))


def test_adams_lines_are_those_of_a_textbook() -> None:
    weights = nn.Parameter(torch.tensor([0.5], dtype=torch.float64))
    optimizer = torchs("Adam", weights, {"lr": 0.1})
    weights.grad = torch.tensor([-2.0], dtype=torch.float64)
    update = upcoming(optimizer, weights)
    assert [term.symbolic for term in update.terms] == [
        "g ← ∂L/∂w",
        "m ← β₁·m + (1−β₁)·g",
        "v ← β₂·v + (1−β₂)·g²",
        "m' ← m/(1−β₁ᵗ)",
        "v' ← v/(1−β₂ᵗ)",
        "D ← √v' + ε",
        "step ← lr·m'/D",
        "w ← w − step",
    ]
    assert [term.numbers((0,)) for term in update.terms] == [
        "g ← −2",
        "m ← 0.9·0 + 0.1·(−2)",
        "v ← 0.999·0 + 0.001·(−2)²",
        "m' ← −0.2/0.1",
        "v' ← 0.004/0.001",
        "D ← √4 + 1e−08",
        "step ← 0.1·(−2)/2",
        "w ← 0.5 − (−0.1)",
    ]
    assert update["new w"].at((0,)) == pytest.approx(0.6)


READABLE = {
    "·": "*", "−": "-", "^": "**", "²": "**2", "½": "0.5",
}  # fmt: skip


def read(line: str) -> float:
    """What a line comes to by the rules of arithmetic."""
    text = line.split(" ← ", 1)[1]
    if found := re.fullmatch(r"(.*) within (.*) … (.*)", text):
        value, low, high = map(read, (f"x ← {part}" for part in found.groups()))
        return min(max(value, low), high)
    if found := re.fullmatch(r"(.*) if (.*) > 0, (.*) if .* < 0, else (.*)", text):
        more, held, less, same = (read(f"x ← {part}") for part in found.groups())
        return more if held > 0 else less if held < 0 else same
    if found := re.fullmatch(r"0 if (.*) < 0, else (.*)", text):
        held, value = (read(f"x ← {part}") for part in found.groups())
        return 0.0 if held < 0 else value
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√max\(([^()]*(?:\([^()]*\)[^()]*)?)\)", r"sqrt(max(\1))", text)
    text = re.sub(r"√(\d[\d.e−+]*|\([^()]*\))", r"sqrt(\1)", text.replace("√(", "sqrt("))
    for sign, plain in READABLE.items():
        text = text.replace(sign, plain)
    text = re.sub(r"\)\(", ")*(", text)
    scope = {"sqrt": math.sqrt, "max": max, "min": min, "abs": abs,
             "sign": lambda x: (x > 0) - (x < 0)}  # fmt: skip
    return float(eval(text, {"__builtins__": {}}, scope))


OF_MANY = ("RMS(", "mean of", "‖", "XXᵀ")
"""What a line of one weight can't be worked out with."""
LINES = [(name, given) for name in NAMES for given in each_option(name)]


@pytest.mark.parametrize(("name", "given"), LINES, ids=str)
def test_a_line_read_as_it_stands_gives_its_value(name: str, given: dict[str, object]) -> None:
    update, index = second_step(name, given)
    for term in update.terms:
        line = term.numbers(index, digits=17)
        if not any(words in line for words in OF_MANY):
            assert read(line) == pytest.approx(term.at(index), rel=1e-6, abs=1e-15), line


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (-0.5, "−0.5"), (-0.0, "0"), (1.25e-5, "1.25e−05"), (3e20, "3e20"),
     (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "NaN"), (123456.0, "1.235e05")],
)  # fmt: skip
def test_numbers_read_as_in_a_textbook(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        ("{x}", "−2"), ("{x}/y", "−2/y"), ("a·{x}", "a·(−2)"), ("a − {x}", "a − (−2)"),
        ("{x}²", "(−2)²"), ("({x} + a)", "(−2 + a)"), ("|{x}|", "|−2|"), ("−{x}", "−(−2)"),
        ("max(a, {x})", "max(a, −2)"), ("√{x}", "√(−2)"),
    ],
)  # fmt: skip
def test_a_minus_is_never_misread(formula: str, line: str) -> None:
    start = formula.index("{x}")
    put = number_in(formula, (start, start + 3), -2.0)
    assert formula.replace("{x}", put) == line
