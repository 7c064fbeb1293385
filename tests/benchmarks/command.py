"""Wall time of `nn-tui train and-gate` against a bare torch script, and the peak memory of a CNN.

Interleaved; every run is a process of its own. `python tests/benchmarks/command.py`
"""

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 7
BARE = """
import torch
from torch import nn
network = nn.Linear(2, 1)
nn.init.zeros_(network.weight)
nn.init.zeros_(network.bias)
optimizer = torch.optim.SGD(network.parameters(), lr=1)
rows = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
targets = torch.tensor([[0.], [0.], [0.], [1.]])
steps = right = 0
while right < 2:
    for x, t in zip(rows, targets):
        z = network(x)
        y = (z > 0).float()
        loss = 0.5 * ((y - z).detach() + z - t).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps += 1
    with torch.no_grad():
        right = right + 1 if ((network(rows) > 0).float() == targets).all() else 0
assert steps == 24, steps
"""
NN_TUI = [sys.executable, "-m", "tui_nn", "train"]


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a process that must end well."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    assert os.waitstatus_to_exitcode(status) == 0, command
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return seconds, usage.ru_maxrss / unit


def main() -> None:
    """Print both figures."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(run([sys.executable, "-c", BARE])[0])
        ours.append(run([*NN_TUI, "and-gate"])[0])
    ratio = statistics.median(b / a for a, b in zip(bare, ours, strict=True))
    print(
        f"and-gate: bare torch {statistics.median(bare):.2f} s, nn-tui "
        f"{statistics.median(ours):.2f} s, ratio {ratio:.2f} (at most 1.35)"
    )
    seconds, peak = run([*NN_TUI, "digits-cnn"])
    print(f"digits-cnn: {seconds:.1f} s, peak {peak:.0f} MB (under 400)")


if __name__ == "__main__":
    main()
