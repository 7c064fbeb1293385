"""Work that no file holds, with a real engine in a real terminal: kills, hangups, leaving."""

import signal
from pathlib import Path

import pytest

from tests.terminal.screen import SOON, Shown, engine_of, is_gone, opened, shown
from tui_nn.spec.files import load_experiment

MINE = """\
title = "Mine"
data = "xor_gate()"
network = ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]  # small
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
"""
OFFERED = "enter brings them back"


@pytest.fixture(autouse=True)
def mine() -> Path:
    path = Path("mine.toml")
    path.write_text(MINE)
    return path


def edit(child: Shown) -> None:
    """Copy the activation."""
    opened(child)
    child.send("\r")
    child.until("╭─ 1 Network ─")
    child.send("jdq")
    child.until("nn.Tanh(), nn.Tanh()")


def brought_back(child: Shown) -> None:
    child.until(OFFERED)
    child.send("\r")
    child.until("nn.Tanh(), nn.Tanh()")


def test_what_was_edited_when_the_app_was_killed_is_brought_back_and_saved(mine: Path) -> None:
    with shown("mine.toml", "--no-save") as child:
        edit(child)
        engine = engine_of(child)
        child.process.kill()
        child.process.wait()
        while not is_gone(engine):
            child.read(0.02)
    assert mine.read_text() == MINE
    with shown("mine.toml", "--no-save") as child:
        brought_back(child)
        child.send("w")
        child.until("saved in mine.toml")
        child.send("q")
        assert child.ended() == 0
    assert len(load_experiment("mine.toml").network) == 4
    assert "# small" in mine.read_text()
    assert [*Path("state").rglob("*.json")] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_at_once_and_keeps_what_was_edited(number: signal.Signals) -> None:
    with shown("new", "--no-save") as child:
        opened(child)
        child.send(".")
        child.until("SGD(lr=0.3)")
        child.send("q")
        child.until("not saved ─")
        child.process.send_signal(number)
        assert child.ended() == 128 + number
    with shown("new", "--no-save") as child:
        child.until(OFFERED)
        child.send("\r")
        child.until("SGD(lr=0.3)")


def test_a_terminal_that_is_closed_keeps_what_was_edited() -> None:
    with shown("mine.toml", "--no-save") as child:
        edit(child)
        child.hang_up()
        assert child.process.wait(SOON) == 129
    with shown("mine.toml", "--no-save") as child:
        brought_back(child)


def test_two_apps_on_one_file_keep_each_their_own() -> None:
    with shown("mine.toml", "--no-save") as one, shown("mine.toml", "--no-save") as other:
        edit(one)
        opened(other)
        assert OFFERED not in other.text
        other.send(".")
        other.until("SGD(lr=0.3)")
        assert len([*Path("state").rglob("*.json")]) == 2
        other.send("q")
        other.until("not saved ─")
        other.send("n")
        assert other.ended() == 0
        assert len([*Path("state").rglob("*.json")]) == 1


def test_leaving_an_edited_file_is_asked_about_on_a_small_screen(mine: Path) -> None:
    with shown("mine.toml", "--no-save", size=(80, 24)) as child:
        opened(child)
        child.send(".")
        child.until("lr 0.3")
        child.send("q")
        child.until("─ mine.toml: not saved ─")
        child.until("s save   n don't save   escape stay")
        child.send("\x1b")
        child.until(lambda text: "not saved ─" not in text)
        child.send("q")
        child.until("not saved ─")
        child.send("\r")
        assert child.ended() == 0
    assert load_experiment("mine.toml").table["optimizer"] == "SGD(lr=0.3)"


def test_ctrl_c_stops_then_asks_then_leaves() -> None:
    with shown("mine.toml", "train.epochs=100000000", "--no-save") as child:
        opened(child)
        child.send(".")
        child.until("SGD(lr=0.3)")
        child.send(" ")
        child.until("steps/s")
        child.send("\x03")
        child.until("paused")
        child.send("\x03")
        child.until("not saved ─")
        child.send("\x03")
        assert child.ended() == 0
        assert b"what was not saved is offered at the next start" in child.raw
    with shown("mine.toml", "--no-save") as child:
        child.until(OFFERED)


def test_a_file_in_another_folder_finds_its_data_there_and_is_saved_with_its_path_as_written() -> (
    None
):
    folder = Path("below")
    folder.mkdir()
    rows = [f"{row % 5},{row % 3},{'xy'[row % 2]}" for row in range(20)]
    (folder / "table.csv").write_text("\n".join(["a,b,kind", *rows, ""]))
    own = folder / "own.toml"
    own.write_text(
        "data = \"csv('table.csv', target='kind')\"\nnetwork = [\"Linear(2, 2)\"]\n"
        'loss = "CrossEntropyLoss()"\noptimizer = "SGD(lr=0.1)"\n'
    )
    before = own.read_text()
    with shown(str(own), "--no-save") as child:
        opened(child)
        child.send(".")
        child.until("SGD(lr=0.3)")
        child.send("w")
        child.until("saved in below/own.toml")
    assert own.read_text() == before.replace("0.1", "0.3")
