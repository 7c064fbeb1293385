"""Pairs of tokens and their sums."""

import numpy as np
import pytest

from tui_nn.data.split import split
from tui_nn.data.tokens import modular_addition
from tui_nn.spec.targets import Classes


@pytest.mark.parametrize("p", [2, 5, 23, 200])
def test_every_pair_is_there_once_with_its_sum(p: int) -> None:
    data = modular_addition(p)
    assert data.x.dtype == data.y.dtype == np.int64
    assert data.x.tolist() == [[a, b] for a in range(p) for b in range(p)]
    assert data.y.tolist() == [(a + b) % p for a in range(p) for b in range(p)]
    assert (data.kind, data.tokens, data.sample_name) == (Classes(p), p, "pair")
    assert data.class_names == tuple(map(str, range(p)))


def test_every_sum_comes_equally_often() -> None:
    assert np.bincount(modular_addition().y).tolist() == [23] * 23


def test_tokens_stay_whole_numbers_in_every_part() -> None:
    parts = split(modular_addition(), 0.5, seed=0)
    assert parts.val is not None
    assert parts.train.x.dtype == parts.val.x.dtype == np.int64
    assert parts.scaling.mean is None
