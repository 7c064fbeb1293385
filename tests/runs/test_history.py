import numpy as np

from tui_nn.runs.history import History
from tui_nn.spec.protocol import Array, Evaluated, Stepped


def evaluated(epoch: int, train: float | None, val: float | None = None) -> Evaluated:
    return Evaluated(
        step=epoch * 10, epoch=epoch, lr=0.1, train={"loss": train},
        val=None if val is None else {"loss": val},
    )  # fmt: skip


def test_losses_of_batches_are_joined_over_steps() -> None:
    history = History()
    for first, losses in ((1, [3.0, 2.0]), (3, [1.0])):
        array = Array.of(np.array(losses, np.float32))
        history.take(Stepped(step=first + len(losses) - 1, first=first, loss=array, lr=array))
    x, y = history.losses()
    assert (x.tolist(), y.tolist()) == ([1, 2, 3], [3, 2, 1])


def test_evaluations_are_curves_over_epochs_with_gaps_for_what_was_not_finite() -> None:
    history = History()
    for record in (evaluated(1, 3.0, 4.0), evaluated(2, None, 5.0)):
        history.take(record)
    x, y = history.evaluations("train", "loss")
    assert x.tolist() == [1, 2]
    assert y[0] == 3.0
    assert np.isnan(y[1])
    assert history.evaluations("val", "loss")[1].tolist() == [4.0, 5.0]


def test_what_never_came_is_empty() -> None:
    history = History()
    assert len(history.losses()[0]) == len(history.evaluations("val", "loss")[0]) == 0


def test_very_many_evaluations_are_thinned_and_the_last_stays() -> None:
    history = History()
    for epoch in range(1, 50_001):
        history.take(evaluated(epoch, 1.0 / epoch))
    x, y = history.evaluations("train", "loss")
    assert len(x) <= 10_001
    assert (x[0], x[-1], y[-1]) == (1, 50_000, 1 / 50_000)


def test_a_history_that_keeps_nothing_knows_the_latest() -> None:
    history = History(keeps=False)
    for epoch in (1, 2, 3):
        history.take(evaluated(epoch, 1.0))
    assert [record.epoch for record in history.evaluated] == [3]
    assert history.step == 30
