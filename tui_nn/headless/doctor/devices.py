"""Whether packages load and what torch can train on, asked of a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_nn.headless.doctor.finding import Finding

PATIENCE_S = 120.0
"""torch on a slow disk takes its time."""
TRIAL = Path(__file__).with_name("trial.py")
DRIVER = Path("/proc/driver/nvidia/version")


@dataclass
class Tried:
    """What the other process told."""

    broken: dict[str, str] = field(default_factory=dict)
    """Why a module does not load."""
    torch: Mapping[str, Any] | None = None
    """What torch sees; None where it could not be asked."""


def try_out(modules: Sequence[str], *, patience_s: float = PATIENCE_S) -> Tried:
    """Load modules that are installed, torch last."""
    command = [sys.executable, "-P", str(TRIAL), *modules]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=patience_s
        )
    except subprocess.TimeoutExpired as late:
        return _read(late.stdout or b"", f"takes more than {patience_s:g} s to load")
    return _read(done.stdout, _end(done.returncode))


def _end(code: int) -> str:
    if code < 0:
        return f"ends its process by signal {-code} ({signal.strsignal(-code)})"
    return f"ends its process with exit code {code}" if code else ""


def _read(told: bytes, end: str) -> Tried:
    """`end`: what befell the module that was tried last; empty where nothing did."""
    tried, trying = Tried(), ""
    for line in told.splitlines():
        facts = json.loads(line)
        if "trying" in facts:
            trying = facts["trying"]
        elif "failed" in facts:
            tried.broken[trying] = facts["failed"]
        else:
            tried.torch = facts
    if end and trying:
        tried.broken[trying] = end
    return tried


def devices(tried: Tried) -> list[Finding]:
    """The processor and every GPU that torch sees."""
    found = tried.torch
    if trouble := tried.broken.get("devices"):
        return [Finding("devices", f"looking for them {trouble}", "broken",
                        "CUDA_VISIBLE_DEVICES='' trains on the processor; a torch made for this "
                        "machine: pytorch.org")]  # fmt: skip
    if found is None:
        return [Finding("torch", "could not be asked")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cpu = Finding("cpu", f"{found['threads']} threads of torch, {cores} cores")
    return [cpu, *_gpus(found)]


def _gpus(found: Mapping[str, Any]) -> Iterator[Finding]:
    for index, gpu in enumerate(found["gpus"]):
        value = f"{gpu['name']}, {gpu['memory'] / 1e9:,.0f} GB"
        if gpu["trouble"]:
            yield Finding(
                f"cuda:{index}", f"{value}: {gpu['trouble']}", "broken",
                "train.device=cpu trains without it; a torch made for it: pytorch.org",
            )  # fmt: skip
        else:
            yield Finding(f"cuda:{index}", value)
    if not found["gpus"]:
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
        if not (DRIVER.exists() or shutil.which("nvidia-smi")):
            yield Finding("cuda", "no GPU")
        elif hidden is not None:
            yield Finding("cuda", f"no GPU: CUDA_VISIBLE_DEVICES is '{hidden}'")
        elif not found["cuda"]:
            yield Finding("cuda", "there is a GPU, this torch is made without CUDA", "better",
                          "pytorch.org says how to install torch with CUDA")  # fmt: skip
        else:
            why = found["warning"] or f"torch is made for CUDA {found['cuda']}"
            yield Finding("cuda", f"there is a GPU, torch sees none: {why}", "better",
                          "bring driver and torch together: pytorch.org")  # fmt: skip
