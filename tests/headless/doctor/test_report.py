import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ENVIRONMENT, nn_tui
from tui_nn.headless.doctor import report
from tui_nn.headless.doctor.devices import Tried
from tui_nn.headless.doctor.folders import folder


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is asked, and choices are kept in a folder of this test."""
    seen: dict[str, Any] = {"threads": 2, "cuda": None, "gpus": [], "warning": ""}
    monkeypatch.setattr(report, "try_out", lambda names: Tried(torch=seen))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_where_nothing_is_broken_the_answer_is_0() -> None:
    answer = nn_tui("doctor")
    assert (answer.code, answer.err) == (0, "")
    for words in ("torch", "cpu", "runs", "config", "nothing is broken"):
        assert words in answer.out
    assert "to fix" not in answer.out


def test_what_is_broken_is_told_in_a_line_and_the_answer_is_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "try_out", lambda names: Tried(broken={"torch": "OSError: no lib"}))
    answer = nn_tui("doctor")
    assert answer.code == 1
    assert "does not load: OSError: no lib" in answer.out
    lines = answer.out.splitlines()
    assert lines[lines.index("to fix") + 1].startswith("  torch: ")
    assert "pip install --force-reinstall torch" in answer.out
    assert lines[-1] == "something is broken"


def test_json_tells_the_same() -> None:
    answer = nn_tui("doctor", "--json")
    told = json.loads(answer.out)
    assert told["broken"] is False
    assert {f["about"] for f in told["findings"]} == {"versions", "devices", "terminal", "folders"}
    assert all(f.keys() == {"about", "name", "value", "state", "fix"} for f in told["findings"])


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    nn_tui("doctor")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_broken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = folder("runs", tmp_path / "file" / "runs", "--runs DIR keeps runs elsewhere")
    assert found.state == "broken"
    assert "Not a directory" in found.value
    assert "--runs DIR" in found.fix
    assert nn_tui("doctor", "--runs", str(tmp_path / "file" / "runs")).code == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_broken(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert folder("runs", tmp_path / "runs", "").state == "broken"


@pytest.mark.parametrize("missing", ["numpy", "msgspec", "platformdirs", "plotext", "torch"])
def test_the_doctor_needs_none_of_what_it_looks_at(missing: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None; from tui_nn.cli import main\n"
        "sys.argv = ['nn-tui', 'doctor']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing is broken" in done.stdout
