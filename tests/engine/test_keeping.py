"""A run's folder: what it holds, who may write, what happens where the disk takes no more."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.test_resume import OPTIMIZERS, text_for
from tests.spec.support import is_readable, refusal
from tests.support import (
    GATE,
    SMALL,
    Kept,
    begun,
    digest,
    keep,
    losses_told,
    opened,
    silent,
    take_up,
)
from tui_nn.data.open import open_experiment
from tui_nn.data.recipe import recipe_of
from tui_nn.engine import checkpoint, keeping
from tui_nn.engine.keeping import course_of, fingerprint
from tui_nn.engine.session import Request
from tui_nn.engine.starting import Listener, resume, start
from tui_nn.engine.travel import change
from tui_nn.runs.folder import Folder, is_locked
from tui_nn.runs.log import Log, read_records
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.files import load_experiment, preset_names, write_toml
from tui_nn.spec.protocol import Changed, Ended, Evaluated, Saved, Started, Stepped, encode


def contents(folder: Folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def copied(folder: Folder, to: Path) -> Folder:
    shutil.copytree(folder.path, to)
    return Folder(to)


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
    assert session.keeper is not None
    folder = session.keeper.folder
    found = list(read_records(folder.changes))
    assert [record.key for record in found if isinstance(record, Changed)] == [
        "optimizer", "train.batch_size",
    ]  # fmt: skip
    session.keeper.close()


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
    session.keeper.close()
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
    assert session.keeper is not None
    session.keeper.close()
    return Kept(session.keeper.folder, session, [], words, ended), words


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
    assert session.keeper is not None
    session.keeper.close()


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


# What is no last checkpoint


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A run with all that a checkpoint can hold, stopped mid-epoch."""
    changes = [
        'optimizer=["Muon(lr=0.02)", "AdamW(lr=0.01)"]', "train.patience=3",
        "schedule=SequentialLR([ConstantLR(0.5, 2), CosineAnnealingLR(5)], [2])",
    ]  # fmt: skip
    return keep(SMALL, *changes, runs=tmp_path_factory.mktemp("runs"), until=17).folder


@pytest.fixture
def damaged(stopped: Folder, tmp_path: Path) -> Folder:
    """A copy of it, to be spoilt."""
    return copied(stopped, tmp_path / "copy")


def refused(folder: Folder) -> str:
    """Why a run can't be taken up; its folder stays as it was."""
    before = contents(folder)
    with pytest.raises(InvalidInput) as caught:
        resume(folder, open_experiment(str(folder.experiment)), silent())
    assert is_readable(caught.value)
    assert contents(folder) == before
    assert not is_locked(folder)
    return str(caught.value)


def with_tree(folder: Folder, tree: dict[str, Any]) -> None:
    """A last checkpoint whose digest is right, whatever it says."""
    held = checkpoint.read(folder.last)
    folder.last.write_bytes(checkpoint.write(held.network, tree))


TREE_KEYS = [
    "kind", "step", "branch", "changes", "experiment", "limit", "reason", "optimizers",
    "schedules", "place", "generators", "last_lr", "in_a_row", "since_best", "best", "watched",
    "elapsed_s", "events", "changes_log",
]  # fmt: skip


def test_every_key_of_a_last_checkpoint_is_tried(stopped: Folder) -> None:
    assert sorted(checkpoint.read(stopped.last).tree) == sorted(TREE_KEYS)


@pytest.mark.parametrize("key", TREE_KEYS)
def test_a_last_checkpoint_without_a_key_or_with_another_kind_of_value_is_refused(
    key: str, damaged: Folder
) -> None:
    tree = checkpoint.read(damaged.last).tree
    with_tree(damaged, {k: v for k, v in tree.items() if k != key})
    assert "last.safetensors" in refused(damaged)
    numbers = [] if key in ("limit", "last_lr", "elapsed_s") else [1.5, -1]
    for value in (*numbers, "word", [5], {"a": 1}, torch.ones(2), {3: torch.ones(2)}, (None,)):
        with_tree(damaged, tree | {key: value})
        assert str(damaged.path) in refused(damaged), (key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("done", 51), ("done", -1), ("epochs_begun", -3), ("epochs_begun", 0),
        ("order", torch.arange(49)), ("order", torch.arange(50) + 1), ("order", torch.zeros(50)),
        ("order", torch.zeros(2, 25)), ("generator", torch.zeros(5)), ("generator", 5),
        ("generator", torch.zeros(5056, dtype=torch.uint8)), ("more", 1),
    ],
    ids=str,
)  # fmt: skip
def test_a_place_in_the_data_that_is_none_is_refused(key: str, value: Any, damaged: Folder) -> None:
    tree = checkpoint.read(damaged.last).tree
    if key == "more":
        place = {k: v for k, v in tree["place"].items() if k != "done"}
    else:
        place = tree["place"] | {key: value}
    with_tree(damaged, tree | {"place": place})
    assert "last.safetensors" in refused(damaged)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda network: network | {"9.weight": torch.ones(2)},
        lambda network: {k: v for k, v in network.items() if k != "0.weight"},
        lambda network: network | {"0.weight": torch.ones(3, 2)},
        lambda network: {},
    ],
)
def test_the_weights_of_another_network_are_refused(
    spoil: Callable[[dict[str, Any]], dict[str, Any]], damaged: Folder
) -> None:
    held = checkpoint.read(damaged.last)
    damaged.last.write_bytes(checkpoint.write(spoil(held.network), held.tree))
    assert "doesn't fit" in refused(damaged)


def tensors_of(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to the tensors of more than one number in a tree."""
    if isinstance(tree, torch.Tensor):
        if tree.numel() > 1:
            yield path
    elif isinstance(tree, dict | list | tuple):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from tensors_of(value, (*path, key))


def spoilt(tree: Any, path: tuple[Any, ...], spoil: Callable[[Any], Any]) -> Any:
    """The tree with another value at the end of a way."""
    if not path:
        return spoil(tree)
    key, *rest = path
    new = spoilt(tree[key], tuple(rest), spoil)
    if isinstance(tree, dict):
        return tree | {key: new}
    return type(tree)([*tree[:key], new, *tree[key + 1 :]])


RESHAPED: list[Callable[[torch.Tensor], torch.Tensor]] = [
    lambda tensor: tensor.flatten()[:1],
    lambda tensor: torch.cat([tensor, tensor[:1]]),
    lambda tensor: torch.stack([tensor, tensor]),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_state_of_another_shape_is_refused_before_any_step(
    optimizer: str, tmp_path: Path
) -> None:
    changes = f"optimizer={OPTIMIZERS[optimizer]}", "train.patience=3"
    folder = keep(text_for(optimizer), *changes, runs=tmp_path, until=9).folder
    tree = checkpoint.read(folder.last).tree
    kept = {key: tree[key] for key in ("optimizers", "best")}
    paths = [*tensors_of(kept)]
    assert paths
    for path in paths:
        # Into an `ax` that is larger torch copies, and never reads it.
        for spoil in RESHAPED[: 1 if path[-1] == "ax" else 3]:
            with_tree(folder, spoilt(tree, path, spoil))
            assert "last.safetensors: doesn't fit its experiment" in refused(folder), path


def test_the_best_checkpoint_is_no_last_one(damaged: Folder) -> None:
    damaged.last.write_bytes(damaged.best.read_bytes())
    assert "is no last checkpoint" in refused(damaged)


@given(st.data())
@settings(
    deadline=None, max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_a_damaged_last_checkpoint_is_refused_and_the_folder_stays(
    stopped: Folder, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = copied(stopped, tmp_path_factory.mktemp("copy") / "run")
    whole = bytearray(stopped.last.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        folder.last.write_bytes(whole[:at])
    else:
        whole[at] ^= data.draw(st.integers(1, 255))
        folder.last.write_bytes(whole)
    assert "last.safetensors" in refused(folder)
