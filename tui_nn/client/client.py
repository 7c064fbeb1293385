"""The other end of an engine: commands go in, events come out, in a thread of its own."""

import re
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

import msgspec

from tui_nn import __version__
from tui_nn.client.child import TAIL, Child, readable
from tui_nn.client.delivery import Delivery
from tui_nn.client.reception import LONGEST, Reception
from tui_nn.spec.protocol import VERSION
from tui_nn.spec.protocol.commands import Commands, Stop
from tui_nn.spec.protocol.lines import Told, encode
from tui_nn.spec.protocol.messages import Answer, Hello, Problem
from tui_nn.wire import Lines, TooLong, read

GREETING = re.compile(rb'\{\s*"type"\s*:\s*"hello"')
REFUSED_S = 0.5
"""How long a command that is no engine of this version may take to end by itself."""
LAST_WORDS_S = 2.0
"""How long an engine whose output has ended may take to end."""


class _Greeting(msgspec.Struct, tag="hello", tag_field="type"):
    """What every version says of itself."""

    version: int
    nn_tui: str = "?"


class Client(Delivery):
    """Reaches an engine; an engine that is gone is the state `offline`, never an exception.

    Then the last event is a `Present` with that state and the reason as its words.
    """

    def __init__(
        self,
        command: Sequence[str],
        on_event: Callable[[Told], None] | None = None,
        *,
        start_limit_s: float = 60.0,
        stays: bool = False,
        asks: bool = False,
    ) -> None:
        """`stays`: the engine trains on when it is let go, so `close` doesn't wait for it.

        `asks`: the command may ask on this terminal: for a password, about a host's key.
        """
        super().__init__(on_event)
        self.hello: Hello | None = None
        self._command = list(command)
        self._start_limit_s = start_limit_s
        self._stays = stays
        self._asks = asks
        self._child: Child | None = None
        self._banner: deque[str] = deque(maxlen=TAIL)
        self._reception = Reception("the engine")
        self._lock = threading.Lock()
        self._last_id = 0
        self._asked: dict[int, SimpleQueue[Answer | Problem]] = {}
        self._is_gone = False
        self._thread = threading.Thread(target=self._listen, name="client", daemon=True)

    @property
    def banner(self) -> tuple[str, ...]:
        """Lines before the engine's first: what ssh and a login shell say."""
        return tuple(self._banner)

    @property
    def stderr(self) -> tuple[str, ...]:
        """The last lines of the command's standard error."""
        return self._child.words if self._child else ()

    @property
    def garbage(self) -> int:
        """Lines that could not be read."""
        return self._reception.garbage

    def start(self) -> None:
        """Start the command and listen to it."""
        reason = "the engine can't be started"
        try:
            self._child = Child(self._command, asks=self._asks)
        except FileNotFoundError:
            self._go_offline(f"{reason}: there is no command {self._command[0]}")
        except (OSError, ValueError) as error:
            self._go_offline(f"{reason}: {self._command[0]}: {error}")
        else:
            self._thread.start()

    def send(self, command: Commands) -> int:
        """Send a command; returns the id its answer will carry. Never blocks."""
        return self._send(command, None)

    def request(self, command: Commands, timeout: float | None = None) -> Answer | Problem:
        """Send a command and wait for what comes of it; not to be called from `on_event`.

        A `Problem` where the engine is gone, or doesn't answer within `timeout` seconds.
        """
        assert threading.current_thread() is not self._thread, "its answer could not be read"
        reply: SimpleQueue[Answer | Problem] = SimpleQueue()
        number = self._send(command, reply)
        try:
            return reply.get(timeout=timeout)
        except Empty:
            return Problem(id=number, message=f"the engine has not answered within {timeout:g} s")
        finally:
            with self._lock:
                self._asked.pop(number, None)

    def _send(self, command: Commands, reply: "SimpleQueue[Answer | Problem] | None") -> int:
        with self._lock:
            self._last_id += 1
            number = self._last_id
            if self._child and not self._is_gone:
                if reply:
                    self._asked[number] = reply
                self._child.send(encode(msgspec.structs.replace(command, id=number)))
            elif reply:
                reply.put(
                    Problem(
                        id=number, message=self.present.words or "the engine has not been started"
                    )
                )
        return number

    def close(self, stop: bool = True, patience_s: float = 10.0) -> None:
        """Let the engine go, which saves and ends; `stop`: tell one that stays to end as well.

        One that doesn't end within `patience_s` seconds is terminated, at last killed.
        """
        if self._child is None:
            return
        if stop:
            self.send(Stop())
        self._child.close_input()
        if stop or not self._stays:
            self._child.end(patience_s)
            if threading.current_thread() is not self._thread:
                self._thread.join(patience_s)

    def _listen(self) -> None:
        assert self._child
        words = "the engine's events could not be taken in"
        try:
            words = self._take_all(self._child)
        finally:
            self._child.close_output()
            self._go_offline(words)

    def _take_all(self, child: Child) -> str:
        """Deliver until the engine is gone; returns the reason."""
        lines = Lines(LONGEST)
        deadline = time.monotonic() + self._start_limit_s
        while True:
            if self.hello is None and not _is_ready(child.output, deadline - time.monotonic()):
                return self._refuse(child, f"has not said hello within {self._start_limit_s:g} s")
            data = read(child.output)
            for line in lines.feed(data) if data else [lines.rest()]:
                if self.hello is not None:
                    self._take(line)
                elif refusal := self._take_banner(line):
                    return self._refuse(child, refusal)
            if not data:
                return self._ending(child)

    def _take(self, line: bytes | TooLong) -> None:
        event = self._reception.take(line)
        if event is None:
            return
        self._deliver(event)
        if isinstance(event, Answer | Problem) and event.id is not None:
            with self._lock:
                reply = self._asked.pop(event.id, None)
            if reply:
                reply.put(event)

    def _take_banner(self, line: bytes | TooLong) -> str:
        """Wait for the hello; returns why it won't do, or nothing."""
        found = None if isinstance(line, TooLong) else GREETING.search(line)
        before = line if isinstance(line, TooLong) or not found else line[: found.start()]
        if isinstance(before, TooLong) or before.strip():
            self._banner.append(readable(before))
        if isinstance(line, TooLong) or not found:
            return ""
        said = line[found.start() :]
        try:
            greeting = msgspec.json.decode(said, type=_Greeting)
            if greeting.version == VERSION:
                self.hello = msgspec.json.decode(said, type=Hello)
                self._deliver(self.hello)
                return ""
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return f"says hello in a way that can't be read ({error})"
        return (
            f"is nn-tui {greeting.nn_tui} and speaks version {greeting.version} of the protocol, "
            f"this is nn-tui {__version__} and speaks {VERSION}: install the same on both sides"
        )

    def _refuse(self, child: Child, reason: str) -> str:
        child.end(REFUSED_S)
        return f"the engine {reason}{child.last_words() or self._last_banner()}"

    def _ending(self, child: Child) -> str:
        how = child.how_it_ended(LAST_WORDS_S)
        if self.hello is None and not child.last_words():
            how += f" before it said hello{self._last_banner()}"
        return how

    def _last_banner(self) -> str:
        return f": {self._banner[-1]}" if self._banner else ""

    def _go_offline(self, words: str) -> None:
        with self._lock:
            self._is_gone = True
            asked = dict(self._asked)
            self._asked.clear()
        self._present = msgspec.structs.replace(self.present, state="offline", words=words)
        for number, reply in asked.items():
            reply.put(Problem(id=number, message=words))
        self._deliver(self._present)
        self._finish()


def _is_ready(descriptor: int, seconds: float) -> bool:
    """Whether there is something to read, or an end, within so many seconds."""
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    return seconds > 0 and bool(ready.poll(seconds * 1000))
