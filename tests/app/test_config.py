"""What is remembered between two starts."""

from pathlib import Path

import pytest

from tests.views.support import present, started, world_of
from tui_nn.app.config import Config, config_file, read_config, write_config
from tui_nn.views.desk import Desk
from tui_nn.views.kinds import KINDS
from tui_nn.views.panels.registry import PANELS


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_theme_and_views_are_remembered() -> None:
    views = {("plane", 5): "decision map", ("plane", 8): "curves", ("picture", 8): "worst"}
    write_config(Config("light", views))
    assert read_config() == Config("light", views)


def test_views_of_a_file_that_tells_no_kinds_are_those_of_every_kind() -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('theme = "safe"\n[views]\n8 = "worst"\n[views.table]\n8 = "curves"\n')
    config = read_config()
    assert config.theme == "safe"
    assert config.views == dict.fromkeys(((kind, 8) for kind in KINDS), "worst") | {
        ("table", 8): "curves"
    }


def test_a_view_chosen_for_one_kind_is_not_shown_for_another() -> None:
    desk = Desk(chosen={("plane", 8): "lr"})
    plane = world_of(started(), present(40))
    plane.__dict__["kind"] = "plane"
    assert PANELS[8].view(plane, desk).name == "lr"
    assert PANELS[8].view(world_of(started(), present(40)), desk).name == "curves"


def test_nothing_remembered_is_the_default() -> None:
    assert read_config() == Config()


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"theme = [",
        b'theme = "pink"\nviews = 3',
        b'[views]\nx = "maps"\n[views.plane]\n8 = 3',
    ],
)
def test_what_cannot_be_read_is_the_default(text: bytes) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_bytes(text)
    assert read_config() == Config()


def test_a_folder_that_cannot_be_written_is_no_mistake(home: Path) -> None:
    (home / "config").write_text("a file")
    write_config(Config("light"))
    assert read_config() == Config()
