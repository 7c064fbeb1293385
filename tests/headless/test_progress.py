import io
import os
import re
import shutil
from typing import TypeVar

import numpy as np
import pytest

from tui_nn.headless.progress import Bar, Lines, Progress
from tui_nn.spec.catalog import metric
from tui_nn.spec.protocol import Array, Baseline, Changed, Evaluated, Phase, Started, Stepped

STARTED = Started(
    step=0, name="moons", title="Moons", experiment={}, layers=(), train_count=50, val_count=0,
    baseline=Baseline("always 0", {}), batch_size=8, steps_per_epoch=7, epochs=4, metric="loss",
    device="cpu", threads=1, torch="2",
)  # fmt: skip


class Clock:
    """Time as a test tells it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def stepped(step: int, loss: float = 0.5) -> Stepped:
    return Stepped(
        step=step, first=step, loss=Array.of(np.array([loss], np.float32)),
        lr=Array.of(np.array([0.1], np.float32)),
    )  # fmt: skip


P = TypeVar("P", bound=Progress)


def begun(progress: P) -> P:
    progress.take(STARTED)
    return progress


def text_of(stream: io.StringIO) -> str:
    return stream.getvalue()


def test_the_time_left_counts_all_time_so_far_evaluations_included() -> None:
    clock = Clock()
    progress = begun(Progress(clock))
    clock.now = 2.0
    progress.take(stepped(7))
    clock.now = 4.0  # an evaluation took as long again
    progress.take(Evaluated(step=7, epoch=1, lr=0.1, train={"loss": 0.5}, val=None))
    assert progress.seconds_left == 4.0 * (28 - 7) / 7


def test_piped_progress_is_at_most_a_line_a_second() -> None:
    clock, stream = Clock(), io.StringIO()
    lines = begun(Lines(stream, clock))
    for step in range(1, 29):
        clock.now += 0.1
        lines.take(stepped(step))
    written = text_of(stream).splitlines()
    assert 1 <= len(written) <= 2
    assert written[0].startswith("epoch ")
    assert "\x1b" not in text_of(stream)


def test_a_short_run_writes_no_progress_lines() -> None:
    clock, stream = Clock(), io.StringIO()
    lines = begun(Lines(stream, clock))
    for step in range(1, 29):
        clock.now += 0.01
        lines.take(stepped(step))
    assert text_of(stream) == ""


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
def test_the_bar_never_wraps(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((columns, 24))
    )
    clock, stream = Clock(), io.StringIO()
    bar = begun(Bar(stream, clock))
    for step in (1, 9, 28):
        clock.now += 1
        bar.take(stepped(step, loss=123456.789))
    for line in re.split(r"\r\x1b\[K", text_of(stream)):
        assert len(line) < columns


def test_the_bar_tells_epoch_step_loss_metric_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((140, 24)))
    clock, stream = Clock(), io.StringIO()
    bar = begun(Bar(stream, clock))
    bar.metric = metric("accuracy")
    bar.take(Evaluated(step=7, epoch=1, lr=0.1, train={}, val={"loss": 0.4, "accuracy": 0.875}))
    clock.now = 10
    bar.take(stepped(14))
    last = text_of(stream).split("\x1b[K")[-1]
    for words in ("50 %", "epoch 2/4", "step 14", "loss 0.5", "val accuracy 87.5 %", "lr 0.1",
                  "10 s left"):  # fmt: skip
        assert words in last


def test_80_columns_hold_all_but_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((80, 24)))
    clock, stream = Clock(), io.StringIO()
    bar = begun(Bar(stream, clock))
    bar.metric = metric("accuracy")
    bar.take(Evaluated(step=7, epoch=1, lr=0.1, train={}, val={"loss": 0.4, "accuracy": 0.875}))
    clock.now = 3600
    bar.take(stepped(14, loss=0.012345))
    last = text_of(stream).split("\x1b[K")[-1]
    assert "lr 0.1  60 min left" in last
    for words in ("50 %", "epoch 2/4", "loss 0.01235", "val accuracy 87.5 %"):
        assert words in last


def test_words_are_not_cut_where_the_share_done_finds_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_, **__: os.terminal_size((72, 24)))
    clock, stream = Clock(), io.StringIO()
    bar = begun(Bar(stream, clock))
    bar.metric = metric("accuracy")
    bar.take(Evaluated(step=7, epoch=1, lr=0.1, train={}, val={"loss": 0.4, "accuracy": 0.875}))
    clock.now = 3600
    bar.take(stepped(14, loss=123456.789))
    assert text_of(stream).endswith("60 min left")


def test_the_bar_is_wiped_at_the_end() -> None:
    stream = io.StringIO()
    with begun(Bar(stream, Clock())) as bar:
        bar.say("loading")
    assert text_of(stream).endswith("\r\x1b[K")


def test_a_terminal_without_unicode_gets_a_plain_bar() -> None:
    clock = Clock()
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    bar = begun(Bar(stream, clock))
    clock.now = 1
    bar.take(stepped(14))
    bar.say("loading PyTorch …")
    stream.seek(0)
    assert "#" in stream.read()


def changed(key: str, new: int) -> Changed:
    return Changed(step=7, phase=Phase.EVALUATE, key=key, old=None, new=new)


def test_more_epochs_and_other_batches_count_from_when_they_are_set() -> None:
    progress = begun(Progress(Clock()))
    progress.take(changed("train.epochs", 10))
    assert progress.total == 70
    progress.take(changed("train.batch_size", 25))
    assert (progress.per_epoch, progress.total) == (2, 20)


def test_what_goes_on_knows_its_numbers_and_counts_time_from_there() -> None:
    clock, stream = Clock(), io.StringIO()
    lines = Lines(stream, clock)
    clock.now = 100.0  # loading
    for record in (STARTED, stepped(13, loss=0.25)):
        lines.remember(record)
    clock.now += 0.1
    lines.take(Evaluated(step=13, epoch=2, lr=0.1, train={"loss": 0.5}, val=None))
    assert text_of(stream) == ""
    clock.now += 0.9
    lines.take(stepped(15))
    assert lines.seconds_left == pytest.approx(1.0 * (28 - 15) / 2)
    assert len(text_of(stream).splitlines()) == 1
    lines.remember(stepped(20, loss=0.125))
    assert "loss 0.125" in lines.facts()
