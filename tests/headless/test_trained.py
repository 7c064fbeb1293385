"""The experiment that a run's weights were trained by in the end."""

from pathlib import Path
from typing import Any

import pytest

from tui_nn.headless.trained import last_experiment
from tui_nn.runs.folder import Folder, create
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Changed, Phase, encode

TEXT = """
data = "moons(n=20)"
network = ["Linear(2, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
[train]
epochs = 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return create(tmp_path, "test", TEXT)


def change(key: str, new: Any, step: int, branch: int = 0, parent: int | None = None) -> Changed:
    return Changed(
        step=step, branch=branch, key=key, old=None, new=new, phase=Phase.UPDATE, parent=parent
    )


def write(folder: Folder, *changes: Changed) -> None:
    folder.changes.write_bytes(b"".join(encode(one) + b"\n" for one in changes))


def test_without_changes_it_is_as_it_was(folder: Folder) -> None:
    found = last_experiment(folder)
    assert (str(found.loss.call), found.train.patience) == ("BCEWithLogitsLoss()", None)


def test_changes_hold_in_their_order(folder: Folder) -> None:
    write(
        folder,
        change("network", ["Linear(2, 3)", "Linear(3, 1)"], 0),
        change("loss", "MSELoss()", 3),
        change("train.patience", 4, 5),
        change("train.epochs", 9, 6),
        change("loss", "L1Loss()", 7),
        change("train.patience", None, 8),
    )
    found = last_experiment(folder)
    assert [str(layer.call) for layer in found.network] == ["Linear(2, 3)", "Linear(3, 1)"]
    assert str(found.loss.call) == "L1Loss()"
    assert (found.train.patience, found.train.epochs) == (None, 9)


def test_what_was_changed_behind_the_place_where_a_branch_left_does_not_hold(
    folder: Folder,
) -> None:
    write(
        folder,
        change("train.patience", 7, 2),
        change("loss", "MSELoss()", 10),
        change("train.epochs", 9, 5, branch=1, parent=0),
    )
    found = last_experiment(folder)
    assert str(found.loss.call) == "BCEWithLogitsLoss()"
    assert (found.train.patience, found.train.epochs) == (7, 9)


def test_a_torn_last_line_is_none_and_a_broken_one_is_named(folder: Folder) -> None:
    write(folder, change("loss", "MSELoss()", 3))
    with folder.changes.open("ab") as file:
        file.write(b'{"type":"chan')
    assert str(last_experiment(folder).loss.call) == "MSELoss()"
    with folder.changes.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(InvalidInput) as caught:
        last_experiment(folder)
    assert f"{folder.changes}: line 2" in str(caught.value)
