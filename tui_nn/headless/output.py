"""Standard output: words for people, bytes for programs."""

import re
import sys

_IN_ASCII = str.maketrans({
    "→": "->", "←": "<-", "·": "-", "–": "-", "−": "-", "…": "...", "≥": ">=", "≤": "<=",
    "≠": "!=", "×": "x", "²": "^2", "½": "0.5", "√": "sqrt", "Σ": "sum ", "∂": "d", "Δ": "d",
    "∞": "inf", "‖": "||", "✓": "yes", "α": "alpha", "β": "beta", "ε": "eps", "η": "eta",
    "λ": "lambda", "μ": "mu", "ρ": "rho", "ψ": "psi", "ᵗ": "^t", "ᵀ": "^T", "ᵢ": "i",
    "⁺": "+", "⁻": "-", "₋": "-", **dict(zip("₀₁₂₃₅", "01235", strict=True)),
})  # fmt: skip
_PRODUCT = re.compile(r"(?<=\S)·(?=\S)")
_ROOT = re.compile(r"√(\d[\d.]*(?:e−?\d+)?|\w+'?)")


def is_ascii_only() -> bool:
    """Whether standard output has no characters but those of ASCII."""
    return "utf" not in (sys.stdout.encoding or "").lower()


def shown(text: str) -> str:
    """Text in signs that standard output can show."""
    if not is_ascii_only():
        return text
    text = _ROOT.sub(r"sqrt(\1)", _PRODUCT.sub("*", text))
    return text.replace("R²", "R2").translate(_IN_ASCII)


def print_text(text: str) -> None:
    """Write a line or more, at once, in signs that standard output can show."""
    sys.stdout.write(shown(text) + "\n")
    sys.stdout.flush()


def print_bytes(data: bytes) -> None:
    """Write UTF-8 as it is, whatever the terminal can show: a program reads it."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
