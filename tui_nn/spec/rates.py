"""The learning rate in an optimizer's call, and the ladder that it is changed along."""

from tui_nn.spec.call import Call, parse

LADDER = (1.0, 3.0)
"""lr goes over these times a power of ten."""


def rung(value: float, way: int) -> float:
    """The next of 1, 3, 10, 30 … above or below."""
    rungs = [float(f"{digit:g}e{power}") for power in range(-12, 7) for digit in LADDER]
    near = 1e-9 * value
    if way > 0:
        return min((r for r in rungs if r > value + near), default=value)
    return max((r for r in rungs if r < value - near), default=value)


def rate_of(written: str) -> float | None:
    """The lr of an optimizer's call, or torch's where it has none; None where there is none."""
    from tui_nn.spec.catalog import CATALOG  # large: not before the first picture
    from tui_nn.spec.catalog.entry import Required

    call = parse(written)
    lr = dict(call.kwargs).get("lr", call.args[0] if call.args else None)
    if lr is None and (entry := CATALOG["optimizer"].get(call.name)):
        found = next((p.default for p in entry.parameters if p.name == "lr"), None)
        lr = None if isinstance(found, Required) else found
    return float(lr) if isinstance(lr, int | float) and not isinstance(lr, bool) else None


def with_rate(written: str, lr: float) -> str:
    """An optimizer's call with another lr, at its place."""
    call = parse(written)
    lr = int(lr) if lr.is_integer() else lr
    if call.args:
        return str(Call(call.name, (lr, *call.args[1:]), call.kwargs))
    if "lr" not in dict(call.kwargs):
        return str(Call(call.name, (), (("lr", lr), *call.kwargs)))
    kwargs = ((name, lr if name == "lr" else value) for name, value in call.kwargs)
    return str(Call(call.name, (), tuple(kwargs)))
