import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_nn.runs.epochs import epochs_at


def walked(samples: int, sizes: list[tuple[int, int]], last: int) -> list[float]:
    """The epochs done after each step from 1 on, batch by batch; whole epochs exactly."""
    of_step = {step + 1: size for step, size in sizes}
    done, left, epochs = [], samples, 0
    size = 1
    for step in range(1, last + 1):
        size = of_step.get(step, size) or samples
        left -= min(size, left)
        if not left:
            epochs, left = epochs + 1, samples
        done.append(epochs + (samples - left) / samples)
    return done


def test_an_epoch_goes_by_in_its_steps() -> None:
    assert epochs_at(np.array([0.0, 1, 2, 3]), 8, [(0, 4)]).tolist() == [0, 0.5, 1, 1.5]


def test_a_batch_size_of_0_is_all_samples() -> None:
    assert epochs_at(np.array([1.0, 2]), 8, [(0, 0)]).tolist() == [1, 2]


def test_what_is_left_of_an_epoch_is_cut_anew() -> None:
    # 12 samples: 4, then 2 2 2 2, then 2 2 2 2 2 2
    found = epochs_at(np.arange(1.0, 12), 12, [(0, 4), (1, 2)])
    assert found[[0, 4, 10]].tolist() == pytest.approx([1 / 3, 1, 2])


@given(
    st.integers(1, 40), st.integers(0, 50),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 50)), max_size=3),
)  # fmt: skip
def test_whole_epochs_end_where_they_do_batch_by_batch(
    samples: int, first: int, later: list[tuple[int, int]]
) -> None:
    sizes = [(0, first), *sorted(dict(later).items())]
    exact = np.array(walked(samples, sizes, 80))
    found = epochs_at(np.arange(1.0, 81), samples, sizes)
    whole = [i for i, epochs in enumerate(exact) if epochs == int(epochs)]
    assert found[whole].tolist() == pytest.approx(exact[whole].tolist())
    assert abs(found - exact).max() < 1
