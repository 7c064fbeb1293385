"""The one family of errors that reaches a person: where, what, and the way out."""

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from tui_nn.spec.call import Call


class NNError(Exception):
    """Something a person can mend.

    `where` names the place ("presets/x.toml: network[2]"), `message` the reason,
    `hint` what to write or do instead. `fix` says that as data, where it can: the calls that are
    to stand in the place of the one that is wrong.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        fix: "tuple[Call, ...] | None" = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        way_out = f": {self.hint}" if self.hint else ""
        return printable(" ".join(f"{place}{self.message}{way_out}".split()))

    def at(self, where: str) -> Self:
        """The same error with `where` put before its place; `[2]` joins `network`."""
        joint = "" if self.where.startswith("[") else ": "
        place = joint.join(part for part in (where, self.where) if part)
        return type(self)(self.message, where=place, hint=self.hint, fix=self.fix)


def printable(text: str) -> str:
    """What a terminal would obey, not show, as its escape."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


class InvalidInput(NNError):
    """A file, call, key or option that can't be used as written (exit code 2)."""
