import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.runs.support import (
    STARTED,
    a_whole_run,
    changed,
    ended,
    evaluated,
    keep,
    stepped,
    write_log,
)
from tests.spec.test_protocol import RECORDS
from tui_nn.runs import listing
from tui_nn.runs.folder import Folder, locked
from tui_nn.runs.listing import best_of, list_rows, row_of
from tui_nn.spec.protocol import Ended, Noticed, Reason, Record, Saved, encode

LOG = b"".join(encode(record) + b"\n" for record in a_whole_run())


def test_a_row_tells_what_the_run_was_and_came_to(tmp_path: Path) -> None:
    folder = keep(tmp_path, "2026-01-02-0304-05-moons", a_whole_run())
    row = row_of(folder)
    assert (row.how, row.reason, row.title) == ("goal missed", "epochs", "Two moons")
    assert (row.optimizer, row.changes) == ("SGD(lr=0.1)", 0)
    assert (row.step, row.epoch, row.seconds) == (16, 4, 1.0)
    assert (row.part, row.metric, row.best) == ("val", "accuracy", 0.9)
    assert row.size == sum(path.stat().st_size for path in folder.path.iterdir())
    assert row.begun is not None
    assert time.localtime(row.begun)[:5] == (2026, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("reason", "met", "how"),
    [
        ("goal", True, "goal"), ("epochs", True, "done"), ("epochs", False, "goal missed"),
        ("plateau", True, "stopped"), ("time", False, "stopped"), ("stopped", False, "stopped"),
        ("cycle", False, "goal missed"), ("interrupted", False, "stopped"),
        ("diverged", False, "diverged"), ("failed", False, "failed"),
    ],
)  # fmt: skip
def test_how_a_run_ended(tmp_path: Path, reason: Reason, met: bool, how: str) -> None:
    folder = keep(tmp_path, "x", a_whole_run(ended(reason, met=met)))
    assert row_of(folder).how == how


def test_a_run_without_an_end_is_running_or_was_cut_off(tmp_path: Path) -> None:
    folder = keep(tmp_path, "x", a_whole_run()[:-1])
    with locked(folder):
        assert row_of(folder).how == "running"
    row = row_of(folder)
    assert (row.how, row.step, row.epoch, row.seconds) == ("cut off", 16, 4, 1.0)


def test_a_run_that_went_on_after_its_end_has_not_ended(tmp_path: Path) -> None:
    records = [*a_whole_run(), stepped(17, [1.0])]
    assert row_of(keep(tmp_path, "x", records)).how == "cut off"
    told = [*a_whole_run(), Saved(step=16, checkpoint="last", size=1), Noticed(step=16, message="")]
    assert row_of(keep(tmp_path, "y", told)).how == "goal missed"


def test_the_optimizer_is_the_one_it_was_changed_to(tmp_path: Path) -> None:
    records = a_whole_run()
    records[3:3] = [changed(0, 4, "optimizer", new=["Muon()", "AdamW()"]), changed(0, 4, "loss")]
    row = row_of(keep(tmp_path, "x", records))
    assert (row.optimizer, row.changes) == ("Muon(), AdamW()", 2)


def test_the_best_value_is_of_training_where_nothing_was_held_out(tmp_path: Path) -> None:
    started = structs.replace(STARTED, val_count=0, metric="loss")
    row = row_of(keep(tmp_path, "x", a_whole_run(started=started)))
    assert (row.part, row.metric, row.best) == ("train", "loss", 0.25)


def test_numbers_at_the_end_count_and_those_that_are_not_finite_do_not(tmp_path: Path) -> None:
    records: list[Record] = [STARTED, evaluated(1, None), ended(val=0.8)]
    assert row_of(keep(tmp_path, "x", records)).best == 0.8
    assert row_of(keep(tmp_path, "y", records[:2])).best is None


@given(st.permutations(a_whole_run()[1:-1] * 3), st.integers(1, 3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_evaluations_are_found_wherever_a_block_of_the_file_ends(
    tmp_path: Path, records: list[Record], block: int
) -> None:
    path = tmp_path / "events.jsonl"
    path.unlink(missing_ok=True)
    write_log(path, records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "_CHUNK", block)
        assert best_of(path, STARTED).value == 0.9


def test_words_like_an_evaluation_inside_a_record_are_none(tmp_path: Path) -> None:
    message = '{"type":"evaluated","val":{"accuracy":1.0}}\n{"type":"evaluated",'
    records: list[Record] = [STARTED, Noticed(step=0, message=message), evaluated(1, 0.5)]
    assert row_of(keep(tmp_path, "x", records)).best == 0.5


def test_rows_come_newest_first(tmp_path: Path) -> None:
    for name in ("2026-01-02-0000-00-a", "2026-01-03-0000-00-b", "2026-01-01-0000-00-c"):
        keep(tmp_path, name, a_whole_run())
    assert [row.folder.name[-1] for row in list_rows(tmp_path)] == ["b", "a", "c"]
    assert list_rows(tmp_path / "gone") == []


def test_a_run_that_just_began_is_a_row(tmp_path: Path) -> None:
    folder = keep(tmp_path, "x", [])
    assert (row_of(folder).how, row_of(folder).problem) == ("cut off", "")
    with locked(folder):
        assert row_of(folder).how == "running"


def broken(folder: Folder, kind: str) -> None:
    match kind:
        case "no experiment":
            folder.experiment.unlink()
        case "no log":
            folder.events.unlink()
        case "garbage":
            folder.events.write_bytes(bytes(range(256)) * 9)
        case "another record first":
            folder.events.write_bytes(LOG[LOG.index(b"\n") + 1 :])
        case "garbage changes":
            folder.changes.write_bytes(b"x\n\ny\n")
        case "a folder as log":
            folder.events.unlink()
            folder.events.mkdir()


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("no experiment", "experiment.toml: there is no such file"),
        ("no log", "events.jsonl: can't be read (No such file or directory)"),
        ("garbage", "events.jsonl: line 1: not a record"),
        ("another record first", "events.jsonl: doesn't begin with the start of a run"),
        ("garbage changes", "changes.jsonl: line 1: not a record"),
        ("a folder as log", "events.jsonl: can't be read (Is a directory)"),
    ],
)
def test_a_broken_run_is_a_row_that_says_why(tmp_path: Path, kind: str, problem: str) -> None:
    keep(tmp_path, "2026-01-01-0000-00-whole", a_whole_run())
    broken(keep(tmp_path, "2026-01-02-0000-00-broken", a_whole_run()), kind)
    rows = list_rows(tmp_path)
    assert [row.how for row in rows] == ["broken", "goal missed"]
    assert rows[0].problem.startswith(problem)


@pytest.mark.parametrize("kind", ["no experiment", "garbage changes"])
def test_of_a_broken_run_all_is_told_that_can_be_known(tmp_path: Path, kind: str) -> None:
    folder = keep(tmp_path, "x", a_whole_run())
    broken(folder, kind)
    row = row_of(folder)
    assert (row.title, row.optimizer, row.part, row.best) == (
        "Two moons", "SGD(lr=0.1)", "val", 0.9,
    )  # fmt: skip
    assert (row.step, row.epoch, row.seconds, row.reason) == (16, 4, 1.0, "epochs")
    with locked(folder):
        assert row_of(folder).how == "running"


def test_the_optimizer_and_changes_are_those_of_the_branch_it_is_on(tmp_path: Path) -> None:
    records: list[Record] = [
        *a_whole_run()[:-1],
        changed(1, 4, "optimizer", parent=0, new="Adam()"),
        stepped(5, [1.0], branch=1),
    ]
    row = row_of(keep(tmp_path, "x", records))
    assert (row.optimizer, row.changes) == ("Adam()", 1)
    back = row_of(keep(tmp_path, "y", [*records, stepped(17, [1.0])]))
    assert (back.optimizer, back.changes) == ("SGD(lr=0.1)", 0)


def test_a_run_of_a_newer_version_is_told_apart(tmp_path: Path) -> None:
    folder = keep(tmp_path, "x", a_whole_run())
    folder.events.write_bytes(LOG.replace(b'"version":2', b'"version":3', 1))
    row = row_of(folder)
    assert row.how == "newer"
    assert "newer nn-tui" in row.problem


@given(st.integers(0, len(LOG)), st.binary(max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_log_cut_anywhere_and_any_bytes_in_it_leave_a_row(
    tmp_path: Path, at: int, junk: bytes
) -> None:
    folder = Folder(tmp_path / "x")
    if not folder.is_run:
        folder = keep(tmp_path, "x", [])
    folder.events.write_bytes(LOG[:at])
    row = row_of(folder)
    assert row.how in ("cut off", "goal missed")
    assert (row.how == "goal missed") == (at == len(LOG))
    folder.events.write_bytes(LOG[:at] + junk + LOG[at + 2 :])
    assert row_of(folder).folder == folder


def test_every_kind_of_record_may_be_the_last(tmp_path: Path) -> None:
    for index, record in enumerate(RECORDS):
        row = row_of(keep(tmp_path, f"run-{index}", [STARTED, record]))
        assert (row.how == "cut off") != isinstance(record, Ended)


def test_a_long_log_is_listed_without_decoding_its_steps(tmp_path: Path) -> None:
    folder = keep(tmp_path, "x", a_whole_run())
    steps = encode(stepped(1, [0.5] * 200)) + b"\n"
    first, rest = LOG.split(b"\n", 1)
    folder.events.write_bytes(first + b"\n" + steps * 50_000 + rest)
    began = time.process_time()
    assert row_of(folder).best == 0.9
    assert time.process_time() - began < 1.5
