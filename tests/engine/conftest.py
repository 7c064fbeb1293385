"""An engine to drive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.serving import Served, serving


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """In a folder of its own."""
    monkeypatch.chdir(tmp_path)
    with serving() as served:
        yield served
