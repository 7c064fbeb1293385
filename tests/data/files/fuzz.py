"""Bytes that a reader may meet: anything at all, and good files with a part exchanged."""

import warnings
from collections.abc import Callable

from hypothesis import strategies as st

from tests.spec.support import error_of, is_readable


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


def check_reads_or_refuses(read: Callable[[], object]) -> None:
    """Nothing but a result or a readable refusal, and no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error = error_of(read)
    assert error is None or is_readable(error), error
