"""What a GPU's driver answers, and refuses to."""

import sys
from types import SimpleNamespace

import pytest
import torch

from tui_nn.engine.probes.device import device
from tui_nn.spec.protocol.frames import Device


class NVMLError(Exception):
    """NVIDIA's own, a child of no other error."""


def refuse(where: torch.device) -> int:
    raise NVMLError("Not Supported")


def test_a_question_that_the_driver_refuses_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", SimpleNamespace(NVMLError=NVMLError))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda where: (3, 10))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda where: "NVIDIA H100")
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda where: 2)
    monkeypatch.setattr(torch.cuda, "utilization", refuse)
    monkeypatch.setattr(torch.cuda, "temperature", lambda where: 41)
    at = SimpleNamespace(trainer=SimpleNamespace(device=torch.device("cuda")))
    frame = device(at, Device())  # type: ignore[arg-type]
    assert (frame.use, frame.temperature_c) == (None, 41)
    assert (frame.memory_bytes, frame.memory_used_bytes, frame.memory_own_bytes) == (10, 7, 2)
