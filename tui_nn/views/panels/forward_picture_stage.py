"""5 Forward of a picture: one stage, its label and its maps."""

from tui_nn.plot.cells import cell_width
from tui_nn.views.canvas import Canvas
from tui_nn.views.panels.forward_picture_plan import Box, Placed
from tui_nn.views.pictures import Size, paint, paint_grid
from tui_nn.views.stages import Stage


def paint_stage(canvas: Canvas, placed: Placed) -> None:
    """Its label and its maps."""
    stage, box = placed.stage, placed.box
    palette = canvas.palette
    row, counts = box.row - placed.label, stage.counts(placed.shown)
    ink = palette.ink(palette.bad) if stage.broken else palette.quiet
    if placed.label == 2:
        canvas.put(row, box.column, stage.title, palette.strong)
        canvas.put(row + 1, box.column, counts, ink)
    else:
        _paint_label(canvas, stage, counts, row, box)
    if stage.values is None or placed.size is None:
        return
    if not stage.flat:
        paint_grid(canvas, stage.maps(), box, placed.size, signed=stage.signed)
        return
    side = placed.size.columns
    strip = stage.strip(max(1, box.columns // side))
    shown = Size(strip.shape[1] * side, len(strip) * side)
    paint(canvas, strip, box.row, box.column, shown, signed=stage.signed)


def _paint_label(canvas: Canvas, stage: Stage, counts: str, row: int, box: Box) -> None:
    palette = canvas.palette
    ink = palette.ink(palette.bad) if stage.broken else palette.quiet
    for name in (stage.title, stage.short):
        if cell_width(name) + 1 + cell_width(counts) <= box.columns:
            canvas.put(row, box.column, name, palette.strong)
            canvas.right(row, counts, ink, edge=box.column + box.columns)
            return
    for name in (f"{stage.short}, {counts}", stage.title, stage.short, stage.name):
        if cell_width(name) <= box.columns:
            canvas.put(row, box.column, name, palette.strong)
            return
