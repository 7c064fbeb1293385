"""The eight phases of the flow, as things that can be explained."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FlowPhase:
    """A phase by its number on the screen, and what it is called elsewhere."""

    number: int
    name: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.number} {self.name.capitalize()}"


PHASES = (
    FlowPhase(1, "network"),
    FlowPhase(2, "data"),
    FlowPhase(3, "loss"),
    FlowPhase(4, "optimizer"),
    FlowPhase(5, "forward"),
    FlowPhase(6, "gradient", also=("backward", "backprop", "backpropagation")),
    FlowPhase(7, "update"),
    FlowPhase(8, "evaluate"),
)
