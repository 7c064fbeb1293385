"""Every number in an example is what torch, or the room it belongs to, really computes."""

from contextlib import nullcontext

import pytest

from tests.explain.computing import COMPUTE
from tests.explain.reading import EXPLAINED, check, examples

GIVEN = {
    "loss": {"y", "t"},
    "optimizer": {"w", "g", "row", "steps", "curvature", "lowest"},
    "schedule": {"lr", "momentum", "loss"},
    "init": {"shape", "x"},
    "dataset": {"at", "sample", "line", "array", "values", "file", "bytes", "pixels"},
    "metric": {"y", "said", "t", "loss"},
}
"""What an example may give; a layer is given its parameters, a phase whatever is true of it."""


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("kind", "name"), EXPLAINED, ids=lambda word: word)
def test_the_numbers_of_an_example_are_true(kind: str, name: str) -> None:
    for example in examples(kind, name):
        for case, real in zip(example.cases, COMPUTE[kind](example), strict=True):
            assert kind not in GIVEN or set(case.given) <= GIVEN[kind]
            check(case.shown, real)


@pytest.mark.parametrize(
    ("shown", "real", "equal"),
    [(0.3333, 1 / 3, True), (0.333, 1 / 3, False), (1, 0.99999, True), (1, 1.001, False),
     (0, 1e-12, True), ((1, 2), [1, 2], True), ((1, 2), [1, 2, 3], False), ("a", "b", False)],
)  # fmt: skip
def test_four_digits_are_compared(shown: object, real: object, equal: bool) -> None:
    with nullcontext() if equal else pytest.raises(AssertionError):
        check({"x": shown}, {"x": real})  # type: ignore[dict-item]
