import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from tui_nn.engine import batches as module
from tui_nn.engine.batches import Batches


def samples(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.arange(n, dtype=torch.float32)[:, None], torch.arange(n)


def drawn(batches: Batches, count: int) -> list[list[int]]:
    return [batches.next()[1].tolist() for _ in range(count)]


@given(n=st.integers(1, 40), size=st.integers(1, 40), seed=st.integers(0, 2**62))
def test_the_order_is_a_data_loaders_over_several_epochs(n: int, size: int, seed: int) -> None:
    size = min(n, size)
    x, y = samples(n)
    ours = Batches(x, y, size, shuffle=True, seed=seed)
    loader = DataLoader(
        TensorDataset(x, y), size, shuffle=True, generator=torch.Generator().manual_seed(seed)
    )
    theirs = [batch.tolist() for _ in range(3) for _, batch in loader]
    assert drawn(ours, 3 * ours.per_epoch) == theirs


def test_every_sample_comes_once_an_epoch_the_last_short_batch_included() -> None:
    batches = Batches(*samples(10), 4, shuffle=True, seed=0)
    epoch = drawn(batches, 3)
    assert [len(batch) for batch in epoch] == [4, 4, 2]
    assert sorted(i for batch in epoch for i in batch) == list(range(10))


def test_unshuffled_batches_keep_the_order() -> None:
    batches = Batches(*samples(5), 2, shuffle=False, seed=0)
    assert drawn(batches, 4) == [[0, 1], [2, 3], [4], [0, 1]]


def test_data_too_large_to_put_in_order_at_once_gives_the_same_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = drawn(Batches(*samples(23), 5, shuffle=True, seed=3), 12)
    monkeypatch.setattr(module, "GATHER_BYTES", 0)
    assert drawn(Batches(*samples(23), 5, shuffle=True, seed=3), 12) == at_once


@pytest.mark.parametrize("shuffle", [True, False])
@given(before=st.integers(0, 15))
def test_a_place_is_where_the_same_batches_go_on(shuffle: bool, before: int) -> None:
    batches = Batches(*samples(11), 3, shuffle=shuffle, seed=1)
    drawn(batches, before)
    place = batches.place()
    expected = drawn(batches, 9)
    batches.go_to(place)
    assert drawn(batches, 9) == expected
    fresh = Batches(*samples(11), 3, shuffle=shuffle, seed=99)
    fresh.go_to(place)
    assert drawn(fresh, 9) == expected


@given(
    n=st.integers(1, 20), size=st.integers(1, 20), seed=st.integers(0, 99), shuffle=st.booleans()
)
def test_the_coming_batch_is_told_and_nothing_is_drawn_by_it(
    n: int, size: int, seed: int, shuffle: bool
) -> None:
    asked, alone = (Batches(*samples(n), min(n, size), shuffle, seed) for _ in range(2))
    for _ in range(3 * asked.per_epoch):
        coming = asked.coming().tolist()
        assert drawn(asked, 1) == [coming] == drawn(alone, 1)


@pytest.mark.parametrize("done", [0, 2, 3])
def test_twins_go_on_by_themselves(done: int) -> None:
    batches, alone = (Batches(*samples(10), 4, shuffle=True, seed=0) for _ in range(2))
    drawn(batches, done)
    drawn(alone, done)
    twin = batches.twin()
    assert drawn(twin, 4) == drawn(batches, 4) == drawn(alone, 4)
