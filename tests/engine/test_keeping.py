"""A run's folder: what it holds, who may write, what happens where the disk takes no more."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.spec.support import refusal
from tests.support import (
    GATE,
    SMALL,
    Kept,
    begun,
    contents,
    digest,
    keep,
    let_go,
    losses_told,
    opened,
    take_up,
)
from tui_nn.data.open import open_experiment
from tui_nn.data.recipe import recipe_of
from tui_nn.engine import checkpoint, keeping
from tui_nn.engine.keeping import course_of, fingerprint
from tui_nn.engine.session import Request
from tui_nn.engine.starting import Listener, start
from tui_nn.engine.travel import change
from tui_nn.runs.folder import is_locked
from tui_nn.runs.log import Log, read_records
from tui_nn.spec.files import load_experiment, write_toml
from tui_nn.spec.finding import preset_names
from tui_nn.spec.protocol import Changed, Ended, Evaluated, Saved, Started, Stepped, encode

# What is kept


def test_a_run_leaves_its_experiment_logs_and_checkpoints(tmp_path: Path) -> None:
    done = keep(SMALL, runs=tmp_path)
    folder = done.folder
    assert sorted(contents(folder)) == [
        "best.safetensors", "changes.jsonl", "events.jsonl", "experiment.toml",
        "last.safetensors", "recipe.json",
    ]  # fmt: skip
    assert (tmp_path / "latest").resolve() == folder.path.resolve()
    records = list(read_records(folder.events))
    assert isinstance(records[0], Started)
    assert isinstance(records[-1], Ended)
    assert {type(record) for record in records} >= {Stepped, Evaluated, Saved}
    assert [encode(record) for record in records] == [encode(record) for record in done.records]
    assert not is_locked(folder)


def test_what_is_said_to_be_saved_is_there(tmp_path: Path) -> None:
    done = keep(SMALL, runs=tmp_path)
    for saved in (record for record in done.records if isinstance(record, Saved)):
        path = done.folder.best if saved.checkpoint == "best" else done.folder.last
        assert path.stat().st_size == saved.size
        assert saved.step == done.ended.step


def test_the_best_checkpoint_has_the_weights_of_the_best_evaluation(tmp_path: Path) -> None:
    done = keep(SMALL, "optimizer=SGD(lr=3)", "goal.loss=0", runs=tmp_path)
    evaluated = [record for record in done.records if isinstance(record, Evaluated)]
    best = min(evaluated, key=lambda record: record.train["loss"] or 0.0)
    held = checkpoint.read(done.folder.best)
    assert (held.tree["step"], held.tree["value"]) == (best.step, best.train["loss"])
    there = keep(SMALL, "optimizer=SGD(lr=3)", "goal.loss=0", runs=tmp_path, until=best.step)
    network = there.session.training.trainer.network.state_dict()
    assert all(torch.equal(held.network[name], network[name]) for name in network)


def test_the_last_checkpoint_is_data_that_safetensors_reads(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    done = keep(SMALL, runs=tmp_path)
    tensors = load_file(done.folder.last)
    network = done.session.training.trainer.network.state_dict()
    assert all(torch.equal(tensors[f"network/{name}"], network[name]) for name in network)


def test_changes_have_a_log_of_their_own(tmp_path: Path) -> None:
    session = begun(SMALL, runs=tmp_path)
    session.run(Request(until=5))
    change(session, ["optimizer=Adam(lr=0.01)", "train.batch_size=5"])
    found = list(read_records(let_go(session).changes))
    assert [record.key for record in found if isinstance(record, Changed)] == [
        "optimizer", "train.batch_size",
    ]  # fmt: skip


# Its experiment


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_comes_back_as_the_experiment_it_was(name: str, tmp_path: Path) -> None:
    given = open_experiment(name)
    experiment = given.prepared.plan.experiment
    path = tmp_path / "experiment.toml"
    path.write_text(write_toml(experiment, given.text, anywhere=True))
    again = open_experiment(str(path)).prepared
    assert fingerprint(load_experiment(str(path)).table) == fingerprint(experiment.table)
    assert fingerprint(again.plan.experiment.table) == fingerprint(experiment.table)
    assert recipe_of(again) == recipe_of(given.prepared)
    assert (again.split.train.x == given.prepared.split.train.x).all()
    assert replace(again.plan, experiment=experiment) == replace(
        given.prepared.plan, experiment=experiment
    )


def test_a_run_knows_the_experiment_it_was_trained_with_last(tmp_path: Path) -> None:
    first = keep(SMALL, runs=tmp_path, until=5)
    take_up(first.folder, "optimizer=Adam(lr=0.01)", "train.epochs=9", until=9)
    found = course_of(first.folder).experiment
    assert (found.optimizers[0].entry.name, found.train.epochs) == ("Adam", 9)
    assert load_experiment(str(first.folder.experiment)).optimizers[0].entry.name == "SGD"


@pytest.mark.parametrize(
    "edit",
    [
        ("SGD(lr=0.1)", "SGD(lr=0.2)"), ("epochs = 6", "epochs = 8"), ("Tanh()", "ReLU()"),
        ("batch_size = 8", "batch_size = 9"), ("BCEWithLogitsLoss()", "SoftMarginLoss()"),
    ],
)  # fmt: skip
def test_weights_of_another_experiment_are_refused(edit: tuple[str, str], tmp_path: Path) -> None:
    folder = keep(SMALL, runs=tmp_path, until=5).folder
    folder.experiment.write_text(folder.experiment.read_text().replace(*edit))
    before = contents(folder)
    words = refusal(lambda: take_up(folder))
    assert "belongs to another experiment" in words
    assert str(folder.last) in words
    assert contents(folder) == before


def test_a_title_may_be_another(tmp_path: Path) -> None:
    folder = keep(SMALL, runs=tmp_path, until=5).folder
    text = folder.experiment.read_text()
    assert 'title = "test"' in text
    folder.experiment.write_text(text.replace('title = "test"', 'title = "Mine"'))
    assert take_up(folder).ended.reason == "epochs"


# Resuming after a kill


def test_a_resume_cuts_the_logs_to_the_last_save(tmp_path: Path) -> None:
    whole = keep(SMALL, runs=tmp_path / "whole")
    first = keep(SMALL, runs=tmp_path / "killed", until=12)
    saved = contents(first.folder)["last.safetensors"]
    take_up(first.folder, "optimizer=Adam(lr=0.01)")
    first.folder.last.write_bytes(saved)  # as if what came behind had never been saved
    assert first.folder.changes.read_bytes()
    second = take_up(first.folder)
    assert losses_told(second.folder) == losses_told(whole.folder)
    assert not first.folder.changes.read_bytes()
    assert digest(second.folder) == digest(whole.folder)


@pytest.mark.parametrize("torn", [b"{", b'{"type":"stepp', b"\0\0\0\0", b'{"type":"x"}\n', b"\n"])
def test_a_torn_last_line_is_cut(torn: bytes, tmp_path: Path) -> None:
    whole = keep(SMALL, runs=tmp_path / "whole")
    first = keep(SMALL, runs=tmp_path / "killed", until=12)
    for log in (first.folder.events, first.folder.changes):
        with log.open("ab") as file:
            file.write(torn)
    second = take_up(first.folder)
    assert losses_told(second.folder) == losses_told(whole.folder)
    assert not first.folder.changes.read_bytes()


def test_a_run_that_was_never_saved_begins_again(tmp_path: Path) -> None:
    whole = keep(SMALL, runs=tmp_path / "whole")
    first = keep(SMALL, runs=tmp_path / "killed", until=12)
    first.folder.last.unlink()
    second = take_up(first.folder)
    assert digest(second.folder) == digest(whole.folder)
    assert losses_told(second.folder) == losses_told(whole.folder)
    assert len([r for r in read_records(second.folder.events) if isinstance(r, Started)]) == 1


def test_a_log_shorter_than_when_it_was_saved_is_refused(tmp_path: Path) -> None:
    folder = keep(SMALL, runs=tmp_path, until=12).folder
    whole = folder.events.read_bytes()
    lines = whole.splitlines(keepends=True)
    folder.events.write_bytes(b"".join(lines[:2]))
    assert "is shorter than when" in refusal(lambda: take_up(folder))
    folder.events.unlink()
    assert "events.jsonl" in refusal(lambda: take_up(folder))
    folder.events.write_bytes(b"x" * len(lines[0][:-1]) + b"\n" + b"".join(lines[1:]))
    assert "line 1" in refusal(lambda: take_up(folder))


# Who may write


def test_a_run_that_is_trained_can_not_be_resumed_meanwhile(tmp_path: Path) -> None:
    session = begun(SMALL, runs=tmp_path)
    session.run(Request(until=5))
    assert session.keeper is not None
    folder = session.keeper.folder
    before = contents(folder)
    words = refusal(lambda: take_up(folder))
    assert "another process is training this run" in words
    assert contents(folder) == before
    session.run(Request())
    let_go(session)
    assert take_up(folder).ended.reason == "epochs"


def test_a_refused_resume_lets_go_of_the_run(tmp_path: Path) -> None:
    folder = keep(SMALL, runs=tmp_path, until=5).folder
    assert "Adm" in refusal(lambda: take_up(folder, "optimizer=Adm()"))
    assert not is_locked(folder)
    assert take_up(folder).ended.reason == "epochs"


# Where the disk takes no more


def full(*arguments: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def heard(text: str, runs: Path, trouble: Callable[[], None], at: int) -> tuple[Kept, list[str]]:
    words: list[str] = []
    session = start(opened(text), Listener(lambda record: None, words.append), runs=runs)
    session.begin()
    session.save_every = 0.0
    session.run(Request(until=at))
    trouble()
    ended = session.run(Request())
    return Kept(let_go(session), session, [], words, ended), words


@pytest.mark.parametrize(
    ("owner", "name"),
    [(keeping, "replace_file"), (Log, "write"), (Log, "sync"), (checkpoint, "write")],
    ids=["checkpoint", "log", "fsync", "memory"],
)
def test_a_full_disk_ends_saving_once_and_training_goes_on(
    owner: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = keep(SMALL, runs=tmp_path / "whole")
    done, words = heard(
        SMALL, tmp_path / "full", lambda: monkeypatch.setattr(owner, name, full), 12
    )
    assert done.ended.reason == "epochs"
    assert done.ended.train == whole.ended.train
    [said] = words
    assert "No space left" in said
    assert str(done.folder.path) in said
    monkeypatch.undo()
    assert checkpoint.read(done.folder.last).tree["step"] == 12
    again = take_up(done.folder)
    assert digest(again.folder) == digest(whole.folder)
    assert losses_told(again.folder) == losses_told(whole.folder)


def test_a_change_is_made_though_it_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []
    session = start(opened(SMALL), Listener(lambda record: None, words.append), runs=tmp_path)
    session.begin()
    session.run(Request(until=5))
    monkeypatch.setattr(Log, "write", full)
    change(session, ["optimizer=Adam(lr=0.01)"])
    assert session.run(Request()).reason == "epochs"
    assert len(words) == 1
    let_go(session)


@pytest.mark.parametrize("trouble", ["a file in the way", "no such device"])
def test_a_folder_that_can_not_be_made_is_said_and_nothing_is_kept(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    if trouble == "a file in the way":
        runs.write_text("a file")
    else:
        monkeypatch.setattr(os, "mkdir", full)
    words: list[str] = []
    session = start(opened(GATE), Listener(lambda record: None, words.append), runs=runs)
    session.begin()
    assert session.keeper is None
    assert session.run(Request()).step > 0
    [said] = words
    assert "is not kept" in said
    assert "--runs" in said
