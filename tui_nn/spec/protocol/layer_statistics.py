"""What is measured of one layer in a step."""

import msgspec

from tui_nn.spec.protocol.arrays import Array


class LayerStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One layer with parameters or an activation; None where there is nothing to measure."""

    name: str
    call: str
    frozen: bool = False
    """Whether its parameters don't train: then it has neither gradient nor update."""
    gradient: float | None = None
    """|∂L/∂w| over the layer's parameters."""
    weight: float | None = None
    """|w|."""
    update: float | None = None
    """|update| of the latest step."""
    ratio: float | None = None
    """|update| / |w| before it."""
    zero_gradient: float | None = None
    """Share of the gradient that is exactly 0."""
    dead: float | None = None
    """Share of units that give 0 for every sample looked at."""
    zero: float | None = None
    """Share of outputs that are exactly 0."""
    saturated: float | None = None
    """Share of outputs within 1 % of a bounded activation's ends."""
    dead_units: tuple[int, ...] = ()
    """Which are dead, where the layer is in focus; the first of them."""
    gradient_histogram: Array | None = None
    """int64 (bins,); of what is finite, where the layer is in focus."""
    weight_histogram: Array | None = None
    output_histogram: Array | None = None
    ranges: dict[str, tuple[float, float]] = {}
    """Ends of each histogram: `gradient`, `weight`, `output`."""
    nonfinite: dict[str, str] = {}
