"""What is remembered between two starts."""

from pathlib import Path

import pytest

from tui_nn.app.config import Config, config_file, read_config, write_config


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_theme_and_views_are_remembered() -> None:
    write_config(Config("light", {5: "decision map", 8: "curves"}))
    assert read_config() == Config("light", {5: "decision map", 8: "curves"})


def test_nothing_remembered_is_the_default() -> None:
    assert read_config() == Config()


@pytest.mark.parametrize(
    "text", [b"\xff", b"theme = [", b'theme = "pink"\nviews = 3', b'[views]\nx = "maps"']
)
def test_what_cannot_be_read_is_the_default(text: bytes) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_bytes(text)
    assert read_config() == Config()


def test_a_folder_that_cannot_be_written_is_no_mistake(home: Path) -> None:
    (home / "config").write_text("a file")
    write_config(Config("light"))
    assert read_config() == Config()
