"""Numbers in a line of arithmetic."""

from math import isfinite

_POWERS = ("²", "^")


def number(value: float, digits: int = 4) -> str:
    """A number as a textbook has it: −0.5, 1.25e−05, ∞."""
    if not isfinite(value):
        return "NaN" if value != value else "∞" if value > 0 else "−∞"
    return f"{value or 0.0:.{digits}g}".replace("-", "−").replace("e+", "e")


def number_in(formula: str, span: tuple[int, int], value: float, digits: int = 4) -> str:
    """A number in the place of a sign; in parentheses where its minus would be misread."""
    text = number(value, digits)
    before, behind = formula[: span[0]], formula[span[1] :]
    stands_alone = not before or before.endswith(("(", "|", ", "))
    is_powered = behind.startswith(_POWERS)
    if is_powered and ("e" in text or text.startswith("−")):
        return f"({text})"
    return text if stands_alone or not text.startswith("−") else f"({text})"
