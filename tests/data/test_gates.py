from collections.abc import Callable

import numpy as np
import pytest

from tui_nn.data import gates
from tui_nn.spec.targets import Classes

TRUTHS: dict[str, Callable[[bool, bool], bool]] = {
    "and_gate": lambda a, b: a and b,
    "or_gate": lambda a, b: a or b,
    "nor_gate": lambda a, b: not (a or b),
    "nand_gate": lambda a, b: not (a and b),
    "xor_gate": lambda a, b: a != b,
    "xnor_gate": lambda a, b: a == b,
}


@pytest.mark.parametrize("name", TRUTHS)
def test_a_gate_answers_every_row_in_counting_order(name: str) -> None:
    gate = getattr(gates, name)()
    assert gate.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert gate.y.tolist() == [int(TRUTHS[name](bool(a), bool(b))) for a, b in gate.x]
    assert gate.input_names == ("x1", "x2")


def test_not_has_one_input_and_turns_it_round() -> None:
    gate = gates.not_gate()
    assert gate.x.tolist() == [[0], [1]]
    assert gate.y.tolist() == [1, 0]
    assert gate.input_names == ("x1",)


@pytest.mark.parametrize("name", [*TRUTHS, "not_gate"])
def test_a_gate_is_rows_of_two_classes(name: str) -> None:
    gate = getattr(gates, name)()
    assert (gate.kind, gate.class_names, gate.sample_name) == (Classes(2), ("0", "1"), "row")
    assert gate.x.dtype == np.float32
    assert not gate.standardize
