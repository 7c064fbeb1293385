"""The truth tables of the logic gates: every row of inputs there is, and its answer."""

import numpy as np

from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes


def _gate(*answers: int) -> Dataset:
    """Rows in counting order, as many inputs as their number asks for."""
    inputs = len(answers).bit_length() - 1
    rows = np.arange(len(answers))[:, None] >> np.arange(inputs)[::-1] & 1
    return Dataset(
        x=rows.astype(np.float32),
        y=np.array(answers, np.int64),
        kind=Classes(2),
        input_names=tuple(f"x{index + 1}" for index in range(inputs)),
        class_names=("0", "1"),
        sample_name="row",
    )


def not_gate() -> Dataset:
    """Inputs (2, 1) in the order 0, 1; class 1 where the input is 0."""
    return _gate(1, 0)


def and_gate() -> Dataset:
    """Inputs (4, 2) in the order 00 01 10 11; class 1 where both inputs are 1."""
    return _gate(0, 0, 0, 1)


def or_gate() -> Dataset:
    """Inputs (4, 2) in the order 00 01 10 11; class 1 where at least one input is 1."""
    return _gate(0, 1, 1, 1)


def nor_gate() -> Dataset:
    """Inputs (4, 2) in the order 00 01 10 11; class 1 where no input is 1."""
    return _gate(1, 0, 0, 0)


def nand_gate() -> Dataset:
    """Inputs (4, 2) in the order 00 01 10 11; class 1 unless both inputs are 1."""
    return _gate(1, 1, 1, 0)


def xor_gate() -> Dataset:
    """Inputs (4, 2) in the order 00 01 10 11; class 1 where the inputs differ."""
    return _gate(0, 1, 1, 0)


def xnor_gate() -> Dataset:
    """Inputs (4, 2) in the order 00 01 10 11; class 1 where the inputs are the same."""
    return _gate(1, 0, 0, 1)
