"""What is written to a terminal that is gone stops nothing and raises nothing."""

from tui_nn.app.driver import Outlet


class Gone:
    """A file that takes so many writes, then none."""

    def __init__(self, takes: int) -> None:
        self.takes, self.written = takes, ""

    def write(self, text: str) -> None:
        if not self.takes:
            raise OSError(5, "Input/output error")
        self.takes -= 1
        self.written += text

    def flush(self) -> None:
        if not self.takes:
            raise OSError(5, "Input/output error")


def test_a_loss_is_told_once_and_what_follows_is_let_go() -> None:
    told: list[str] = []
    file = Gone(2)
    outlet = Outlet(file, lambda: told.append("lost"))
    for text in ("a", "b", "c", "d"):
        outlet.write(text)
        outlet.flush()
    assert file.written == "ab"
    assert told == ["lost"]


def test_a_file_that_takes_everything_is_never_lost() -> None:
    file = Gone(9)
    outlet = Outlet(file, lambda: 1 / 0)
    outlet.write("a")
    outlet.flush()
    assert file.written == "a"
