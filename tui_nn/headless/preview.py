"""What a file holds, for a person or as JSON."""

from collections.abc import Sequence

import msgspec

from tui_nn.engine.disk import preview
from tui_nn.headless.output import print_bytes, print_text
from tui_nn.headless.tables import aligned, cut, terminal_width, value_text, wrapped
from tui_nn.spec.errors import printable
from tui_nn.spec.protocol.disk import Contents, FileColumn
from tui_nn.spec.shapes import show

MOST_CLASSES = 12
LONGEST_CELL = 16


def print_preview(word: str, target: Sequence[str], limit: int, *, as_json: bool) -> None:
    """InvalidInput for what can't be opened."""
    found = preview(word, tuple(target), limit)
    if as_json:
        print_bytes(msgspec.json.encode(found) + b"\n")
    else:
        print_text("\n".join(_lines(found)))


def _lines(found: Contents) -> list[str]:
    lines = [cut(found.call or found.path, terminal_width())]
    if found.samples is not None or found.sampled:
        counted = "" if found.samples is None else f"{found.samples:,} samples"
        lines.append(", ".join(filter(None, (counted, found.sampled))))
    if found.classes:
        counts = zip(found.classes, found.class_counts, strict=False)
        words = [f"{name} ({count:,})" for name, count in counts]
        more = f" and {len(words) - MOST_CLASSES} more" * (len(words) > MOST_CLASSES)
        lines += wrapped(f"{', '.join(words[:MOST_CLASSES])}{more}", "classes  ")
    if found.values is not None:
        lines.append(f"values   {show(found.values)} of {', '.join(found.target)}")
    if found.columns:
        lines += ["", *aligned([_column(column, found) for column in found.columns], (0, 1, 3))]
    if found.columns_left_out:
        lines.append(f"and {found.columns_left_out:,} more columns")
    if found.rows:
        widest = max(map(len, found.rows))
        cells = [[cut(cell, LONGEST_CELL) for cell in row] for row in found.rows]
        rows = [row + [""] * (widest - len(row)) for row in cells]
        lines += ["", *(cut(line, terminal_width()) for line in aligned(rows))]
    if found.experiment is not None:
        lines += ["", *_experiment(found.experiment)]
    notes = [f"note: {notice}" for notice in found.notices]
    notes += [f"problem: {found.problem}: {found.hint}"] if found.problem else []
    return [*lines, *([""] if notes else []), *notes]


def _column(column: FileColumn, found: Contents) -> tuple[str, str, str, str]:
    """Its name, what it is, what it holds, and what lacks."""
    role = "target" if column.name in found.target else ""
    if column.shape is not None:
        return column.name, column.kind, show(column.shape), role
    held = "" if column.low is None else f"{column.low:g} to {column.high:g}"
    if column.kind == "texts":
        held = f"{column.different:,} different"
    missing = f"{column.missing:,} missing" if column.missing else ""
    return (
        cut(column.name, LONGEST_CELL),
        column.kind,
        held,
        ", ".join(filter(None, (role, missing))),
    )


def _experiment(table: dict[str, object]) -> list[str]:
    rows = []
    for key, value in table.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for leaf, part in inner:
            text = " ".join(part.split()) if isinstance(part, str) else value_text(part)
            rows.append((f"{key}.{leaf}".rstrip("."), printable(text)))
    width = max(len(key) for key, _ in rows)
    return [line for key, text in rows for line in wrapped(text, f"{key:<{width}}  ")]
