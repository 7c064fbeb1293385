"""Whatever is said is an event, a notice, or nothing; never an error."""

from hypothesis import given
from hypothesis import strategies as st

from tests.spec.support import damaged
from tui_nn.client.reception import Reception
from tui_nn.protocol_page import examples
from tui_nn.spec.protocol import encode
from tui_nn.spec.protocol.messages import Problem
from tui_nn.wire import TooLong

TOLD = [*examples.MESSAGES, *examples.RECORDS, *examples.FRAMES]
LINES = st.sampled_from(TOLD).map(encode)


def test_every_kind_of_line_is_taken_as_it_was_meant() -> None:
    reception = Reception("the engine")
    assert [reception.take(encode(event)) for event in TOLD] == TOLD
    assert (reception.garbage, reception.unknown) == (0, 0)


@given(st.lists(st.binary(max_size=60) | damaged(LINES) | st.builds(TooLong, st.integers(0))))
def test_damaged_lines_are_counted_and_told_once(lines: list[bytes | TooLong]) -> None:
    reception = Reception("the engine")
    told = [reception.take(line) for line in lines]
    notices = [event for event in told if isinstance(event, Problem) and event.id is None]
    assert len([n for n in notices if n.message.startswith("the engine said what can't")]) == (
        reception.garbage > 0
    )
    assert len([n for n in notices if n.message.startswith("the engine is newer")]) == (
        reception.unknown > 0
    )
    assert all(event is None or encode(event) for event in told)
