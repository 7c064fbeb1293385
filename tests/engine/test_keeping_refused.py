"""A last checkpoint that is none: refused with its file, and the run's folder stays as it was."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.test_resume import OPTIMIZERS, text_for
from tests.spec.support import refusal
from tests.support import SMALL, contents, keep, silent
from tui_nn.data.open import open_experiment
from tui_nn.engine import checkpoint
from tui_nn.engine.starting import resume
from tui_nn.runs.folder import Folder, is_locked


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


def copied(folder: Folder, to: Path) -> Folder:
    shutil.copytree(folder.path, to)
    return Folder(to)


def refused(folder: Folder) -> str:
    """Why a run can't be taken up; its folder stays as it was."""
    before = contents(folder)
    words = refusal(lambda: resume(folder, open_experiment(str(folder.experiment)), silent()))
    assert contents(folder) == before
    assert not is_locked(folder)
    return words


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
