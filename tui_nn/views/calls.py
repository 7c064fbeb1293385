"""PyTorch calls written into few cells: whole values are left out, never half of one."""

from functools import lru_cache

from tui_nn.plot.cells import cell_width
from tui_nn.spec.call import parse, write
from tui_nn.spec.errors import InvalidInput


def name_of(call: object) -> str:
    """`Conv2d` of `Conv2d(1, 8, 3)`."""
    return str(call).partition("(")[0]


@lru_cache(maxsize=512)
def fitted(call: str, width: int) -> str:
    """A call in at most `width` cells: all of it, its first values and `…`, or its name alone."""
    if cell_width(call) <= width:
        return call
    try:
        read = parse(call)
    except InvalidInput:
        return call[: max(0, width)]
    values = [write(value) for value in read.args]
    values += [f"{name}={write(value)}" for name, value in read.kwargs]
    for kept in range(len(values) - 1, 0, -1):
        short = f"{read.name}({', '.join(values[:kept])}, …)"
        if cell_width(short) <= width:
            return short
    for short in (f"{read.name}(…)", read.name):
        if cell_width(short) <= width:
            return short
    return ""
