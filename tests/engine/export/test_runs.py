"""Kept runs as scripts: their changes and branches, their first weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from tests.cli.support import nn_tui
from tests.engine.export.support import left_by
from tests.support import MOONS, RANDOM, advance_to, let_go, opened
from tui_nn.engine.session import Session
from tui_nn.engine.starting import Listener, start
from tui_nn.engine.travel import change, go_to, reset
from tui_nn.runs.folder import Folder
from tui_nn.runs.history import History
from tui_nn.spec.protocol import Record

BASE = MOONS.replace("epochs = 4", "epochs = 20")
WORSE = "optimizer=SGD(lr=20)"
"""What is evaluated before this is better than all that comes."""


def kept(
    runs: Path, act: Callable[[Session], None], text: str = BASE, init_from: Path | None = None
) -> tuple[Folder, list[float]]:
    """A run that is saved where `act` leaves it, and its losses on the way there."""
    records: list[Record] = []
    listener = Listener(records.append, lambda words: None)
    session = start(opened(text), listener, runs=runs, init_from=init_from)
    session.begin()
    act(session)
    session.save()
    folder = let_go(session)
    history = History()
    for record in records:
        history.take(record)
    steps, losses = history.losses(session.branch)
    assert steps.tolist()[: session.step] == list(range(1, session.step + 1))
    return folder, losses.tolist()[: session.step]


def train(session: Session, steps: int) -> None:
    advance_to(session, session.step + steps)
    session.tell_steps()


def train_ten(session: Session) -> None:
    train(session, 10)


def left_by_script(run: Folder, folder: Path, *options: str) -> dict[str, Any]:
    """What its script leaves behind."""
    answer = nn_tui("export", str(run.path), "--to", "python", "-o", str(folder), *options)
    assert answer.code == 0, answer.err
    return left_by(folder / "train.py")


def exported(run: Folder, folder: Path, *options: str) -> list[float]:
    """The losses of its script."""
    left = left_by_script(run, folder, *options)
    return [float(np.float32(loss)) for loss in left["losses"]]


def changed_often(session: Session) -> None:
    change(session, ["train.seed=3", "network[0]=Linear(2, 5)", "network[2]=Linear(5, 6)"])
    train(session, 9)
    change(session, ["optimizer=Adam(lr=0.02)", "schedule=ExponentialLR(0.8)"])
    train(session, 9)
    change(session, ["train.batch_size=5"])
    change(session, ["optimizer=Adam(lr=0.01, amsgrad=True)"])
    train(session, 9)
    change(session, ["optimizer=RMSprop(lr=0.01)", "train.clip_norm=0.5"])
    train(session, 4)
    change(session, ["loss=MSELoss()", "schedule=", "view.pace=3"])
    train(session, 13)


def changed_with_a_cycle(session: Session) -> None:
    change(session, ["schedule=OneCycleLR(0.3)"])
    train(session, 10)
    change(session, ["optimizer=SGD(lr=5, momentum=0.3)"])
    train(session, 10)


def branched(session: Session) -> None:
    train(session, 5)
    change(session, ["optimizer=SGD(lr=0.5)"])
    train(session, 10)
    change(session, ["train.batch_size=3"])
    train(session, 10)
    go_to(session, 0, 9)
    change(session, ["optimizer=Adam(lr=0.1)"])
    train(session, 10)
    go_to(session, 1, 12)
    change(session, ["train.shuffle=false"])
    train(session, 9)


def gone_back(session: Session) -> None:
    branched(session)
    go_to(session, 0, 20)


def reset_with_a_seed(session: Session) -> None:
    train(session, 4)
    change(session, ["optimizer=SGD(lr=0.5)"])
    train(session, 4)
    reset(session, 11)
    train(session, 12)


def tried_before_a_step(session: Session) -> None:
    change(session, ["optimizer=SGD(lr=0.1, momentum=0.9)"])
    train(session, 6)
    change(session, ["optimizer=Adam(lr=0.1)"])
    change(session, ["optimizer=SGD(lr=0.1, momentum=0.9)"])
    train(session, 6)


def changed_lbfgs(session: Session) -> None:
    change(session, ["optimizer=LBFGS(lr=0.5, max_iter=4)", "train.batch_size=0"])
    train(session, 6)
    change(session, ["optimizer=LBFGS(lr=0.5, max_iter=7, history_size=2)"])
    train(session, 8)


def led_by_a_cycle(session: Session) -> None:
    change(session, ["schedule=OneCycleLR(0.3)", "optimizer=SGD(lr=0.1, momentum=0.5)"])
    train(session, 10)
    change(session, ["optimizer=Adam(lr=0.1)"])
    train(session, 20)


def led_by_a_cycle_inside(session: Session) -> None:
    cycle = "ChainedScheduler([OneCycleLR(0.1), ConstantLR(0.5, 2)])"
    change(session, [f"schedule={cycle}", "optimizer=Adam(lr=0.1)"])
    train(session, 10)
    change(session, ["optimizer=SGD(lr=0.1, momentum=0.5)"])
    train(session, 20)


def joined_by_a_second_optimizer(session: Session) -> None:
    change(session, ["schedule=ExponentialLR(0.8)"])
    train(session, 15)
    change(session, ["optimizer=['Muon(lr=0.02)', 'AdamW(lr=0.01)']"])
    train(session, 15)
    change(session, ["optimizer=Adam(lr=0.01)"])
    train(session, 15)


def tried_and_gone_back(session: Session) -> None:
    tried_before_a_step(session)
    go_to(session, 0, 3)
    go_to(session, 0, 12)
    train(session, 5)


def given_an_optimizer_and_a_schedule_at_once(session: Session) -> None:
    change(session, ["schedule=StepLR(2, 0.5)"])
    train(session, 10)
    change(
        session,
        ["optimizer=Adam(lr=0.1)",
         "schedule=SequentialLR([LinearLR(0.1, total_iters=2), ExponentialLR(0.9)], [2])"],
    )  # fmt: skip
    train(session, 20)


RUNS = [
    tried_and_gone_back,
    given_an_optimizer_and_a_schedule_at_once,
    changed_lbfgs,
    led_by_a_cycle,
    led_by_a_cycle_inside,
    joined_by_a_second_optimizer,
    changed_often,
    changed_with_a_cycle,
    branched,
    gone_back,
    reset_with_a_seed,
    tried_before_a_step,
]


@pytest.mark.parametrize("act", RUNS, ids=lambda act: act.__name__)
def test_a_script_of_a_run_does_what_the_run_did(
    act: Callable[[Session], None], tmp_path: Path
) -> None:
    run, losses = kept(tmp_path / "runs", act)
    assert exported(run, tmp_path / "a") == losses
    if act is changed_often:
        assert exported(run, tmp_path / "b", "--form", "module") == losses
        written_out = exported(run, tmp_path / "c", "--form", "matrices")
        assert written_out == pytest.approx(losses, rel=5e-6)


def first_weights(seed: int) -> dict[str, Tensor]:
    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(2, 6), torch.nn.Tanh(), torch.nn.Linear(6, 6), torch.nn.Tanh(),
        torch.nn.Linear(6, 1),
    )  # fmt: skip
    return network.state_dict()


@pytest.mark.parametrize("form", ["sequential", "module", "matrices"])
def test_a_run_that_began_with_weights_of_a_file_takes_them_along(
    form: str, tmp_path: Path
) -> None:
    save_file(first_weights(99), tmp_path / "w.safetensors")
    run, losses = kept(tmp_path / "runs", train_ten, init_from=tmp_path / "w.safetensors")
    _, others = kept(tmp_path / "runs", train_ten)
    assert losses[0] != others[0]
    told = exported(run, tmp_path / "s", "--form", form)
    assert told == pytest.approx(losses, rel=5e-6 if form == "matrices" else 0)


def test_a_reset_with_a_seed_leaves_the_weights_of_a_file(tmp_path: Path) -> None:
    save_file(first_weights(99), tmp_path / "w.safetensors")
    run, losses = kept(tmp_path / "runs", reset_with_a_seed, init_from=tmp_path / "w.safetensors")
    assert exported(run, tmp_path / "s") == losses


def test_weights_for_a_network_with_batch_norm_come_along_with_its_statistics(
    tmp_path: Path,
) -> None:
    first, _ = kept(tmp_path / "runs", train_ten, RANDOM)
    run, losses = kept(tmp_path / "runs", train_ten, RANDOM, init_from=first.last)
    for form in ("sequential", "module"):
        assert exported(run, tmp_path / form, "--form", form) == losses


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (["train.patience=50"], ["loss=BCEWithLogitsLoss(pos_weight=9)"]),
        (["goal.loss=0.01", "train.patience=50"], ["goal.loss=", "goal.f1=0.999", WORSE]),
        ([], ["train.patience=50", WORSE]),
        (["goal.f1=0.999", "train.patience=50"], ["goal.f1=", WORSE]),
        (["train.patience=50"], [WORSE]),
    ],
    ids=["another loss", "another goal", "patience from then on", "no goal any more", "as before"],
)
def test_a_script_keeps_the_weights_that_its_run_took_for_the_best(
    first: list[str], then: list[str], tmp_path: Path
) -> None:
    def act(session: Session) -> None:
        change(session, ["train.eval_every=1", *first])
        train(session, 21)
        change(session, then)
        train(session, 35)

    run, _ = kept(tmp_path / "runs", act)
    best = load_file(run.best)
    left = left_by_script(run, tmp_path / "script")
    for name, tensor in left["network"].state_dict().items():
        assert torch.equal(tensor, best[f"network/{name}"])


def test_a_script_tells_of_another_goal(tmp_path: Path) -> None:
    def act(session: Session) -> None:
        train(session, 9)
        change(session, ["goal.accuracy=0.999"])
        train(session, 9)

    run, losses = kept(tmp_path / "runs", act)
    assert exported(run, tmp_path / "script") == losses
    text = (tmp_path / "script" / "train.py").read_text(encoding="utf-8")
    assert '"""goal.accuracy: none becomes 0.999."""' in text
