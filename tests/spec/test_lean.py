"""Imports of others' packages without what they don't need here."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tui_nn.spec.lean import without


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that goes on without an optional one."""
    (tmp_path / "optional_part.py").write_text("")
    (tmp_path / "whole.py").write_text(
        "try:\n    import optional_part\nexcept ImportError:\n    optional_part = None\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("whole", "optional_part"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "whole"


def test_a_package_does_without_what_it_can_do_without(package: str) -> None:
    with without("optional_part"):
        assert importlib.import_module(package).optional_part is None


def test_afterwards_everything_is_found_again(package: str) -> None:
    with without("optional_part"):
        pass
    assert importlib.import_module(package).optional_part is not None


def test_what_is_imported_already_stays(package: str) -> None:
    part = importlib.import_module("optional_part")
    with without("optional_part"):
        assert importlib.import_module(package).optional_part is part
    assert sys.modules["optional_part"] is part


def test_an_error_within_leaves_nothing_absent(package: str) -> None:
    with pytest.raises(ZeroDivisionError), without("optional_part"):
        _ = 1 / 0
    assert importlib.import_module("optional_part")


@pytest.mark.parametrize(
    ("code", "left_out"),
    [
        (
            "from tui_nn.plot.chart import Line, chart\nimport numpy as np\n"
            "from tui_nn.plot.band import Band\n"
            "steps = np.arange(9.0)\n"
            "chart([Line('loss', steps, steps)], 60, 12, bands=[Band(steps, steps)])",
            {"PIL", "numpy.ma", "_hashlib"},
        ),
        ("import tui_nn.app.app", {"ssl", "torch", "PIL", "hashlib", "zipfile"}),
    ],
    ids=["a chart", "the app"],
)
def test_what_costs_memory_and_is_not_needed_is_not_loaded(code: str, left_out: set[str]) -> None:
    loaded = f"{code}\nimport sys\nprint(sorted({left_out!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")
