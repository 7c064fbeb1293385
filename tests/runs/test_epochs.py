import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_nn.runs.epochs import Cut, epochs_at, step_of_epoch


def walked(cuts: list[Cut], last: int) -> list[float]:
    """The epochs done after each step from 1 on, batch by batch; whole epochs exactly."""
    seen, epochs, samples, done = 0, 0, cuts[0].samples, []
    size = 1
    for step in range(1, last + 1):
        for cut in cuts:
            if cut.step + 1 == step:
                size, samples = cut.batch_size or cut.samples, cut.samples
                if cut.exchanged:
                    seen = min(seen, samples - 1) // min(size, samples) * min(size, samples)
        seen += min(size, samples - seen)
        if seen == samples:
            epochs, seen = epochs + 1, 0
        done.append(epochs + seen / samples)
    return done


def test_an_epoch_goes_by_in_its_steps() -> None:
    assert epochs_at(np.array([0.0, 1, 2, 3]), [Cut(0, 4, 8)]).tolist() == [0, 0.5, 1, 1.5]


def test_a_batch_size_of_0_is_all_samples() -> None:
    assert epochs_at(np.array([1.0, 2]), [Cut(0, 0, 8)]).tolist() == [1, 2]


def test_what_is_left_of_an_epoch_is_cut_anew() -> None:
    # 12 samples: 4, then 2 2 2 2, then 2 2 2 2 2 2
    cuts = [Cut(0, 4, 12), Cut(1, 2, 12)]
    found = epochs_at(np.arange(1.0, 12), cuts)
    assert found[[0, 4, 10]].tolist() == pytest.approx([1 / 3, 1, 2])
    assert [step_of_epoch(epoch, cuts) for epoch in range(4)] == [0, 5, 11, 17]


def test_of_other_samples_as_many_are_seen_as_of_those_before() -> None:
    # 8 samples: 4, then of 10 samples 4 2, then 4 4 2
    cuts = [Cut(0, 4, 8), Cut(1, 4, 10, exchanged=True)]
    assert epochs_at(np.array([1.0, 3, 6]), cuts).tolist() == pytest.approx([0.4, 1, 2])


def test_of_an_epoch_that_has_begun_one_sample_is_left_at_least() -> None:
    cuts = [Cut(0, 4, 8), Cut(1, 2, 4, exchanged=True)]
    assert [step_of_epoch(epoch, cuts) for epoch in range(4)] == [0, 2, 4, 6]


@given(
    st.tuples(st.integers(0, 50), st.integers(1, 40)),
    st.dictionaries(
        st.integers(1, 60),
        st.tuples(st.integers(0, 50), st.none() | st.integers(1, 40)),
        max_size=3,
    ),
)
@example((1, 3), {2: (1, 1)})
def test_whole_epochs_end_where_they_do_batch_by_batch(
    first: tuple[int, int], later: dict[int, tuple[int, int | None]]
) -> None:
    cuts = [Cut(0, *first)]
    for step, (size, samples) in sorted(later.items()):
        cuts.append(Cut(step, size, samples or cuts[-1].samples, exchanged=samples is not None))
    exact = np.array(walked(cuts, 80))
    found = epochs_at(np.arange(1.0, 81), cuts)
    whole = [i for i, epochs in enumerate(exact) if epochs == int(epochs)]
    assert found[whole].tolist() == pytest.approx(exact[whole].tolist())
    assert abs(found - exact).max() < 1
    ends = {int(exact[i]): i + 1 for i in reversed(whole)}
    assert {epoch: step_of_epoch(epoch, cuts) for epoch in ends} == ends
