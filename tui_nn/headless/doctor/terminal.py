"""What the terminal can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_nn.headless.doctor.finding import Finding

WIDTH, HEIGHT = 80, 24
"""From here on nothing is left out."""
MILLIONS = 2**24


@dataclass(frozen=True)
class Terminal:
    """What is known of it."""

    environment: Mapping[str, str]
    encoding: str
    """Of standard output."""
    size: tuple[int, int] | None
    """Columns and rows; None where standard input or output is no terminal."""

    @property
    def colours(self) -> int:
        """As Textual counts them."""
        term = self.environment.get("TERM", "").lower()
        if self.environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
            return MILLIONS
        return 256 if term.rpartition("-")[2] in ("256color", "kitty") else 16


def terminal(about: Terminal) -> list[Finding]:
    """Its size, colours and characters, and what lies between it and the app."""
    if about.size is None:
        return [Finding("terminal", "none here: doctor in your terminal tells of it")]
    return [_term(about), _size(*about.size), _colours(about), _characters(about), *_between(about)]


def _term(about: Terminal) -> Finding:
    term = about.environment.get("TERM", "")
    if term in ("", "dumb"):
        return Finding("TERM", term or "not set", "broken",
                       "nothing can be painted: set it to what your terminal is, often "
                       "xterm-256color")  # fmt: skip
    return Finding("TERM", term)


def _size(columns: int, rows: int) -> Finding:
    value = f"{columns}x{rows}"
    if columns < WIDTH or rows < HEIGHT:
        return Finding("size", value, "better",
                       f"panels are left out below {WIDTH}x{HEIGHT}: a larger window, or smaller "
                       "letters")  # fmt: skip
    return Finding("size", value)


def _colours(about: Terminal) -> Finding:
    environment, count = about.environment, about.colours
    if "NO_COLOR" in environment:
        return Finding("colours", "none: NO_COLOR is set")
    said = environment.get("COLORTERM") or "not set"
    if count == MILLIONS:
        return Finding("colours", f"16 million (COLORTERM={said})")
    if "TMUX" in environment:
        fix = "in ~/.tmux.conf: set -as terminal-features ',*:RGB'; then export COLORTERM=truecolor"
    elif "STY" in environment:
        fix = "screen passes on 256 at most (TERM=screen-256color); tmux passes on all"
    else:
        fix = "export COLORTERM=truecolor if your terminal can; most do"
    if count == 256 and "STY" in environment:
        fix = ""
    return Finding("colours", f"{count} (COLORTERM {said})", "better" if fix else "fine", fix)


def _characters(about: Terminal) -> Finding:
    if about.encoding.lower().replace("-", "") in ("utf8", "utf8sig"):
        return Finding("characters", "UTF-8")
    return Finding("characters", f"{about.encoding}: --ascii is in force", "better",
                   "set LANG to one that ends in UTF-8, such as C.UTF-8")  # fmt: skip


def _between(about: Terminal) -> list[Finding]:
    environment = about.environment
    inside = [name for name, key in (("tmux", "TMUX"), ("screen", "STY")) if key in environment]
    found = [Finding("inside", name) for name in inside]
    if "SSH_CONNECTION" in environment:
        found.append(Finding("over", "ssh: at most 10 frames a second; --fps changes it"))
    return found
