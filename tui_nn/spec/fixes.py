"""What to write in the place of a call that doesn't fit: as data, and in words."""

from tui_nn.spec.call import Call
from tui_nn.spec.errors import InvalidInput

FLATTEN = Call("Flatten")


def unfit(call: Call, message: str, *fix: Call, or_else: str = "") -> InvalidInput:
    """The refusal of `call`, where the calls of `fix` are to stand in its place.

    `or_else`: another way out, in words.
    """
    return InvalidInput(message, hint=in_words(call, fix) + or_else, fix=fix)


def in_words(call: Call, fix: tuple[Call, ...]) -> str:
    """`put Flatten() before it and write Linear(64, 10)`."""
    if call in fix:
        place = fix.index(call)
        before, behind = fix[:place], fix[place + 1 :]
        words = [f"put {_listed(before)} before it"] if before else []
        words += [f"add {_listed(behind)} behind it"] if behind else []
        return " and ".join(words)
    if not fix:
        return "take it out"
    put = f"put {_listed(fix[:-1])} before it and " if fix[1:] else ""
    return f"{put}write {fix[-1]}"


def _listed(calls: tuple[Call, ...]) -> str:
    return " and ".join(map(str, calls))
