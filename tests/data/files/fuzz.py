"""Bytes that a reader may meet: anything at all, and good files with a part exchanged."""

import warnings
from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from tests.spec.support import error_of, is_readable
from tui_nn.data.dataset import Dataset
from tui_nn.spec.targets import Classes


@st.composite
def mutated(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """A good file in which some bytes are exchanged, put in, taken out, or cut off."""
    content = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        new = draw(st.binary(max_size=8))
        old = draw(st.sampled_from([len(new), 0, 1, 4, len(content)]))
        content[at : at + old] = new
    return bytes(content)


def check_reads_or_refuses(read: Callable[[], Dataset]) -> None:
    """Nothing but samples that can be trained on or a readable refusal, and no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results: list[Dataset] = []
        error = error_of(lambda: results.append(read()))
    if error is None:
        check_samples(results[0])
    else:
        assert is_readable(error), error


def check_samples(data: Dataset) -> None:
    """Every sample has a target of the dataset's kind; what is missing is counted."""
    assert len(data.x) == len(data.y) >= 2
    if data.tokens is None:
        assert int(np.isnan(data.x).sum()) == data.missing
        assert not np.isinf(data.x).any()
    if isinstance(data.kind, Classes):
        assert len(data.class_names) in (0, data.kind.count)
        assert 0 <= data.y.min() <= data.y.max() < data.kind.count
    else:
        assert np.isfinite(data.y).all()
    assert not data.input_names or len(data.input_names) == data.x.shape[1]
    assert all(line.isprintable() for line in data.notices)
