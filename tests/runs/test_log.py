import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.runs.support import stepped, write_log
from tests.spec.support import error_of, is_readable, refusal
from tests.spec.test_protocol import RECORDS, STARTED
from tui_nn.runs import log as log_module
from tui_nn.runs.log import Log, last_lines, read_records, whole_length
from tui_nn.spec.protocol import Noticed, Record, encode

LINES = b"".join(encode(record) + b"\n" for record in RECORDS)
ENDS = [at + 1 for at, byte in enumerate(LINES) if byte == ord("\n")]
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def words(count: int) -> list[Record]:
    return [Noticed(step=step, message=f"word {step}") for step in range(count)]


def test_what_was_written_is_read_back_in_order(path: Path) -> None:
    write_log(path, RECORDS)
    assert list(read_records(path)) == list(RECORDS)
    assert path.read_bytes() == LINES


def test_a_log_knows_its_length_and_goes_on_where_it_ended(path: Path) -> None:
    write_log(path, words(2))
    with Log(path) as log:
        assert log.length == path.stat().st_size
        log.write(words(3)[2])
        log.sync()
        assert log.length == path.stat().st_size == whole_length(path)
    assert list(read_records(path)) == words(3)


def test_each_record_is_one_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    write = os.write

    def spied(handle: int, data: bytes) -> int:
        written.append(bytes(data))
        return write(handle, data)

    monkeypatch.setattr(os, "write", spied)
    write_log(path, RECORDS)
    assert written == LINES.splitlines(keepends=True)


def test_a_log_is_cut_to_a_length_and_grows_from_there(path: Path) -> None:
    with Log(path) as log:
        log.write(words(1)[0])
        length = log.length
        log.write(stepped(1, [1.0]))
        log.cut(length + 10_000)
        assert len(list(read_records(path))) == 2
        log.cut(length)
        log.write(words(2)[1])
    assert list(read_records(path)) == words(2)


def test_a_torn_end_is_cut_off_before_more_is_written(path: Path) -> None:
    path.write_bytes(LINES[:-5])
    with Log(path) as log:
        log.write(words(1)[0])
    assert list(read_records(path)) == [*RECORDS[:-1], *words(1)]


def test_a_full_disk_leaves_whole_lines_and_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    answers: list[Callable[[int, bytes], int]] = [
        lambda handle, data: write(handle, data[:7]),
        lambda handle, data: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left")),
    ]
    with Log(path) as log:
        log.write(words(1)[0])
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda handle, data: answers.pop(0)(handle, data))
            with pytest.raises(OSError, match="No space"):
                log.write(stepped(1, [1.0]))
        log.write(words(2)[1])
        assert log.length == path.stat().st_size
    assert list(read_records(path)) == words(2)


def test_a_write_in_pieces_is_one_line_in_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:7]))
    write_log(path, RECORDS)
    assert path.read_bytes() == LINES


def test_closing_twice_is_no_mistake(path: Path) -> None:
    log = Log(path)
    log.close()
    log.close()
    with pytest.raises(OSError, match="Bad file"):
        log.write(words(1)[0])


def test_a_log_in_a_folder_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Log(tmp_path / "gone" / "events.jsonl")


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    assert "can't be read" in refusal(lambda: list(read_records(tmp_path / "gone.jsonl")))
    assert "can't be read" in refusal(lambda: list(read_records(tmp_path)))


def test_an_empty_log_has_no_records(path: Path) -> None:
    path.write_bytes(b"")
    assert list(read_records(path)) == []
    assert whole_length(path) == 0


@given(st.integers(0, len(LINES)))
@same_folder
def test_a_log_cut_anywhere_gives_its_whole_lines(path: Path, length: int) -> None:
    path.write_bytes(LINES[:length])
    whole = sum(end <= length for end in ENDS)
    assert list(read_records(path)) == list(RECORDS[:whole])
    assert whole_length(path) == max([0, *(end for end in ENDS if end <= length)])


@given(st.integers(0, len(LINES) - 1), st.integers(1, 255))
@same_folder
def test_a_flipped_byte_is_named_by_its_line_or_drops_no_more_than_the_last(
    path: Path, at: int, bits: int
) -> None:
    path.write_bytes(LINES[:at] + bytes([LINES[at] ^ bits]) + LINES[at + 1 :])
    number = sum(end <= at for end in ENDS) + 1
    found: list[Record] = []
    error = error_of(lambda: found.extend(read_records(path)))
    if error is None:
        assert len(found) >= len(RECORDS) - 1 - (number >= len(RECORDS) - 1)
    else:
        assert is_readable(error)
        # A line's end that is gone makes one bad line of two; a new one, two of one.
        named = [f"{path}: line {line}:" for line in (number, number + 1)]
        newer = number == 1 and "newer" in error.message
        assert newer or any(str(error).startswith(name) for name in named)


@given(st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\n", b"")), max_size=8), st.data())
@same_folder
def test_lines_are_found_from_the_end_whatever_the_blocks(
    path: Path, lines: list[bytes], data: st.DataObject
) -> None:
    torn = data.draw(st.sampled_from([b"", b"torn"]))
    path.write_bytes(b"".join(line + b"\n" for line in lines) + torn)
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    with pytest.MonkeyPatch.context() as patch, path.open("rb") as file:
        patch.setattr(log_module, "_BLOCK", data.draw(st.integers(1, 70)))
        assert list(last_lines(file)) == list(zip(starts, lines, strict=True))[::-1]


@pytest.mark.parametrize(
    "line",
    [
        encode(stepped(1, [1.0, 2.0])).replace(b'"step":2', b'"step":3'),
        encode(stepped(1, [1.0, 2.0])).replace(b'"shape":[2]', b'"shape":[2,1]', 1),
        encode(stepped(1, [1.0])).replace(b"AACAPw==", b"AA!APw=="),
        b"",
        b"\0" * 100,
        b'{"type":"hello","version":2,"nn_tui":"0.1.0","pid":1}',
    ],
    ids=lambda line: str(line)[:30],
)
def test_a_line_that_is_no_record_is_named_but_ignored_where_it_is_the_last(
    path: Path, line: bytes
) -> None:
    good = encode(words(1)[0]) + b"\n"
    path.write_bytes(good + line + b"\n" + good)
    assert f"{path}: line 2: not a" in refusal(lambda: list(read_records(path)))
    path.write_bytes(good + line + b"\n")
    assert list(read_records(path)) == words(1)
    assert whole_length(path) == len(good)


def test_a_log_of_a_newer_version_is_told_apart_from_a_broken_one(path: Path) -> None:
    newer = encode(STARTED).replace(b'"version":2', b'"version":99')
    assert newer != encode(STARTED)
    for line in (newer, newer.replace(b'"epochs":5', b'"epochs":null')):
        path.write_bytes(line + b"\n")
        assert "protocol 99" in refusal(lambda: list(read_records(path)))


def test_a_line_without_an_end_is_not_read_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "LONGEST", 1000)
    path.write_bytes(encode(words(1)[0]) + b"\n" + b"x" * 5000)
    assert "line 2: has more than" in refusal(lambda: list(read_records(path)))


def test_a_kill_leaves_whole_lines_and_at_most_one_torn(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.runs.support import stepped;"
        "from tui_nn.runs.log import Log\n"
        "log = Log(Path(sys.argv[1]))\n"
        "for first in range(1, 10**9):\n"
        "    log.write(stepped(first, [1.0]))\n"
        "    print(flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(100):
            process.stdout.readline()
        process.kill()
    records = list(read_records(path))
    assert [record.step for record in records] == list(range(1, len(records) + 1))
    assert path.stat().st_size - whole_length(path) < len(encode(records[-1]))


def test_a_hundred_thousand_lines_take_seconds(path: Path) -> None:
    line = encode(stepped(1, [0.5] * 10)) + b"\n"
    path.write_bytes(line * 100_000)
    began = time.process_time()
    assert sum(1 for _ in read_records(path)) == 100_000
    assert time.process_time() - began < 6
