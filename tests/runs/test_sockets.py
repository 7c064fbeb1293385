"""The socket in a run's folder: for its owner, for paths of any length, gone when it is over."""

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from tui_nn.runs.folder import Folder, create
from tui_nn.runs.sockets import Door, reach
from tui_nn.spec.errors import InvalidInput


@pytest.fixture(params=["short", "x" * 60 + "/" + "y" * 60])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Folder:
    return create(tmp_path / request.param, "xor", "")


def says_hello(door: Door, folder: Folder) -> bool:
    with reach(folder) as client:
        accepted, _ = door.socket.accept()
        with accepted:
            accepted.sendall(b"hello")
            return client.recv(5) == b"hello"


def test_an_open_door_is_reached_and_only_its_owner_may(folder: Folder) -> None:
    door = Door(folder)
    assert says_hello(door, folder)
    mode = folder.socket.stat().st_mode
    assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o600)
    door.close()


def test_a_closed_door_leaves_nothing_behind(folder: Folder) -> None:
    before = sorted(folder.path.iterdir())
    door = Door(folder)
    target = Path(os.path.realpath(folder.socket))
    door.close()
    assert sorted(folder.path.iterdir()) == before
    assert not target.exists()
    assert target.parent == folder.path.resolve() or not target.parent.exists()


def test_what_a_dead_engine_left_is_replaced(folder: Folder) -> None:
    dead = Door(folder)
    dead.socket.close()
    left = Path(os.path.realpath(folder.socket))
    with pytest.raises(InvalidInput, match="the engine of this run is gone"):
        reach(folder)
    door = Door(folder)
    assert says_hello(door, folder)
    assert left.parent == folder.path.resolve() or not left.parent.exists()
    door.close()
    assert not folder.socket.exists()


def test_closing_leaves_the_socket_of_the_engine_that_came_after(folder: Folder) -> None:
    first = Door(folder)
    second = Door(folder)
    first.close()
    assert says_hello(second, folder)
    second.close()


def test_a_link_to_a_folder_of_somebody_else_is_replaced_and_not_followed(tmp_path: Path) -> None:
    folder = create(tmp_path, "xor", "")
    precious = tmp_path / "nn-tui-mine"
    precious.mkdir()
    (precious / "work.txt").write_text("years of it")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(precious / "s"))
        folder.socket.symlink_to(precious / "s")
        Door(folder).close()
    assert (precious / "work.txt").read_text() == "years of it"


def test_a_run_without_a_socket_says_that_its_engine_is_gone_and_how_to_go_on(
    tmp_path: Path,
) -> None:
    folder = create(tmp_path, "xor", "")
    with pytest.raises(InvalidInput) as caught:
        reach(folder)
    assert str(caught.value) == (
        f"{folder.path}: the engine of this run is gone: "
        f"`nn-tui train --resume {folder.path}` goes on from its last save"
    )


def test_a_folder_that_is_gone_is_the_callers_to_tell(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Door(Folder(tmp_path / "gone"))


def test_a_failed_attempt_leaves_no_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="No such file"):
        Door(Folder(tmp_path / "gone"))
    assert list(tmp_path.iterdir()) == []
