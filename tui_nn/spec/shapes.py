"""How shapes are written."""


def show(shape: tuple[int, ...]) -> str:
    """`8x4x4` for (8, 4, 4)."""
    return "x".join(map(str, shape)) or "1"
