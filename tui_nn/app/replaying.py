"""A recording and what a person does with it: play, pause, seek, speed."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from tui_nn.client import Recording
from tui_nn.spec.protocol import State
from tui_nn.spec.protocol.lines import Told
from tui_nn.views.scrubber import Playing

SPEEDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
          0.0)  # fmt: skip
"""Times as fast as it was; 0: all at once."""
SEEKS = {"left": -0.01, "right": 0.01, "<": -0.1, ">": 0.1}
"""What keys move it by, in shares of its length."""
GOING_ON = ("running", "paused", "loading")
"""States of one that is not at its end."""
LEAST_S = 10.0
"""So long the playing of one takes at least, where no other speed is asked for."""
TAIL = 2**18
"""Bytes at the end of a recording in which its last time stands."""


class _Timed(msgspec.Struct):
    """What is wanted of a record."""

    elapsed_s: float = 0.0


class Replaying:
    """A run's events.jsonl being played."""

    def __init__(
        self,
        path: Path,
        hear: Callable[[Told], None],
        speed: float | None,
        grows: Callable[[], bool] | None = None,
    ) -> None:
        """`speed` None: as fast as it was, slower where it would be over in a moment; `grows`:
        whether somebody still writes to it, where that may be.
        """
        self._length_s = length_of(path)
        self._speed = slow_enough(self._length_s) if speed is None else speed
        self._recording = Recording(path, hear, speed=self._speed, grows=grows or (lambda: False))
        self._may_grow = grows is not None

    def start(self) -> None:
        self._recording.start()

    @property
    def playing(self) -> Playing:
        at_s = self._recording.at_s
        if self._may_grow:
            self._length_s = max(self._length_s, at_s)
        goes_on = self._recording.state in GOING_ON
        if not goes_on:
            at_s = self._length_s
        return Playing(at_s, self._length_s, self._speed, follows=self._may_grow and goes_on)

    @property
    def state(self) -> State:
        return self._recording.state

    def play_or_pause(self) -> None:
        """At its end it begins anew."""
        if self.state == "running":
            self._recording.pause()
            return
        if self.state != "paused":
            self._recording.seek(0.0)
        self._recording.play(self._speed)

    def answers(self, key: str) -> bool:
        """Go on or back by a share of its length, or to an end of it; whether the key does that."""
        if key in SEEKS:
            to_s = self.playing.at_s + SEEKS[key] * self._length_s
        elif key in ("home", "end"):
            to_s = self._length_s if key == "end" else 0.0
        else:
            return False
        if self.state not in GOING_ON:
            self._recording.pause()  # who looks back from the end wants to see it
        self._recording.seek(max(0.0, min(self._length_s, to_s)))
        return True

    def change_speed(self, way: int) -> float:
        """One rung slower or faster; the speed."""
        rungs = [speed or float("inf") for speed in SPEEDS]
        now = self._speed or float("inf")
        others = [rung for rung in rungs if (rung > now if way > 0 else rung < now)]
        chosen = (min(others) if way > 0 else max(others)) if others else now
        self._speed = 0.0 if chosen == float("inf") else chosen
        if self.state == "running":
            self._recording.play(self._speed)
        return self._speed

    def close(self) -> None:
        self._recording.close()


def slow_enough(length_s: float) -> float:
    """The highest speed up to 1 at which so many seconds can be watched."""
    rungs = [speed for speed in SPEEDS if 0 < speed <= 1]
    return max((speed for speed in rungs if length_s / speed >= LEAST_S), default=rungs[0])


def length_of(path: Path) -> float:
    """Seconds from a recording's begin to its last record; 0 where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL))
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return 0.0
    for line in reversed(lines):
        try:
            return msgspec.json.decode(line, type=_Timed).elapsed_s
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return 0.0
