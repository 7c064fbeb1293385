"""Looks at the engine's disk: at any time, for everybody, and training notices nothing."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.engine.serving import XOR, Served, weights_after
from tui_nn.engine import disk
from tui_nn.engine.disk import MOST_AT_ONCE, look_at
from tui_nn.runs.folder import Folder
from tui_nn.spec.protocol.commands import FOR_ALL, Commands, ListFolder, Preview, Run, Step
from tui_nn.spec.protocol.disk import Contents, Listing
from tui_nn.spec.protocol.messages import Answer, Problem

TABLE = "a,b,species\n1,2,cat\n3,,dog\n5,6,cat\n7,8,dog\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "pets.csv"
    path.write_text(TABLE)
    return path


def found(engine: Served, command: Commands) -> Listing | Contents:
    answer = engine.ask(command)
    assert isinstance(answer, Answer), answer
    assert answer.found is not None
    return answer.found


def listing(engine: Served, path: str = "") -> Listing:
    seen = found(engine, ListFolder(path=path))
    assert isinstance(seen, Listing)
    return seen


def contents(engine: Served, path: str, *target: str, limit: int = 20) -> Contents:
    seen = found(engine, Preview(path=path, target=target, limit=limit))
    assert isinstance(seen, Contents)
    return seen


def test_a_folder_and_a_file_are_told_before_anything_is_loaded(
    engine: Served, table: Path
) -> None:
    seen = listing(engine)
    assert (seen.path, seen.parent) == (str(table.parent), str(table.parent.parent))
    assert [(e.name, e.size, e.opens) for e in seen.entries] == [("pets.csv", len(TABLE), "data")]
    pets = contents(engine, "pets.csv", limit=2)
    assert (pets.classes, pets.class_counts) == (("cat", "dog"), (2, 2))
    assert pets.rows == (("1", "2", "cat"), ("3", "", "dog"))


def test_looks_while_training_runs_change_no_bit(engine: Served, table: Path) -> None:
    engine.load(XOR)
    looks: list[Commands] = [ListFolder(), Preview(path="pets.csv"), Preview(path="xor-mlp")]
    numbers: list[int] = []
    stepping = engine.send(Step(count=600))
    for _ in range(8):
        numbers += [engine.send(look) for look in looks]
        engine.answer_to(numbers[-1])
    engine.done(stepping)
    assert (engine.weights() == weights_after(600)).all()


def test_a_look_inside_a_step_leaves_the_step_where_it_is(engine: Served, table: Path) -> None:
    engine.load(XOR)
    engine.step(2)
    before = engine.do(Step(by="phase"))
    answer = engine.ask(Preview(path="pets.csv"))
    assert isinstance(answer, Answer)
    assert (answer.present.step, answer.present.phase) == (before.step, before.phase)
    engine.step(2)
    assert (engine.weights() == weights_after(4)).all()


def test_a_look_is_answered_while_a_run_is_flat_out(engine: Served, table: Path) -> None:
    engine.load(XOR, "train.epochs=1000000")
    engine.do(Run())
    answer = engine.ask(Preview(path="pets.csv"))
    assert isinstance(answer, Answer)
    assert answer.present.state == "running"


def test_a_run_is_told_as_one(engine: Served, tmp_path: Path) -> None:
    engine.load(runs="kept")
    run = Folder(Path(engine.step(3).run))
    [kept] = [e for e in listing(engine, "kept").entries if e.name == run.name]
    assert (kept.is_folder, kept.opens) == (True, "run")
    seen = contents(engine, str(run.path))
    assert (seen.opens, seen.call) == ("run", "xor_gate()")
    assert seen.experiment
    assert seen.experiment["train"]["epochs"] == 500


@pytest.mark.parametrize(
    ("command", "where", "words"),
    [
        (ListFolder(path="nowhere"), "nowhere", "there is no such"),
        (ListFolder(path="pets.csv"), "pets.csv", "is a file, not a folder"),
        (Preview(path="pets.xlsx"), "", "there is no preset or file pets.xlsx"),
        (Preview(path="kept/pets.xlsx"), "pets.xlsx", "a .xlsx file can't be read"),
        (Preview(path="empty.csv"), "empty.csv", "is empty"),
        (Preview(path="bad.toml"), "bad.toml", "is not TOML"),
        (Preview(path="xor-mlp", target=("a",)), "--target", "goes with a data file"),
    ],
)
def test_what_cannot_be_looked_at_is_a_problem_with_a_way_out(
    engine: Served, table: Path, command: Commands, where: str, words: str
) -> None:
    (table.parent / "empty.csv").write_text("")
    (table.parent / "bad.toml").write_text("title =")
    problem = engine.refused(command)
    assert problem.where.endswith(where)
    assert words in problem.message
    assert problem.hint


def test_all_connections_may_look() -> None:
    assert {ListFolder, Preview} <= set(FOR_ALL)


def test_a_disk_that_hangs_holds_nobody(
    engine: Served, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = threading.Event()

    def look(what: ListFolder | Preview) -> Listing | Contents:
        if what.path == "hanging":
            hangs.wait()
        return look_at(what)

    monkeypatch.setattr(disk, "look_at", look)
    monkeypatch.setattr(disk, "LONGEST_S", 0.05)
    try:
        late = engine.send(Preview(path="hanging"))
        engine.load()
        engine.step(3)
        problem = engine.answer_to(late)
        assert isinstance(problem, Problem)
        assert (problem.where, problem.message) == ("hanging", "took longer than 0.05 s")
        assert listing(engine).entries
        numbers = [engine.send(Preview(path="hanging")) for _ in range(MOST_AT_ONCE)]
        refused = {engine.until(lambda told: isinstance(told, Problem)).id for _ in numbers}
        assert refused == set(numbers)
    finally:
        hangs.set()


def test_a_pipe_that_is_called_a_table_is_not_waited_for(engine: Served, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "pipe or a device" in engine.refused(Preview(path=str(tmp_path / "pipe.csv"))).message
    [entry] = listing(engine).entries
    assert entry.opens == ""


def test_a_look_asked_for_last_is_answered_before_the_engine_leaves(
    engine: Served, table: Path
) -> None:
    number = engine.send(Preview(path="pets.csv"))
    engine.hang_up()
    assert isinstance(engine.answer_to(number), Answer)


def test_pictures_come_as_numbers(engine: Served, tmp_path: Path) -> None:
    x = np.zeros((40, 8, 8), np.uint8)
    x[:, 0, 0] = 255
    np.savez(tmp_path / "marks.npz", x=x, y=np.arange(40) % 2)
    seen = contents(engine, "marks.npz", limit=3)
    assert seen.pictures is not None
    pictures = seen.pictures.numpy()
    assert pictures.shape == (3, 1, 8, 8)
    assert pictures[0, 0, 0, 0] == 1
    assert seen.labels == ("0", "1", "0")
