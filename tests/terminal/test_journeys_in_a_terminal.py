"""The walks that must feel good, with a real engine in a real terminal."""

import re
from pathlib import Path

import pytest

from tests.terminal.screen import Shown, shown

SIZES = [(120, 36), (80, 24)]


def press(child: Shown, key: str, shows: str) -> str:
    """Press a key, wait for words and until the screen rests."""
    child.send(key)
    child.until(shows)
    return rested(child)


def rested(child: Shown) -> str:
    """The screen once nothing has come for a while."""
    before = ""
    while child.text != before:
        before = child.text
        for _ in range(8):
            child.read(0.05)
    return before


def without_words(screen: str) -> list[str]:
    """All but the line in which the app speaks for a moment."""
    lines = screen.split("\n")
    return lines[:-2] + lines[-1:]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_learner_walks_through_the_and_gate(size: tuple[int, int]) -> None:
    known = Path("config/nn-tui/app.toml")  # it is no first start, which has a hint on its screen
    known.parent.mkdir(parents=True)
    known.touch()
    with shown("and-gate", "--no-save", size=size) as child:
        child.until("step 0 ")
        for lit in ("2 Data", "3 Loss", "4 Optimizer"):
            press(child, "p", f"▐{lit}▌")
        for lit in ("5 Forward", "6 Gradient", "7 Update", "8 Evaluate"):
            press(child, "p", f"▐{lit}▌")
            assert "step 1 " in child.row(1)
        for step in (2, 3):
            press(child, "s", f"step {step} ")
        fourth = press(child, "s", "step 4 ")
        assert " 4  1 1 1 0   +1 +1 +1  +1 +1 +1" in fourth
        on_the_way = []
        for lit in ("5 Forward", "6 Gradient", "7 Update"):
            on_the_way.append(press(child, "p", f"▐{lit}▌"))  # noqa: PERF401
        press(child, "p", "▐8 Evaluate▌")
        for lit in ("7 Update", "6 Gradient", "5 Forward"):
            back = press(child, "P", f"▐{lit}▌")
            assert without_words(back) == without_words(on_the_way.pop())
        assert without_words(press(child, "P", "step 4 ")) == without_words(fourth)
        child.send(" ")
        child.until("steps/s")
        for _ in range(5):
            child.send("+")
            child.read(0.1)
        child.until("10 changes in 24 steps")
        assert "All 4 rows right for a whole epoch" in child.text
        assert "epoch 6 of 20" in child.row(1)
        child.send("q")
        assert child.ended() == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "words"),
    [("spiral-sgd", "no layer vanishes"), ("digits-cnn", "says "), ("vanishing-gradient", "✗")],
)
def test_others_run_and_read(name: str, words: str, size: tuple[int, int]) -> None:
    with shown(name, "--no-save", "--pace", "0", size=size) as child:
        child.until("step 0 ")
        child.send(" ")
        child.until("steps/s")
        child.until(lambda text: bool(re.search(r"train 0\.\d{4}|train \d\.\d+", text)))
        child.until(words)
        child.send(" ")
        child.until(lambda text: "paused" in text or "goal" in text or "done" in text)
        assert "nan" not in child.text
        assert "Traceback" not in child.text
        child.send("q")
        assert child.ended() == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_number_is_followed_from_the_loss_down_to_a_pixel(size: tuple[int, int]) -> None:
    with shown("digits-cnn", "--no-save", size=size) as child:
        child.until("step 0 ")
        press(child, "s", "step 1 ")
        press(child, "3", "3 Loss ━")
        child.send("j")
        press(child, "\r", "─ loss ─")
        for name in ("9 Linear", "8 Flatten", "7 MaxPool2d", "6 ReLU", "5 BatchNorm2d", "4 Conv2d",
                     "3 MaxPool2d", "2 ReLU", "1 BatchNorm2d", "0 Conv2d"):  # fmt: skip
            if name == "9 Linear":
                press(child, "n", "sample ")
            assert "= torch ✓" in press(child, "n", f"─ {name}[")
        press(child, "n", "here every sum begins")
        press(child, "N", "─ 0 Conv2d[")
        child.send("\x1b")
        child.until("3 Loss ━")
        child.send("q")


@pytest.mark.slow
def test_a_hidden_weight_of_xor_tells_its_gradient_and_its_update() -> None:
    with shown("xor-mlp", "--no-save", "optimizer=Adam(lr=0.1)") as child:
        child.until("step 0 ")
        press(child, "s", "step 1 ")
        press(child, "7", "7 Update ━")
        update = press(child, "\r", "update of 0.weight[0,0]")
        assert "m corrected" in update
        assert "= torch ✓" in update
        assert "= torch ✓" in press(child, "\x1b[Z", "∂L/∂ 0.weight[0,0]")
        assert "slope = 1 − tanh²(z)" in press(child, "n", "∂L/∂ 0 Linear[0]")
        for _ in range(2):
            child.send("q")
        child.until("7 Update ━")
        press(child, "n", "5 Forward layer")
        child.send("q")
