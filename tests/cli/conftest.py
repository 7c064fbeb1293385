from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are kept below the working directory."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
