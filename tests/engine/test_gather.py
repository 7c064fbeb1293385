"""Batches begin where a DataLoader's would, in order and in memory."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from tui_nn.engine.batches import Batches
from tui_nn.engine.gather import ALIGNMENT, gather, gathered_bytes


@given(st.integers(1, 40), st.integers(1, 45), st.integers(1, 9), st.integers(0, 99))
def test_the_batches_hold_the_samples_in_order(n: int, size: int, width: int, seed: int) -> None:
    x = torch.arange(float(n * width)).view(n, width)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    batches = gather(x, order, size)
    assert [len(batch) for batch in batches] == [len(part) for part in order.split(size)]
    assert torch.equal(torch.cat(batches), x[order])
    assert all(batch.is_contiguous() for batch in batches)
    assert all(batch.data_ptr() % ALIGNMENT == 0 for batch in batches)
    assert sum(batch.nbytes for batch in batches) <= gathered_bytes(x, size)


@pytest.mark.parametrize("width", [3, 7, 13])
def test_products_of_the_batches_are_those_of_a_data_loader_to_the_bit(width: int) -> None:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    x, weight = (
        torch.randn(400, width, generator=generator),
        torch.randn(8, width, generator=generator),
    )
    y = torch.zeros(400, 1)
    ours = Batches(x, y, 10, True, 5)
    theirs = DataLoader(
        TensorDataset(x, y), 10, shuffle=True, generator=torch.Generator().manual_seed(5)
    )
    for batch, _ in theirs:
        assert torch.equal(
            torch.nn.functional.linear(ours.next()[0], weight),
            torch.nn.functional.linear(batch, weight),
        )
