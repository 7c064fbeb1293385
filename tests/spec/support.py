"""Small experiments for the tests of the spec room, and the look of a good refusal."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from tui_nn.spec import catalog
from tui_nn.spec.call import parse
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.experiment import Experiment
from tui_nn.spec.files import experiment_of

SPIRAL = """\
# what a person wrote
title = "Two spirals"
about = "Plain SGD gets stuck here."
data = "spiral(n=500)"
network = ["Linear(2, 8)", "Tanh()", "Linear(8, 1)"]  # three layers
loss = "BCEWithLogitsLoss()"
optimizer = "Adam(lr=0.01)"

[train]
batch_size = 10  # small
epochs = 50

[goal]
accuracy = 0.97
"""


def refusal(call: Callable[[], object]) -> str:
    """What a person reads when `call` is refused: one line, not too long."""
    with pytest.raises(InvalidInput) as caught:
        call()
    assert is_readable(caught.value)
    return str(caught.value)


def error_of(call: Callable[[], object]) -> InvalidInput | None:
    """The refusal of `call`, if it is refused; any other error comes through."""
    try:
        call()
    except InvalidInput as error:
        return error
    return None


def is_readable(error: InvalidInput) -> bool:
    """One line for a terminal, not too long, with a reason."""
    return bool(error.message) and str(error).isprintable() and len(str(error)) < 400


@st.composite
def damaged(draw: st.DrawFn, lines: st.SearchStrategy[bytes]) -> bytes:
    """A line cut off, or with some bits turned."""
    line = bytearray(draw(lines))
    for place in draw(st.lists(st.integers(0, len(line) * 8 - 1), max_size=4)):
        line[place // 8] ^= 1 << place % 8
    return bytes(line[: draw(st.integers(0, len(line)))])


def layer(text: str) -> Bound:
    return bound("layer", text)


def bound(kind: str, text: str) -> Bound:
    return catalog.bind_call(kind, parse(text))


def spiral(*changes: str) -> Experiment:
    return experiment_of(SPIRAL, "x.toml", "x", changes)
