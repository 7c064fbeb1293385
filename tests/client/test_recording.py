"""A recorded run, played again: the same events, at any speed."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui_nn.client import Recording
from tui_nn.protocol_page.examples import RECORDS
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Ended, Noticed, Record, encode
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Present, Problem

SOON = 20.0
NEVER = 1e6
"""Seconds; no test waits for them."""


def at(elapsed_s: float) -> Noticed:
    return Noticed(step=int(elapsed_s), elapsed_s=elapsed_s, message="")


class Player:
    """Plays some records."""

    def __init__(self, folder: Path, records: list[Record], speed: float) -> None:
        path = folder / "events.jsonl"
        path.write_bytes(b"".join(encode(record) + b"\n" for record in records))
        self.recording = Recording(path, speed=speed)
        self.recording.start()
        self._events = self.recording.events(SOON)

    def next(self) -> Told:
        return next(self._events)

    def next_state(self) -> str:
        event = self.next()
        assert isinstance(event, Present)
        return event.state

    def rest(self) -> list[Told]:
        rest = list(self._events)
        self._events = self.recording.events(SOON)
        return rest


Play = Callable[..., Player]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    players = []

    def begin(*records: Record, speed: float) -> Player:
        players.append(Player(tmp_path, list(records), speed))
        return players[-1]

    yield begin
    for player in players:
        player.recording.close()


def played(path: Path) -> tuple[Recording, list[Told]]:
    recording = Recording(path, speed=0)
    recording.start()
    events = list(recording.events(SOON))
    recording.close()
    return recording, events


def test_at_once_all_records_come_in_order_between_running_and_how_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(encode(record) + b"\n" for record in RECORDS))
    recording, events = played(path)
    first, *records, last = events
    assert first == Present(state="running")
    assert records == list(RECORDS)
    ended = RECORDS[-1]
    assert isinstance(ended, Ended)
    assert last == Present(state="goal", step=ended.step, words=ended.message)
    assert recording.state == "goal"


def test_a_run_that_was_cut_off_ends_before_its_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode(at(1)) + b"\n" + encode(at(2))[:-9])
    recording, events = played(path)
    assert events == [
        Present(state="running"), at(1),
        Present(state="stopped", step=1, words="the recording ends here"),
    ]  # fmt: skip
    assert recording.garbage == 0


def test_lines_that_cannot_be_read_are_counted_and_told_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\xff\n" + encode(at(1)) + b"\n{}\n" + encode(at(2)) + b"\n")
    recording, events = played(path)
    _, problem, *records, _ = events
    assert isinstance(problem, Problem)
    assert records == [at(1), at(2)]
    assert recording.garbage == 2


def test_a_recording_that_grows_is_told_to_the_end_it_comes_to(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode(at(1.0)) + b"\n")
    is_written = True
    recording = Recording(path, speed=0, grows=lambda: is_written)
    recording.start()
    events = recording.events(SOON)
    assert [next(events), next(events)] == [Present(state="running"), at(1.0)]
    for second in (2.0, 3.0):
        with path.open("ab") as file:
            file.write(encode(at(second)) + b"\n")
        assert next(events) == at(second)
    assert recording.state == "running"
    is_written = False
    last = next(events)
    assert isinstance(last, Present)
    assert last.state == "stopped"
    recording.close()


def test_one_that_grows_can_be_closed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode(at(1.0)) + b"\n")
    recording = Recording(path, speed=0, grows=lambda: True)
    recording.start()
    events = recording.events(SOON)
    assert [next(events), next(events)] == [Present(state="running"), at(1.0)]
    recording.close()
    assert not recording._thread.is_alive()


def test_an_empty_recording_ends_at_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"")
    assert played(path)[1] == [Present(state="stopped", words="the recording ends here")]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read: No such file"):
        Recording(tmp_path / "events.jsonl")


def test_records_wait_for_their_time(play: Play) -> None:
    begun = time.monotonic()
    player = play(at(0), at(20), speed=200)
    assert (player.next_state(), player.next(), player.next()) == ("running", at(0), at(20))
    assert time.monotonic() - begun >= 0.1


def test_a_pause_holds_and_play_goes_on(play: Play) -> None:
    player = play(at(0), at(NEVER), speed=1)
    assert (player.next_state(), player.next()) == ("running", at(0))
    player.recording.pause()
    assert player.next_state() == "paused"
    player.recording.play(speed=NEVER * 1000)
    assert (player.next_state(), player.next()) == ("running", at(NEVER))
    assert player.next_state() == "stopped"
    assert player.rest() == []


def test_another_speed_holds_at_once(play: Play) -> None:
    player = play(at(0), at(NEVER), at(2 * NEVER), speed=1)
    assert (player.next_state(), player.next()) == ("running", at(0))
    player.recording.play(speed=0)
    assert (player.next(), player.next()) == (at(NEVER), at(2 * NEVER))


def test_going_forward_tells_what_lies_between(play: Play) -> None:
    player = play(at(0), at(5), at(NEVER), at(2 * NEVER), speed=0.001)
    assert (player.next_state(), player.next()) == ("running", at(0))
    player.recording.seek(NEVER)
    assert (player.next(), player.next()) == (at(5), at(NEVER))
    assert player.recording.state == "running"


def test_going_forward_while_paused_stays_paused(play: Play) -> None:
    player = play(at(0), at(5), at(NEVER), speed=0.001)
    assert (player.next_state(), player.next()) == ("running", at(0))
    player.recording.pause()
    assert player.next_state() == "paused"
    player.recording.seek(5)
    assert player.next() == at(5)
    assert player.recording.state == "paused"


def test_going_back_starts_anew_and_tells_all_up_to_there(play: Play) -> None:
    player = play(at(0), at(5), at(9), speed=0)
    assert player.rest()[1:4] == [at(0), at(5), at(9)]
    player.recording.seek(6)
    assert (player.next_state(), player.next_state()) == ("loading", "paused")
    assert (player.next(), player.next()) == (at(0), at(5))
    player.recording.play(speed=0)
    assert (player.next_state(), player.next(), player.next_state()) == (
        "running", at(9), "stopped"
    )  # fmt: skip


def test_closing_ends_a_recording_that_waits(play: Play) -> None:
    player = play(at(NEVER), speed=1)
    assert player.next_state() == "running"
    player.recording.close()
    assert player.rest() == []


def test_closing_from_within_an_event_is_possible(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(encode(at(i)) + b"\n" for i in range(5)))
    heard: list[Told] = []

    def hear(event: Told) -> None:
        heard.append(event)
        if event == at(2):
            recording.close()

    recording = Recording(path, hear, speed=0)
    recording.start()
    assert list(recording.events(SOON)) == []
    assert heard == [Present(state="running"), at(0), at(1), at(2)]
