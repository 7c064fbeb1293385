"""Bytes over pipes: cut into lines, and written by somebody else."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_nn.wire import Lines, TooLong, Writer, read_lines

SOON = 20.0


def taken(chunks: list[bytes], longest: int) -> list[bytes | TooLong]:
    lines = Lines(longest)
    return [line for chunk in chunks for line in lines.feed(chunk)] + [lines.rest()]


@given(st.lists(st.binary(max_size=12) | st.just(b"\n")), st.integers(0, 9))
def test_lines_are_the_same_however_they_arrive(chunks: list[bytes], longest: int) -> None:
    whole = b"".join(chunks).split(b"\n")
    expected = [line if len(line) <= longest else TooLong(len(line)) for line in whole]
    assert taken(chunks, longest) == expected


def test_a_line_of_the_longest_size_is_read_and_the_next_byte_is_too_much() -> None:
    assert taken([b"12345\n123456\n1"], 5) == [b"12345", TooLong(6), b"1"]


def test_a_long_line_is_not_kept_while_it_is_skipped() -> None:
    lines = Lines(10)
    for _ in range(100):
        assert list(lines.feed(b"x" * 1000)) == []
    assert list(lines.feed(b"\nafter\n")) == [TooLong(100_000), b"after"]


def test_reading_a_pipe_ends_with_what_had_no_end() -> None:
    output, input_end = os.pipe()
    os.write(input_end, b"one\n\n\ntwo\nthr")
    os.close(input_end)
    assert list(read_lines(output)) == [b"one", b"two", b"thr"]
    os.close(output)


class Pipe:
    """A writer on a pipe, whose other end is read here."""

    def __init__(self) -> None:
        self.output, self._input = os.pipe()
        self.ended = threading.Event()
        self.writer = Writer(self._input, self._end)

    def _end(self) -> None:
        os.close(self._input)
        self.ended.set()

    def read_all(self) -> bytes:
        with os.fdopen(self.output, "rb") as file:
            return file.read()


def test_what_was_sent_is_written_in_order_before_the_end() -> None:
    pipe = Pipe()
    for number in range(1000):
        pipe.writer.send(b"%d\n" % number)
    pipe.writer.close()
    assert pipe.read_all().split() == [b"%d" % number for number in range(1000)]
    assert pipe.writer.join(SOON)


def test_what_is_not_urgent_comes_with_what_is_and_before_it() -> None:
    pipe = Pipe()
    for number in range(100):
        pipe.writer.send(b"%d\n" % number, urgent=number % 10 == 9)
    assert pipe.writer.flush(SOON)
    assert os.read(pipe.output, 10_000).split() == [b"%d" % number for number in range(100)]
    pipe.writer.close()
    os.close(pipe.output)


@pytest.mark.parametrize("ending", ["flush", "close"])
def test_what_is_not_urgent_waits_for_nobody_at_the_end(ending: str) -> None:
    pipe = Pipe()
    pipe.writer.send(b"one\n", urgent=False)
    pipe.writer.send(b"two\n", urgent=False)
    if ending == "flush":
        assert pipe.writer.flush(SOON)
        assert os.read(pipe.output, 100) == b"one\ntwo\n"
    pipe.writer.close()
    assert pipe.read_all() == (b"" if ending == "flush" else b"one\ntwo\n")


def test_what_is_not_urgent_goes_at_once_where_nothing_went_lately() -> None:
    pipe = Pipe()
    pipe.writer.send(b"one\n", urgent=False)
    assert os.read(pipe.output, 100) == b"one\n"
    pipe.writer.close()
    os.close(pipe.output)


def test_sending_to_one_who_does_not_read_never_blocks() -> None:
    pipe = Pipe()
    for _ in range(100):
        pipe.writer.send(b"x" * 100_000)  # a pipe holds 64 kB
    assert not pipe.writer.flush(0)
    pipe.writer.close()
    assert len(pipe.read_all()) == 10_000_000


def test_a_broken_pipe_ends_the_writing_quietly_and_nothing_is_kept_for_it() -> None:
    pipe = Pipe()
    os.close(pipe.output)
    pipe.writer.send(b"to nobody")
    assert pipe.writer.flush(SOON)
    pipe.writer.send(b"again")
    assert pipe.writer.flush(SOON)
    pipe.writer.close()
    assert pipe.ended.wait(SOON)


def test_a_pipe_that_somebody_made_not_to_block_is_written_whole() -> None:
    output, input_end = os.pipe()
    os.set_blocking(input_end, False)
    writer = Writer(input_end, lambda: os.close(input_end))
    writer.send(b"x" * 1_000_000)
    writer.close()
    with os.fdopen(output, "rb") as file:
        assert len(file.read()) == 1_000_000


@pytest.mark.parametrize(("size", "expected"), [(8, b"one\ntwo\n"), (6, b"one\ntw\n"), (0, b"")])
def test_a_file_is_sent_up_to_a_size_and_ends_with_a_whole_line(
    tmp_path: Path, size: int, expected: bytes
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\nthree\n")
    pipe = Pipe()
    pipe.writer.send_file(path.open("rb"), size)
    pipe.writer.send(b"live\n")
    pipe.writer.close()
    assert pipe.read_all() == expected + b"live\n"
