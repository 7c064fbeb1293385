"""Numbers as they stand on the screen: a fixed width, the sign always there where it can change."""

from math import isfinite, isinf, isnan

from tui_nn.spec import words

MINUS = "-"


def plain(value: float | None, digits: int = 4) -> str:
    """A number of about `digits` digits: `0.0213`, `1.25`, `3.1e-05`; words where it is none."""
    if value is None:
        return "·"
    if not isfinite(value):
        return "nan" if isnan(value) else ("inf" if value > 0 else f"{MINUS}inf")
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 10**digits or size < 10 ** (1 - digits):
        text, whole = f"{value:.{max(0, digits - 3)}e}", f"{value:.0f}"
        return whole if size >= 1 and len(whole) <= len(text) else text
    before = len(str(int(size)))
    return f"{value:.{max(0, digits - before)}f}"


def short(value: float | None, digits: int = 3) -> str:
    """As few characters as hold so many digits: `1`, `0.003`, `3e-5`."""
    if value is None or not isfinite(value):
        return plain(value)
    base, e, exponent = f"{value:.{digits}g}".partition("e")
    return f"{base}e{int(exponent)}" if e else base


def fixed(value: float | None, width: int, decimals: int) -> str:
    """Right in `width` cells with so many decimals; in powers of ten where it doesn't fit."""
    if value is None:
        return "·".rjust(width)
    if not isfinite(value):
        return plain(value).rjust(width)
    text = f"{value:.{decimals}f}"
    if len(text) > width or (value and abs(value) < 0.5 * 10**-decimals):
        text = f"{value:.{max(0, min(decimals, width - 7))}e}"
    return text.rjust(width)


def signed(value: float | None, width: int = 0, decimals: int | None = None) -> str:
    """With its sign; whole numbers without decimals, 0 without sign where `decimals` is None."""
    if value is None:
        return "·".rjust(width)
    if not isfinite(value):
        text = plain(value) if isnan(value) else ("+inf" if value > 0 else "-inf")
    elif decimals is not None:
        text = f"{value:+.{decimals}f}"
    elif value == int(value) and abs(value) < 1e6:
        text = f"{int(value):+d}" if value else "0"
    else:
        text = f"{'+' if value > 0 else MINUS}{plain(abs(value))}"
    return text.rjust(width)


def power(value: float | None) -> str:
    """One digit and its power of ten: `2e-3`."""
    return "·" if value is None else words.power(value)


def percent(share: float | None, decimals: int = 1) -> str:
    """A share in percent; what isn't quite all is never 100."""
    if share is None or isnan(share) or isinf(share):
        return "·"
    text = f"{100 * share:.{decimals}f}"
    if float(text) >= 100 and share < 1:
        text = f"{100 - 10**-decimals:.{decimals}f}"
    return f"{text}%"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 point`, `1,200 points`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def rate(steps_per_s: float) -> str:
    """`0.5 steps/s`, `1 step/s`, `1,200 steps/s`."""
    text = f"{steps_per_s:,.0f}" if steps_per_s >= 0.95 else f"{steps_per_s:.1f}"
    return f"{text} {'step' if text == '1' else 'steps'}/s"


def duration(seconds: float) -> str:
    """`4 s`, `2 min 10 s`, `1 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
