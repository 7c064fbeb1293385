"""What the machine does that trains: a GPU's memory, use and temperature."""

import importlib
from collections.abc import Callable

import torch

from tui_nn.engine.probes.view import View
from tui_nn.spec.protocol.frames import Device, DeviceFrame


def device(view: View, probe: Device) -> DeviceFrame:
    """The device; of a CPU only its name and the threads that torch uses."""
    where = view.trainer.device
    if where.type != "cuda":
        return DeviceFrame(device=str(where), name="", threads=torch.get_num_threads())
    free, total = torch.cuda.mem_get_info(where)
    return DeviceFrame(
        device=str(where),
        name=torch.cuda.get_device_name(where),
        threads=torch.get_num_threads(),
        memory_bytes=total,
        memory_used_bytes=total - free,
        memory_own_bytes=torch.cuda.memory_reserved(where),
        use=_asked(torch.cuda.utilization, where),
        temperature_c=_asked(torch.cuda.temperature, where),
    )


def _asked(ask: Callable[[torch.device], int], where: torch.device) -> int | None:
    """What the driver says, where NVIDIA's library for asking it is installed."""
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        return ask(where)
    except (RuntimeError, OSError, AttributeError, nvml.NVMLError):
        return None  # some GPUs, and shares of one, don't support the question
