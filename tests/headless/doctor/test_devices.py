"""What breaks in the process that tries, breaks there."""

import time
from pathlib import Path
from typing import Any

import pytest

from tui_nn.headless.doctor import devices
from tui_nn.headless.doctor.devices import Tried, try_out

SEEN: dict[str, Any] = {"threads": 2, "cuda": None, "gpus": [], "warning": ""}


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where modules are looked for first."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_torch_tells_what_it_sees() -> None:
    tried = try_out(["numpy", "torch"])
    assert tried.broken == {}
    assert tried.torch
    assert {finding.state for finding in devices.devices(tried)} <= {"fine", "better"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "raise OSError('libcudart.so.12: cannot open\\nmore')",
            "OSError: libcudart.so.12",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "Segmentation fault"),
        ("import os; os._exit(3)", "exit code 3"),
        ("raise SystemExit(0)", "SystemExit"),
        ("print('{}')\nraise ImportError('no')", "ImportError: no"),
    ],
)
def test_a_broken_torch_does_not_take_the_doctor_down(module: Path, code: str, reason: str) -> None:
    (module / "torch.py").write_text(code)
    tried = try_out(["torch", "json"])
    assert list(tried.broken) == ["torch"]
    assert reason in tried.broken["torch"]
    assert tried.torch is None


def test_the_module_that_ends_the_process_is_named(module: Path) -> None:
    (module / "mine.py").write_text("import os; os.abort()")
    assert list(try_out(["json", "mine", "torch"]).broken) == ["mine"]


def test_a_module_that_never_loads_is_given_up(module: Path) -> None:
    (module / "torch.py").write_text("import time; time.sleep(600)")
    began = time.monotonic()
    tried = try_out(["torch"], patience_s=0.5)
    assert time.monotonic() - began < 60
    assert tried.broken == {"torch": "takes more than 0.5 s to load"}


def test_a_file_of_the_working_directory_is_not_taken_for_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise ImportError")
    monkeypatch.chdir(tmp_path)
    assert try_out(["json"]).broken == {}


def test_a_search_for_devices_that_ends_the_process_says_how_to_go_without() -> None:
    [found] = devices.devices(Tried(broken={"devices": "ends its process by signal 11"}))
    assert found.state == "broken"
    assert "CUDA_VISIBLE_DEVICES=''" in found.fix


def test_a_gpu_that_cannot_compute_is_broken_and_one_that_can_is_fine() -> None:
    gpus = [
        {"name": "H200", "memory": 150e9, "trouble": ""},
        {"name": "Old", "memory": 4e9, "trouble": "RuntimeError: no kernel image"},
    ]
    found = devices.devices(Tried(torch=SEEN | {"gpus": gpus}))
    assert [(f.name, f.state) for f in found] == [
        ("cpu", "fine"), ("cuda:0", "fine"), ("cuda:1", "broken")
    ]  # fmt: skip
    assert found[1].value == "H200, 150 GB"
    assert "no kernel image" in found[2].value
    assert "train.device=cpu" in found[2].fix


@pytest.mark.parametrize(
    ("hidden", "cuda", "warning", "state", "said"),
    [
        (None, None, "", "better", "made without CUDA"),
        ("", "12.8", "", "fine", "CUDA_VISIBLE_DEVICES is ''"),
        (None, "12.8", "CUDA initialization: driver too old", "better", "driver too old"),
        (None, "12.8", "", "better", "made for CUDA 12.8"),
    ],
)
def test_a_gpu_that_torch_does_not_see_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    hidden: str | None, cuda: str | None, warning: str, state: str, said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(devices, "DRIVER", tmp_path)
    if hidden is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    found = devices.devices(Tried(torch=SEEN | {"cuda": cuda, "warning": warning}))[-1]
    assert found.state == state
    assert said in found.value
