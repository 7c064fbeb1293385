"""The latest frames that know what an update did: others come of moments inside a step."""

from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import AnyFrame, LayersFrame, Probes, WeightsFrame
from tui_nn.spec.protocol.messages import Present

INSIDE = (Phase.FORWARD, Phase.GRADIENT)
"""Phases that belong to the step that is being made."""


class Updates:
    """By probe."""

    def __init__(self) -> None:
        self._frames: dict[Probes, AnyFrame] = {}

    def take(self, frame: AnyFrame, probe: Probes) -> None:
        """Keep a frame that knows an update."""
        if knows_update(frame):
            self._frames[probe] = frame

    def clear(self) -> None:
        """Forget all."""
        self._frames.clear()

    def of(self, probe: Probes, present: Present) -> AnyFrame | None:
        """The latest on the branch of now, of no step to come; None before there is one."""
        frame = self._frames.get(probe)
        if frame is None or frame.branch != present.branch:
            return None
        ahead = frame.step > present.step and present.state != "running"
        return None if ahead else frame


def knows_update(frame: AnyFrame) -> bool:
    """Whether it shows a whole step. Inside one, the parameters before it are those of now."""
    if frame.phase in INSIDE:
        return False
    if isinstance(frame, WeightsFrame):
        return frame.before is not None
    if isinstance(frame, LayersFrame):
        return any(row.update is not None or "update" in row.nonfinite for row in frame.layers)
    return False
