"""Layers as frames tell of them: which have parameters, which bend, what each is called."""

from tui_nn.spec.protocol.frames import LayersFrame, LayerStatistics


def learning(frame: LayersFrame | None) -> tuple[LayerStatistics, ...]:
    """The layers with parameters of their own; none where there is no frame."""
    if frame is None:
        return ()
    return tuple(row for row in frame.layers if row.weight is not None or "weight" in row.nonfinite)


def bend_behind(frame: LayersFrame, name: str) -> LayerStatistics | None:
    """The activation that follows a layer, before the next one with parameters."""
    names = [row.name for row in frame.layers]
    after = frame.layers[names.index(name) + 1 :] if name in names else ()
    row = after[0] if after else None
    return row if row is not None and row.weight is None and not row.nonfinite else None


def hidden_bends(frame: LayersFrame | None) -> tuple[LayerStatistics, ...]:
    """The activations that a layer with parameters follows."""
    rows = frame.layers if frame is not None else ()
    last = max((at for at, row in enumerate(rows) if row.weight is not None), default=0)
    return tuple(row for row in rows[:last] if row.weight is None and not row.nonfinite)


def short_name(row: LayerStatistics) -> str:
    """`0 Conv2d`."""
    return f"{row.name} {row.call.partition('(')[0]}"
