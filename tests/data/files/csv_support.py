"""Small tables for the tests of their reader."""

from pathlib import Path
from typing import Any

import pytest

from tui_nn.data.dataset import Dataset
from tui_nn.data.files.csv_table import csv
from tui_nn.data.files.source import Source
from tui_nn.spec.errors import InvalidInput

NAME = "table.csv"


def read(folder: Path, content: str | bytes, **values: Any) -> Dataset:
    """The dataset of a file with this content."""
    data = content if isinstance(content, bytes) else content.encode()
    (folder / NAME).write_bytes(data)
    return csv(NAME, **values, source=Source(folder))


def refusal(folder: Path, content: str | bytes, **values: Any) -> str:
    """What is said of a file with this content, in one line with a way out."""
    with pytest.raises(InvalidInput) as caught:
        read(folder, content, **values)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return str(caught.value)


def told(data: Dataset) -> str:
    """All notices."""
    return "\n".join(data.notices)
