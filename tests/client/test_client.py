"""A client and an engine of its own: commands in, events out, and whatever may go wrong."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.support import ECHO, SOON, fake
from tui_nn import __version__
from tui_nn.client import Client, engine_command, split_command
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import VERSION, Noticed
from tui_nn.spec.protocol.commands import Run, Step, Stop
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Hello, Present, Problem

Start = Callable[..., Client]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a client of a script."""
    clients = []

    def begin(script: str, **options: Any) -> Client:
        client = Client(fake(tmp_path, script), **options)
        clients.append(client)
        client.start()
        return client

    yield begin
    for client in clients:
        client.close(stop=False, patience_s=0.1)


def ended(command: list[str], **options: Any) -> Client:
    """A client whose engine has gone by itself."""
    client = Client(command, **options)
    client.start()
    [*_, last] = client.events(SOON)
    assert isinstance(last, Present)
    assert last is client.present
    assert client.state == "offline"
    client.close()
    return client


def test_events_come_in_order_from_the_hello_to_the_end(start: Start) -> None:
    client = start("hello()\nfor i in range(500): notice(str(i))")
    assert client.state == "loading"
    hello, *told, last = client.events(SOON)
    assert isinstance(hello, Hello)
    assert hello is client.hello
    assert [e.message for e in told if isinstance(e, Noticed)] == [str(i) for i in range(500)]
    assert last == Present(state="offline", words="the engine has ended")


def test_events_are_given_to_a_callback_in_one_thread(start: Start) -> None:
    heard: list[Told] = []
    threads = set()
    over = threading.Event()

    def hear(event: Told) -> None:
        heard.append(event)
        threads.add(threading.current_thread())
        if isinstance(event, Present):
            over.set()

    start("hello()\nfor i in range(50): notice(str(i))", on_event=hear)
    assert over.wait(SOON)
    assert len(heard) == 52
    assert len(threads) == 1


def test_a_command_carries_a_new_id_that_its_answer_repeats(start: Start) -> None:
    client = start(ECHO)
    ids = [client.send(Run()), client.send(Step(by="epoch")), client.send(Run(id=99))]
    assert ids == [1, 2, 3]
    answers, said = [], []
    for event in client.events(SOON):
        if isinstance(event, Noticed):
            said.append(json.loads(event.message))
        if isinstance(event, Answer):
            answers.append(event.id)
        if len(answers) == 3:
            break
    assert answers == ids
    assert [(command["id"], command["do"]) for command in said] == [
        (1, "run"), (2, "step"), (3, "run")
    ]  # fmt: skip


def test_a_request_waits_for_its_own_answer_and_state_follows(start: Start) -> None:
    client = start("hello()\nfor command in commands: answer(command, 'paused')")
    client.send(Run())
    answer = client.request(Run(), SOON)
    assert isinstance(answer, Answer)
    assert answer.id == 2
    assert client.state == "paused"


def test_requests_from_several_threads_each_get_their_own(start: Start) -> None:
    client = start(ECHO)
    got: list[tuple[int | None, int]] = []

    def ask() -> None:
        for _ in range(20):
            answer = client.request(Run(), SOON)
            assert isinstance(answer, Answer)
            got.append((answer.id, 1))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert sorted(number or 0 for number, _ in got) == list(range(1, 81))


def test_a_problem_is_what_comes_of_a_refused_request(start: Start) -> None:
    client = start("""
hello()
for command in commands:
    say(type="problem", id=command["id"], message="no", where="here", hint="do that")
""")
    assert client.request(Run(), SOON) == Problem(id=1, message="no", where="here", hint="do that")


def test_a_request_that_is_not_answered_says_so_in_time(start: Start) -> None:
    client = start("hello()\nfor command in commands: pass")
    assert client.request(Run(), 0.05) == Problem(
        id=1, message="the engine has not answered within 0.05 s"
    )


def test_an_engine_that_dies_answers_what_was_asked_with_the_reason(start: Start) -> None:
    client = start("hello()\nnext(commands)\ncomplain('out of memory')\nsys.exit(1)")
    problem = client.request(Run(), SOON)
    words = "the engine ended with exit code 1: out of memory"
    assert problem == Problem(id=1, message=words)
    assert (client.state, client.present.words) == ("offline", words)
    assert client.request(Run(), SOON) == Problem(id=2, message=words)
    assert client.send(Run()) == 3


def test_offline_keeps_where_training_stood(start: Start) -> None:
    client = start("hello()\nsay(type='present', state='running', branch=2, step=70)")
    [*_, last] = client.events(SOON)
    assert isinstance(last, Present)
    assert (last.state, last.branch, last.step) == ("offline", 2, 70)


def test_a_signal_is_named(start: Start) -> None:
    client = start("hello()\nos.kill(os.getpid(), signal.SIGKILL)")
    [*_, last] = client.events(SOON)
    assert isinstance(last, Present)
    assert last.words == "the engine was ended by SIGKILL"


def test_a_command_that_does_not_exist_is_a_state_too() -> None:
    client = ended(["no-such-command-here", "engine"])
    assert client.present.words == (
        "the engine can't be started: there is no command no-such-command-here"
    )
    assert client.request(Run()) == Problem(id=1, message=client.present.words)


def test_a_command_that_may_not_be_run_is_a_state_too(tmp_path: Path) -> None:
    path = tmp_path / "engine"
    path.write_text("")
    assert "Permission denied" in ended([str(path)]).present.words


def test_another_program_is_told_by_what_it_said(tmp_path: Path) -> None:
    words = ended(fake(tmp_path, "print('usage: something else')")).present.words
    assert words == "the engine has ended before it said hello: usage: something else"


def test_a_program_that_never_says_hello_is_ended_and_its_last_words_told(tmp_path: Path) -> None:
    script = """
sys.stderr.write("user@box's password: ")
sys.stderr.flush()
for line in sys.stdin: pass
signal.pause()
"""
    client = ended(fake(tmp_path, script), start_limit_s=0.3)
    assert client.present.words == (
        "the engine has not said hello within 0.3 s: user@box's password: "
    )


@pytest.mark.parametrize("other", [VERSION + 1, VERSION - 1])
def test_another_version_is_told_in_one_sentence(tmp_path: Path, other: int) -> None:
    script = f'say(type="hello", version={other}, nn_tui="9.8.7", wheel=[1])\nsignal.pause()'
    client = ended(fake(tmp_path, script))
    assert client.hello is None
    assert client.present.words == (
        f"the engine is nn-tui 9.8.7 and speaks version {other} of the protocol, this is nn-tui "
        f"{__version__} and speaks {VERSION}: install the same on both sides"
    )


def test_a_broken_hello_is_told(tmp_path: Path) -> None:
    client = ended(fake(tmp_path, 'print(\'{"type":"hello","version"\')'))
    assert "says hello in a way that can't be read" in client.present.words


def test_garbage_is_counted_told_once_and_harms_nothing(start: Start) -> None:
    client = start(r"""
hello()
print("a library prints")
sys.stdout.flush()
sys.stdout.buffer.write(b"\xff\xfe{}\n[1, 2]\n\n" + b'{"type":"noticed","step":"one"}' + b"\n")
print('{"type":"noticed","step":1,')
notice("still here")
""")
    _, problem, notice, last = client.events(SOON)
    assert isinstance(problem, Problem)
    assert problem.id is None
    assert problem.message.startswith("the engine said what can't be read: skipped (")
    assert notice == Noticed(step=1, message="still here")
    assert client.garbage == 5
    assert isinstance(last, Present)


def test_lines_and_fields_of_a_newer_engine_are_skipped_with_one_notice(start: Start) -> None:
    client = start("""
hello(colour="blue")
say(type="hologram", x=1)
say(type="noticed", step=1, message="known", mood="new")
say(type="perfume")
""")
    _, problem, notice, _ = client.events(SOON)
    assert problem == Problem(
        message="the engine is newer and says what this nn-tui doesn't know: skipped (hologram)"
    )
    assert notice == Noticed(step=1, message="known")
    assert client.garbage == 0


def test_the_last_lines_of_standard_error_are_kept_and_harmless_to_a_terminal(
    start: Start,
) -> None:
    client = start(r"""
hello()
for i in range(1000): complain(f"line {i}")
complain("  50 %\r 100 %")
complain("\x1b[2J\x07\udcff".encode("utf-8", "replace").decode())
sys.exit(3)
""")
    [*_, last] = client.events(SOON)
    assert len(client.stderr) == 200
    assert client.stderr[-3:] == ("line 999", " 100 %", "\\x1b[2J\\x07?")
    assert isinstance(last, Present)
    assert last.words == "the engine ended with exit code 3: line 999;  100 %; \\x1b[2J\\x07?"


def test_the_engine_has_a_session_of_its_own(start: Start) -> None:
    client = start(ECHO)
    hello = next(client.events(SOON))
    assert isinstance(hello, Hello)
    assert os.getsid(hello.pid) == hello.pid


def test_letting_go_ends_the_input_and_stopping_says_so_before(tmp_path: Path) -> None:
    for stop, said in ((True, ["stop"]), (False, [])):
        client = Client(fake(tmp_path, ECHO))
        client.start()
        client.close(stop)
        told = [e.message for e in client.events(SOON) if isinstance(e, Noticed)]
        assert [json.loads(words)["do"] for words in told] == said
        assert client.present.words == "the engine has ended"


def test_what_was_sent_before_closing_arrives(tmp_path: Path) -> None:
    client = Client(fake(tmp_path, ECHO))
    client.start()
    for _ in range(5000):
        client.send(Run())
    client.close(stop=False)
    assert sum(isinstance(event, Answer) for event in client.events(SOON)) == 5000


def test_an_engine_that_does_not_end_is_killed(tmp_path: Path) -> None:
    script = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nhello()\nwhile True: signal.pause()"
    client = Client(fake(tmp_path, script))
    client.start()
    next(client.events(SOON))
    client.close(patience_s=0.1)
    assert client.present.words == "the engine was ended by SIGKILL"


def test_an_engine_that_does_not_read_blocks_nobody(tmp_path: Path) -> None:
    client = Client(fake(tmp_path, "hello()\nsignal.pause()"))
    client.start()
    next(client.events(SOON))
    for _ in range(10_000):
        client.send(Step(count=10**9))  # more than a pipe holds
    client.close(patience_s=0.1)
    assert client.present.words == "the engine was ended by SIGTERM"


def test_an_engine_that_stays_is_let_go_and_lives_on(tmp_path: Path) -> None:
    fifo = tmp_path / "go"
    os.mkfifo(fifo)
    script = f"hello()\nfor command in commands: pass\nopen({str(fifo)!r}).read()\nnotice('on')"
    client = Client(fake(tmp_path, script), stays=True)
    client.start()
    next(client.events(SOON))
    client.close(stop=False)
    assert client.state == "loading"
    fifo.write_text("")
    notice, last = client.events(SOON)
    assert notice == Noticed(step=1, message="on")
    assert isinstance(last, Present)


def test_stopping_ends_one_that_stays_as_well(tmp_path: Path) -> None:
    script = "hello()\nfor command in commands:\n  if command['do'] == 'stop': sys.exit()"
    client = Client(fake(tmp_path, script + "\nsignal.pause()"), stays=True)
    client.start()
    client.close(stop=True)
    assert client.present.words == "the engine has ended"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_owner_who_fails_leaves_no_client_hanging(start: Start) -> None:
    def fail(event: Told) -> None:
        raise RuntimeError

    client = start(ECHO, on_event=fail)
    answer = client.request(Stop(), SOON)
    assert answer == Problem(id=1, message="the engine's events could not be taken in")
    assert client.state == "offline"


def test_closing_what_never_began_does_nothing(tmp_path: Path) -> None:
    client = Client(fake(tmp_path, ECHO))
    assert client.request(Run()) == Problem(id=1, message="the engine has not been started")
    client.close()


def test_an_engine_of_ones_own_finds_this_nn_tui_and_no_file_where_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('the wrong click')")
    monkeypatch.chdir(tmp_path)
    client = ended(engine_command("--attach", "no-such-run"))
    assert client.present.words == (
        "the engine ended with exit code 2: nn-tui: there is no run no-such-run: "
        "`nn-tui runs` lists them"
    )


def test_a_command_is_split_as_a_shell_would() -> None:
    assert split_command("ssh -p 22 box 'nn-tui engine'") == [
        "ssh", "-p", "22", "box", "nn-tui engine"
    ]  # fmt: skip
    assert engine_command("--stay")[0] == sys.executable


@pytest.mark.parametrize("text", ["", "  ", "ssh 'box", 'ssh "'])
def test_a_command_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--engine: "):
        split_command(text)
