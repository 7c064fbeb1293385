"""Layers that are frozen, from the start or while training goes on: as a loop of plain torch."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from tests.engine.serving import Served
from tests.engine.test_optimizers import ALONE
from tests.support import (
    MOONS,
    SMALL,
    advance_to,
    begun,
    digest,
    keep,
    prepared,
    same_bits,
    same_tensors,
    saved_and_resumed,
    take_up,
    trainer,
)
from tui_nn.engine.building import resolve_target
from tui_nn.engine.session import Request, Session
from tui_nn.engine.travel import change, go_to
from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.protocol.commands import Change, Step

FULL = MOONS.replace("batch_size = 8", "batch_size = 0\nshuffle = false").replace(
    "epochs = 4", "epochs = 100"
)
"""Every step is all samples, every step an epoch."""


class Plain:
    """The same network and data, to be trained by hand."""

    def __init__(self, *changes: str) -> None:
        made = trainer(FULL, *changes)
        self.network, self.x, self.y = made.network, made.batches.x, made.batches.y
        self.network.requires_grad_(True)

    def freeze(self, *layers: int) -> list[Tensor]:
        """These alone; what trains."""
        for index, layer in enumerate(self.network):
            layer.requires_grad_(index not in layers)
        self.network.zero_grad()
        return [p for p in self.network.parameters() if p.requires_grad]

    def steps(
        self, optimizer: torch.optim.Optimizer, count: int, clip: float | None = None
    ) -> None:
        def closure() -> float:
            optimizer.zero_grad()
            loss: Tensor = nn.functional.binary_cross_entropy_with_logits(
                self.network(self.x), self.y
            )
            loss.backward()
            if clip is not None:
                clip_grad_norm_(self.network.parameters(), clip)
            return loss.item()

        for _ in range(count):
            optimizer.step(closure)

    def weights(self) -> list[Tensor]:
        return list(self.network.parameters())


def engine(
    before: Sequence[str], *changes: tuple[int, Sequence[str]], until: int = 12
) -> list[Tensor]:
    """The weights after `until` steps, with changes after so many."""
    session = Session(prepared(FULL, *before), lambda record: None)
    for step, made in changes:
        advance_to(session, step)
        change(session, made)
    advance_to(session, until)
    return list(session.training.trainer.network.parameters())


def make(call: str, parameters: Sequence[Tensor]) -> torch.optim.Optimizer:
    bound = bind_call("optimizer", parse(call))
    given = dict(bound.given)
    made: torch.optim.Optimizer = resolve_target(bound.entry.target)(parameters, **given)
    return made


def test_a_frozen_layer_stays_and_the_others_train_as_in_torch() -> None:
    plain = Plain()
    before = [p.detach().clone() for p in plain.weights()]
    plain.steps(torch.optim.Adam(plain.freeze(0, 2), lr=0.05), 12, clip=0.1)
    found = engine(["optimizer=Adam(lr=0.05)", "train.freeze=[0, 2]", "train.clip_norm=0.1"])
    assert same_tensors(found, plain.weights())
    assert same_tensors(found[:4], before[:4])
    assert not torch.equal(found[4], before[4])


def test_the_gated_step_gives_the_bits_of_the_straight_path() -> None:
    straight = trainer(SMALL, "train.freeze=[0, 1]")
    straight.train_straight(9)
    gated = trainer(SMALL, "train.freeze=[0, 1]")
    for _ in range(9):
        gated.train_step(lambda phase, loss: None)
    assert same_bits(straight, gated)


def test_batch_norms_statistics_go_on_in_a_frozen_layer_as_in_torch() -> None:
    frozen = trainer(SMALL, "train.freeze=[1]")
    before = {k: v.clone() for k, v in frozen.network.state_dict().items()}
    frozen.train_straight(3)
    after = frozen.network.state_dict()
    assert torch.equal(before["1.weight"], after["1.weight"])
    assert int(after["1.num_batches_tracked"]) == 3
    assert not torch.equal(before["1.running_mean"], after["1.running_mean"])


@pytest.mark.parametrize("name", ALONE)
def test_every_optimizer_keeps_what_it_holds_for_parameters_that_stay(name: str) -> None:
    call = ALONE[name]
    plain = Plain()
    optimizer = make(call, plain.weights())
    plain.steps(optimizer, 4)
    for layers in ((0,), ()):
        kept = dict(optimizer.state)
        trained = plain.freeze(*layers)
        optimizer = make(call, trained)
        if name != "LBFGS":  # its memory is of all its parameters in a row
            optimizer.state.update({p: kept[p] for p in trained if p in kept})
        plain.steps(optimizer, 4)
    found = engine([f"optimizer={call}"], (4, ["train.freeze=[0]"]), (8, ["train.freeze=[]"]))
    assert same_tensors(found, plain.weights())


def test_a_list_of_optimizers_shares_out_anew() -> None:
    calls = 'optimizer=["Muon(lr=0.02)", "AdamW(lr=0.01)"]'
    plain = Plain()
    names = dict(plain.network.named_parameters())
    muon = torch.optim.Muon([names["0.weight"], names["2.weight"]], lr=0.02)
    rest = [p for n, p in names.items() if n not in ("0.weight", "2.weight")]
    adam = torch.optim.AdamW(rest, lr=0.01)

    def step(count: int) -> None:
        for _ in range(count):
            plain.network.zero_grad()
            output = plain.network(plain.x)
            nn.functional.binary_cross_entropy_with_logits(output, plain.y).backward()
            muon.step()
            adam.step()

    step(4)
    kept = dict(muon.state), dict(adam.state)
    plain.freeze(2)
    muon = torch.optim.Muon([names["0.weight"]], lr=0.02)
    adam = torch.optim.AdamW([p for p in rest if p.requires_grad], lr=0.01)
    muon.state[names["0.weight"]] = kept[0][names["0.weight"]]
    adam.state.update({p: kept[1][p] for p in rest if p.requires_grad})
    step(8)
    assert same_tensors(engine([calls], (4, ["train.freeze=[2]"])), plain.weights())


def test_freezing_and_another_optimizer_at_once_begins_with_its_share_alone() -> None:
    plain = Plain()
    plain.steps(torch.optim.SGD(plain.weights(), lr=0.1), 4)
    plain.steps(torch.optim.Adam(plain.freeze(0), lr=0.01), 8)
    found = engine([], (4, ["train.freeze=[0]", "optimizer=Adam(lr=0.01)"]))
    assert same_tensors(found, plain.weights())


def test_a_schedule_goes_on_where_a_layer_is_frozen() -> None:
    session = Session(prepared(FULL, "schedule=ExponentialLR(gamma=0.9)"), lambda record: None)
    advance_to(session, 4)
    change(session, ["train.freeze=[0]"])
    advance_to(session, 6)
    assert session.training.trainer.lr == pytest.approx(0.1 * 0.9**6)


@pytest.mark.parametrize("optimizer", ["Adam(lr=0.01)", "Adagrad(lr=0.1)", "LBFGS(max_iter=2)"])
def test_going_back_behind_a_change_and_forth_again_gives_the_same_bits(optimizer: str) -> None:
    session = Session(prepared(SMALL, f"optimizer={optimizer}"), lambda record: None)
    advance_to(session, 5)
    change(session, ["train.freeze=[0, 1]"])
    advance_to(session, 10)
    change(session, ["train.freeze=[4]"])
    advance_to(session, 15)
    there = [p.detach().clone() for p in session.training.trainer.network.state_dict().values()]
    for step in (12, 7, 3, 15):
        go_to(session, 0, step)
    again = list(session.training.trainer.network.state_dict().values())
    assert same_tensors(there, again)
    go_to(session, 0, 3)
    assert all(p.requires_grad for p in session.training.trainer.network.parameters())


@pytest.mark.parametrize("optimizer", ["Adam(lr=0.01)", "Adagrad(lr=0.1)", "LBFGS(max_iter=2)"])
def test_a_run_is_resumed_to_the_bit(tmp_path: Path, optimizer: str) -> None:
    settings = ["train.freeze=[0]", f"optimizer={optimizer}"]
    whole = keep(SMALL, *settings, runs=tmp_path / "whole")
    part = keep(SMALL, *settings, runs=tmp_path / "part", until=9)
    assert digest(take_up(part.folder).folder) == digest(whole.folder)


def test_a_run_whose_layer_was_frozen_meanwhile_is_resumed_to_the_bit(tmp_path: Path) -> None:
    ends = []
    for folder, stops in (("whole", False), ("part", True)):
        session = begun(SMALL, "optimizer=Adagrad()", runs=tmp_path / folder)
        advance_to(session, 5)
        change(session, ["train.freeze=[0, 1]"])
        advance_to(session, 9)
        if stops:
            session.save()
            session = saved_and_resumed(session)
            assert session.training.plan.experiment.train.freeze == (0, 1)
        change(session, ["train.freeze=[1]"])
        session.run(Request())
        ends.append(session.training.trainer)
    assert same_bits(*ends)


def test_what_cannot_be_frozen_changes_nothing(engine: Served) -> None:
    engine.load()
    engine.step(3)
    before = engine.weights()
    problem = engine.refused(Change(changes=("train.freeze=[1]",)))
    assert problem.where == "change: train.freeze"
    assert problem.hint == "layers with parameters: 0, 2"
    assert (engine.weights() == before).all()


def test_a_layer_is_frozen_inside_a_step_too(engine: Served) -> None:
    engine.load()
    engine.step(3)
    engine.do(Step(by="phase", count=2))
    engine.do(Change(changes=("train.freeze=[0]",)))
    before = engine.weights()
    engine.step(2)
    assert (engine.weights() == before).all()
