"""How a person has set up the screen: what is in focus, which views, where the cursors are."""

from dataclasses import dataclass, field, fields
from typing import Literal

from tui_nn.runs.history import By
from tui_nn.spec.protocol.frames import Part

Smoothing = Literal[0, 1, 2]
"""Off, light, strong."""
LOOK_FOR = 0
"""The number of the panel that has none."""


@dataclass
class Desk:
    """Changed by keys alone, its `size` where panels are put in their places; panels read it."""

    focus: int = 1
    size: tuple[int, int] = (80, 24)
    """Columns and rows of the view in focus."""
    chosen_phase: int = 0
    """Which of the choices 1 … 4 is lit before the first step, counted from 0."""
    full: bool = False
    """Whether the panel in focus has the whole screen."""
    open: int | None = None
    """The panel 0 … 4 that lies over a narrow screen."""
    beneath: int = 5
    """The panel of the loop that was in focus before it."""
    chosen: dict[tuple[str, int], str] = field(default_factory=dict)
    """The view that was chosen, by kind of experiment and panel."""
    cursor: dict[int, int] = field(default_factory=dict)
    """The row in which a panel's cursor stands."""
    sample: int = 0
    """The sample that is looked at, where the step's own isn't."""
    part: Part = "train"
    """Which part's samples are looked at."""
    sample_part: Part | None = None
    """Which part that one sample comes from; None: validation where there is one."""
    batch_sample: int | None = 0
    """The sample of the batch that is looked at where training stands at a layer; None: the mean
    over all of them.
    """
    layer: str = ""
    """The layer in focus, as torch names it; empty: none was chosen."""
    unit: int = 0
    """The unit of that layer."""
    weight: int = 0
    """The number of the weight that is followed, in the tensor of that layer."""
    optimizer: int | None = None
    """The optimizer that the cursor is on, where all stand beside each other; None: the own one."""
    scale: float = 1.0
    """What the gradient is multiplied by there."""
    is_cold: bool = False
    """Whether each stands at its first step there."""
    histogram: Literal["gradient", "weight", "output"] = "gradient"
    """Which of that layer's numbers are counted."""
    discrete: bool = False
    """Whether maps show classes."""
    x_axis: By = "epoch"
    y_log: bool | None = None
    """None: logarithmic where values span more than a decade."""
    smoothing: Smoothing = 1
    zoom: int = 0
    """Curves show the last half, quarter … so many times."""
    crosshair: float | None = None
    """The step at which it stands, or how far between two: it stays there whatever is shown."""
    text_line: int = 0
    """The first line shown of a text that is too long."""
    slide: int | None = None
    """Of the lesson, counted from 0; None: it has not begun."""
    guessed: dict[int, str] = field(default_factory=dict)
    """What was answered, by slide."""
    choice: int = 0
    """Which of the answers the cursor is on."""
    lent: dict[int, str] = field(default_factory=dict)
    """The view that a slide shows, by panel, in place of the one chosen."""
    words: str = ""
    """What the app says for a moment, where the mathematics stands else."""

    hint: str = ""
    """What a first start leads to, where there is room for it."""

    def forget(self) -> None:
        """Another experiment comes: all that was chosen in the one before is as at first, but
        what a person sees of all experiments alike.
        """
        kept = {"focus", "size", "chosen", "x_axis", "y_log", "smoothing", "hint"}
        for one in fields(self):
            if one.name not in kept:
                value = one.default_factory() if callable(one.default_factory) else one.default
                setattr(self, one.name, value)
