"""How events reach their owner: in order, to a callback or to whoever iterates."""

from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from tui_nn.spec.protocol import State
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present


class Delivery:
    """What a client and a recording share.

    `on_event` is called in the thread that receives, one event after another; without it the
    events wait for `events`. The last is a `Present`.
    """

    def __init__(self, on_event: Callable[[Told], None] | None = None) -> None:
        self._waiting: SimpleQueue[Told | None] = SimpleQueue()
        self._on_event = on_event or self._waiting.put
        self._present = Present(state="loading")

    @property
    def present(self) -> Present:
        """Where training stands, as last told."""
        return self._present

    @property
    def state(self) -> State:
        return self._present.state

    def events(self, timeout: float | None = None) -> Iterator[Told]:
        """The events one by one, until the last or until none has come for `timeout` seconds."""
        while True:
            try:
                event = self._waiting.get(timeout=timeout)
            except Empty:
                return
            if event is None:
                return
            yield event

    def _deliver(self, event: Told) -> None:
        if isinstance(event, Present):
            self._present = event
        elif isinstance(event, Answer):
            self._present = event.present
        self._on_event(event)

    def _finish(self) -> None:
        self._waiting.put(None)
