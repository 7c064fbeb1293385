"""`open` of a run: what can't hold for it is refused, not passed over."""

import gc
from pathlib import Path

import pytest

from tui_nn.app.settings import Settings
from tui_nn.cli.group import commands
from tui_nn.cli.screen import Look, _of_a_run, _run
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


def test_memory_is_collected_again_where_the_app_never_came_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: object) -> int:
        raise InvalidInput("the engine can't be started")

    monkeypatch.setattr("tui_nn.app.start.start", fail)
    with pytest.raises(InvalidInput):
        _run(Settings("x"), Look(None, ascii_only=False, fps=None))
    assert gc.isenabled()


def test_options_without_a_name_open_the_first_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_nn.cli.group.no_screen", lambda: "")
    asked: list[object] = []
    monkeypatch.setattr(commands.commands["open"], "invoke", lambda ctx: asked.append(ctx.params))
    commands.main(["--theme", "light", "--pace", "0"], standalone_mode=False)
    [options] = asked
    assert isinstance(options, dict)
    assert (options["experiment"], options["theme"], options["pace"]) == ("and-gate", "light", 0)
