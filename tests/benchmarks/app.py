"""The app in a real terminal: first paint, readiness, key to paint, bytes a frame, steps kept.

Everything runs in pseudo-terminals of this machine; what is compared alternates within one run.

`python tests/benchmarks/app.py [start] [keys] [steps] [bytes] [slow] [long]`; `long` takes ten
minutes each.
"""

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RUNS = 9
SIZE = (120, 36)
CODES = re.compile(rb"\x1b\[[0-9;?<=>]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")
FIRST_PAINT_S, READY_S = 0.35, 3.0
KEPT = 0.95
P50_MS, P99_MS, SLOW_P99_MS = 25.0, 100.0, 500.0
FRAME_BYTES = {(120, 36): 15_000, (80, 24): 6_000}
CORE, MEGABYTES = 0.30, 80
STEP = re.compile(rb"step ([\d,]+)   epoch")
ENDLESS = ("train.epochs=1000000", "goal={}")
WORKLOADS: dict[str, tuple[str, ...]] = {
    "W1": ("xor-mlp", "train.eval_every=0"),
    "xor-mlp": ("xor-mlp",),  # evaluates after each step
    "digits-cnn": ("digits-cnn",),
}
LONG_S, LOOKS, GROWN_MB = 600.0, 5, 3.0


class Terminal:
    """The app in a pseudo-terminal; reads at most `rate` bytes a second."""

    def __init__(self, *arguments: str, size: tuple[int, int] = SIZE, rate: float = 1e9) -> None:
        self.rate, self.read_bytes, self.seen = rate, 0, b""
        self.home = tempfile.TemporaryDirectory()
        environment = {
            **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "XDG_CONFIG_HOME": self.home.name,
        }  # fmt: skip
        for unwanted in ("NO_COLOR", "PYTHONDONTWRITEBYTECODE"):  # an installed one is compiled
            environment.pop(unwanted, None)
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui_nn", "open", *arguments, "--no-save"],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        self.master = master

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds, or the first of it."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 1024 if self.rate < 1e8 else 65536)
        except OSError:
            return b""
        if self.rate < 1e8:
            time.sleep(len(data) / self.rate)
        self.read_bytes += len(data)
        self.seen = (self.seen + CODES.sub(b"", data))[-20_000:]
        if b"\x1b[6n" in data:
            self.send("\x1b[2;3R")
        return data

    def until(self, pattern: str, limit_s: float = 60.0) -> float:
        """Read until a pattern has come; seconds since the start of the app."""
        end, wanted = time.perf_counter() + limit_s, re.compile(pattern.encode())
        while not wanted.search(self.seen):
            self.read(0.05)
            if time.perf_counter() > end:
                raise TimeoutError(f"{pattern} has not come: {self.seen[-600:].decode()}")
        return time.perf_counter() - self.began

    def drain(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(min(left, 0.02))

    def send(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def forget(self) -> None:
        self.seen = b""

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        end = time.perf_counter() + 20
        while self.process.poll() is None and time.perf_counter() < end:
            self.read(0.05)
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        self.home.cleanup()

    @property
    def processor_s(self) -> float:
        """Of the app's process alone."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


@contextmanager
def app(*arguments: str, size: tuple[int, int] = SIZE, rate: float = 1e9) -> Iterator[Terminal]:
    terminal = Terminal(*arguments, size=size, rate=rate)
    try:
        yield terminal
    finally:
        terminal.close()


@contextmanager
def flat_out(
    experiment: tuple[str, ...], size: tuple[int, int] = SIZE, rate: float = 1e9
) -> Iterator[Terminal]:
    """The app while it trains without an end."""
    with app(*experiment, "--pace", "0", *ENDLESS, size=size, rate=rate) as terminal:
        terminal.until("ready")
        terminal.send(" ")
        terminal.until("steps/s")
        yield terminal


def start() -> bool:
    """First paint, and ready to train."""
    painted, ready = [], []
    for _ in range(RUNS):
        with app("and-gate") as terminal:
            painted.append(terminal.until("1 Network"))
            ready.append(terminal.until("ready"))
    first, then = statistics.median(painted), statistics.median(ready)
    print(f"first paint {first:.3f} s (wanted < {FIRST_PAINT_S}), ready {then:.2f} s (< {READY_S})")
    return first < FIRST_PAINT_S and then < READY_S


NAMES = {5: "Forward", 6: "Gradient", 7: "Update", 8: "Evaluate"}


def key_times(terminal: Terminal, count: int) -> list[float]:
    """Milliseconds from the key of a panel to its title in focus."""
    took = []
    for index in range(count):
        number = 5 + index % 4
        terminal.drain(0.03 + 0.04 * (index % 5) / 5)
        terminal.forget()
        began = time.perf_counter()
        terminal.send(str(number))
        terminal.until(f"{number} {NAMES[number]} [^─]*━")
        took.append(1000 * (time.perf_counter() - began))
    return took


def keys(rate: float = 1e9, wanted: float = P99_MS, count: int = 200) -> bool:
    """Key to paint while training runs flat out."""
    good = True
    for name, experiment in WORKLOADS.items():
        with flat_out(experiment, rate=rate) as terminal:
            terminal.drain(2.0)
            took = sorted(key_times(terminal, count))
        median, late = statistics.median(took), took[int(0.99 * len(took))]
        link = "" if rate > 1e8 else f" over {rate / 1000:.0f} kB/s"
        print(f"{name:11} key to paint{link}: median {median:.1f} ms, 99 of 100 {late:.1f} ms")
        good &= late < wanted and (rate < 1e8 or median < P50_MS)
    return good


def slow() -> bool:
    """The same over a slow link."""
    return keys(100_000, SLOW_P99_MS, 60)


def frame_bytes() -> bool:
    """Bytes a frame, the app's share of a core and its memory."""
    good = True
    for size, wanted in FRAME_BYTES.items():
        for name in ("spiral-adam", "digits-cnn"):
            with flat_out((name,), size=size) as terminal:
                terminal.drain(3.0)
                before, used, began = terminal.read_bytes, terminal.processor_s, time.perf_counter()
                terminal.drain(6.0)
                seconds = time.perf_counter() - began
                each = (terminal.read_bytes - before) / seconds / 20
                share, memory = (terminal.processor_s - used) / seconds, terminal.megabytes
            print(
                f"{name:11} {size[0]}x{size[1]}: {each:,.0f} bytes a frame (wanted < {wanted:,}), "
                f"{share:.0%} of a core, {memory:.0f} MB"
            )
            good &= each < wanted and share < CORE and memory < MEGABYTES
    return good


def steps() -> bool:
    """Steps a second under the screen against the same training without, by turns."""
    good = True
    for name, experiment in WORKLOADS.items():
        ratios = [_pace_on_screen(experiment) / _pace_alone(experiment) for _ in range(5)]
        kept = statistics.median(ratios)
        print(f"{name:11} steps/s kept under the screen: {kept:.3f} (wanted > {KEPT})")
        good &= kept >= KEPT
    return good


def _pace_on_screen(experiment: tuple[str, ...]) -> float:
    with flat_out(experiment) as terminal:
        return _pace(lambda seconds: terminal.drain(seconds), terminal)


def _pace(wait: Callable[[float], None], terminal: Terminal) -> float:
    wait(3.0)
    first, began = _last_step(terminal), time.perf_counter()
    wait(6.0)
    return (_last_step(terminal) - first) / (time.perf_counter() - began)


def _last_step(terminal: Terminal) -> int:
    return int(STEP.findall(terminal.seen)[-1].replace(b",", b""))


def _pace_alone(experiment: tuple[str, ...]) -> float:
    from tui_nn.client import Client, engine_command
    from tui_nn.spec.protocol.commands import Inspect, Load, Run
    from tui_nn.spec.protocol.frames import Curves
    from tui_nn.spec.protocol.messages import Answer

    client = Client(engine_command(), lambda told: None)
    client.start()

    def step() -> int:
        answer = client.request(Inspect(probe=Curves()), 60)
        assert isinstance(answer, Answer), answer
        return answer.present.step

    name, *changes = experiment
    client.request(Load(experiment=name, runs=None, changes=(*changes, *ENDLESS)), 60)
    client.request(Run(), 60)
    time.sleep(3.0)
    first, began = step(), time.perf_counter()
    time.sleep(6.0)
    pace = (step() - first) / (time.perf_counter() - began)
    client.close()
    return pace


def long() -> bool:
    """The app's memory and share of a core over ten minutes, from the first of them to the last."""
    good = True
    for name, experiment in WORKLOADS.items():
        with flat_out(experiment) as terminal:
            seen = []
            for _ in range(LOOKS):
                used, began = terminal.processor_s, time.perf_counter()
                terminal.drain(LONG_S / LOOKS)
                share = (terminal.processor_s - used) / (time.perf_counter() - began)
                seen.append((terminal.megabytes, share))
            last = _last_step(terminal)
        print(
            f"{name:11} {LONG_S:.0f} s, {last:,} steps: MB",
            *(f"{memory:.1f}" for memory, _ in seen), "of a core",
            *(f"{share:.0%}" for _, share in seen),
        )  # fmt: skip
        memory = [memory for memory, _ in seen]
        good &= max(memory) < MEGABYTES and memory[-1] - memory[0] < GROWN_MB
        good &= max(share for _, share in seen) < CORE
    return good


PARTS: dict[str, Callable[[], bool]] = {
    "start": start, "keys": keys, "steps": steps, "bytes": frame_bytes, "slow": slow, "long": long,
}  # fmt: skip


def main() -> None:
    """Print the figures; fail where one is missed."""
    wanted = sys.argv[1:] or [name for name in PARTS if name != "long"]
    good = [PARTS[name]() for name in wanted]
    sys.exit(None if all(good) else "a figure is missed")


if __name__ == "__main__":
    main()
