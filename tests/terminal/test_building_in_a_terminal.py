"""Experiments built by keys alone, with a real engine in a real terminal."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.screen import Shown, shown
from tests.terminal.test_journeys_in_a_terminal import rested
from tui_nn.data.tables import iris
from tui_nn.spec.finding import presets_folder

UP, DOWN, EMPTY = "\x1b[A", "\x1b[B", "\x15"


def matches(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.search(pattern, text) is not None


def open_setting(child: Shown, key: str) -> None:
    """Go down to one setting of the list that is open, and open it."""
    child.until(matches(rf"│ [▸ ]{re.escape(key)} "))
    while f"▸{key} " not in rested(child):
        child.send(DOWN)
    child.send("\r")
    child.until(f"─ {key} ─")


def write(child: Shown, text: str, shows: str) -> None:
    """Put a text into the field that is open, see what it comes to, take it."""
    child.send(EMPTY)
    child.until("type a name" if "(" in text else "type a value")
    child.send(text)
    child.until(text)
    child.until(shows)
    child.send("\r")


def setting(child: Shown, key: str, text: str, shows: str) -> None:
    """Change one setting of the list that is open."""
    open_setting(child, key)
    write(child, text, shows)
    child.until(matches(rf"▸{re.escape(key)} +{re.escape(text)}"))


def layer(child: Shown, text: str, shows: str) -> None:
    """Add a layer behind the one at the cursor of the list that is open."""
    child.send("a")
    child.until("type a name")
    child.send(text)
    child.until(text)
    child.until(shows)
    child.send("\r")
    child.until(matches(rf"▸ +\d+ {re.escape(text)}"))


def panel(child: Shown, number: int, name: str) -> None:
    """Open the form of a panel."""
    child.send(str(number))
    child.until(f"━ {number} {name} ")
    child.send("\r")
    child.until(f"╭─ {number} {name} ─")


def closed(child: Shown) -> None:
    """Leave the form that is open."""
    child.send("q")
    child.until(lambda text: "╭─" not in text)


@pytest.mark.slow
def test_xor_is_built_from_an_empty_network_and_learned(tmp_path: Path) -> None:
    with shown("new", "--runs", str(tmp_path)) as child:
        child.until("step 0 ")
        panel(child, 2, "Data")
        setting(child, "data", "xor_gate()", "also network Linear(2, 2)")
        closed(child)
        panel(child, 1, "Network")
        layer(child, "Tanh()", "2 ▸ 2")
        layer(child, "Linear(2, 2)", "2 ▸ 2")
        child.send(UP)
        child.send(UP)
        child.until(matches(r"▸ 0 Linear"))
        child.send("\r")
        child.until("─ layer 0 ─")
        write(child, "Linear(2, 8)", "2 ▸ 8")
        child.until("2: Linear expects 2, gets 8")
        child.send("\t")
        child.until("42 parameters")
        closed(child)
        panel(child, 4, "Optimizer")
        setting(child, "optimizer", "Adam(lr=0.05)", "Divides")
        setting(child, "train.epochs", "300", "train 4")
        closed(child)
        child.send(" ")
        child.until(lambda _: " done " in child.row(0))
        child.until(matches(r"train accuracy +100"))
        child.send("q")
        child.until("not saved ─")
        child.send("n")
        assert child.ended() == 0


def write_irises(path: Path) -> None:
    """Fisher's irises as a person has them: species by name, and a note to each flower."""
    flowers = iris(standardize=False)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*flowers.input_names, "species", "note"])
        for number, (x, y) in enumerate(zip(flowers.x, flowers.y, strict=True)):
            rows.writerow([*(f"{v:.1f}" for v in x), flowers.class_names[y], f"flower {number}"])


def write_penguins(path: Path) -> None:
    path.write_text((presets_folder() / "own/penguins.csv").read_text())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write_rows", "key", "guessed", "target", "counts"),
    [
        # Texts that all differ can't be predicted: it is said, and another column is taken.
        (write_irises, UP, "each row has another target", "species", "setosa 50"),
        (write_penguins, DOWN, "predicts year", "species", "Adelie 152"),
    ],
)
def test_a_table_on_disk_is_opened_and_learned(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write_rows: Callable[[Path], None],
    key: str,
    guessed: str,
    target: str,
    counts: str,
) -> None:
    write_rows(tmp_path / "flowers.csv")
    monkeypatch.chdir(tmp_path)
    with shown("--no-save") as child:
        child.until("step 0 ")
        child.send("\x0f")
        child.until("─ open a preset, a run or a file ─")
        child.send("flowers.")
        child.until("▸ flowers.csv")
        child.send("\r")
        child.until(guessed)
        child.send(key)
        child.until(f"predicts {target}")
        child.until(counts)
        child.send("\r")
        child.until(matches(r"Linear\(\d+, 3\)"))
        child.send(" ")
        child.until(matches(r"val accuracy +(9[5-9]|100)"))
        child.send("\x03")
        child.send("q")
        child.send("q")


@pytest.mark.slow
def test_a_network_of_convolutions_is_built_from_nothing_and_reads_digits() -> None:
    with shown("new", "--no-save") as child:
        child.until("step 0 ")
        panel(child, 2, "Data")
        setting(child, "data", "digits()", "also network Flatten(), Linear(64, 10)")
        setting(child, "train.val", "0.2", "val 359")
        closed(child)
        panel(child, 1, "Network")
        child.send("i")
        child.until("type a name")
        child.send("Conv2d(1, 8, 3, padding=1)")
        child.until("1x8x8 ▸ 8x8x8")
        child.send("\r")
        child.until("tab writes Linear(512, 10)")
        layer(child, "ReLU()", "8x8x8 ▸ 8x8x8")
        layer(child, "MaxPool2d(2)", "8x8x8 ▸ 8x4x4")
        child.until("tab writes Linear(128, 10)")
        child.send("\t")
        child.until("1,370 parameters")
        closed(child)
        panel(child, 4, "Optimizer")
        setting(child, "optimizer", "Adam(lr=0.01)", "Divides")
        closed(child)
        child.send(" ")
        child.until(lambda _: " done " in child.row(0))
        child.until(matches(r"val accuracy +(9[7-9]|100)"))
        child.send("q")
        child.until("not saved ─")
        child.send("n")
        assert child.ended() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "name", "key", "typed", "answer", "mended"),
    [
        (4, "Optimizer", "optimizer", "SGD(lr=0.1 momentum=0.9)", "a comma missing",
         "SGD(lr=0.1, momentum=0.9)"),
        (4, "Optimizer", "optimizer", "SGD(lr=-1)", "it must be at least 0", "SGD(lr=0.1)"),
        (4, "Optimizer", "optimizer", "Adm(lr=0.1)", "did you mean Adam", "Adam(lr=0.1)"),
        (3, "Loss", "loss", "CrossEntropyLoss()", "CrossEntropyLoss on 2 classes needs 2",
         "MSELoss()"),
        (2, "Data", "train.batch_size", "9999", "more than the", "2"),
    ],
)  # fmt: skip
def test_a_beginners_mistake_is_answered_and_mended_in_place(
    number: int, name: str, key: str, typed: str, answer: str, mended: str
) -> None:
    with shown("xor-mlp", "--no-save") as child:
        child.until("step 0 ")
        panel(child, number, name)
        open_setting(child, key)
        child.send(EMPTY)
        child.send(typed)
        child.until(typed)
        child.until(answer)
        child.send("\r")  # not taken
        child.send("\x1a")
        child.until(lambda text: f" {typed[:-1]} " in text and f"─ {key} ─" in text)
        child.send(EMPTY)
        child.send(mended)
        child.until(lambda text: mended in text and answer not in text)
        child.send("\r")
        child.until(matches(rf"▸{re.escape(key)} +{re.escape(mended)}"))
        closed(child)
        child.send("s")
        child.until("step 1 ")


@pytest.mark.slow
def test_a_rate_far_too_large_is_told_and_the_training_begun_anew_with_a_smaller_one() -> None:
    with shown("diabetes-regression", "--no-save") as child:
        child.until("step 0 ")
        panel(child, 4, "Optimizer")
        setting(child, "optimizer", "SGD(lr=1e6)", "1000000.0")
        closed(child)
        child.send(" ")
        child.until("Diverged in step 2")
        panel(child, 4, "Optimizer")
        setting(child, "optimizer", "SGD(lr=0.01)", "0.01")
        closed(child)
        child.send("r")
        child.until("step 0 ")
        child.send(" ")
        child.until("Goal reached")
        child.send("q")  # out of the full screen
        child.send("q")
        assert child.ended() == 0
