"""`open` of a run: what can't hold for it is refused, not passed over."""

from pathlib import Path

import pytest

from tui_nn.app.settings import Settings
from tui_nn.cli.screen import _of_a_run
from tui_nn.runs.folder import Folder
from tui_nn.spec.errors import InvalidInput


def test_a_run_that_is_being_trained_is_opened_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_nn.runs.sockets.is_reachable", lambda folder: True)
    settings = _of_a_run(Settings("x"), Folder(tmp_path))
    assert settings.attach
    with pytest.raises(InvalidInput, match="is being trained"):
        _of_a_run(Settings("x", changes=("train.epochs=3",)), Folder(tmp_path))


def test_a_run_keeps_its_target(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="keeps its target"):
        _of_a_run(Settings("x", target=("y",)), Folder(tmp_path))
