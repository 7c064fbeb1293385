"""The engine as the app reaches it: before the screen, on it, and when it is left."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.support import ECHO, SOON, fake
from tui_nn.app.handshake import greet
from tui_nn.app.link import Link
from tui_nn.app.settings import Settings
from tui_nn.spec.errors import NNError
from tui_nn.spec.protocol import State
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Hello
from tui_nn.views.world import World


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


TRAINING = """
hello()
for command in commands:
    if command["do"] == "stop":
        time.sleep(PAUSE)
        say(type="ended", step=42, reason="stopped", epoch=1, train=None, val=None, goal=None,
            seconds=1, message="stopped", train_count=4, val_count=0)
        say(type="present", state="ready")
    elif command["do"] == "load":
        say(type="answer", id=command["id"],
            present=dict(type="present", state="running", step=7, run="runs/x"))
"""


def last_words(folder: Path, script: str, *options: str) -> str:
    """What is said of an engine that is left while it trains."""

    async def wait() -> str:
        command = [*fake(folder, script), *options]
        link = Link(Settings(experiment="x", command=command), World(), lambda told: None)
        link.start()
        end = time.monotonic() + SOON
        while not link.world.running and time.monotonic() < end:
            await asyncio.sleep(0.01)
        return link.close()

    return asyncio.run(wait())


def test_leaving_says_where_training_stopped_and_what_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = last_words(tmp_path, TRAINING.replace("PAUSE", "0"))
    assert words == "stopped at step 42, kept in runs/x"
    assert not capsys.readouterr().err


def test_an_engine_that_saves_for_long_is_waited_for_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = last_words(tmp_path, TRAINING.replace("PAUSE", "0.8"))
    assert words == "stopped at step 42, kept in runs/x"
    assert capsys.readouterr().err == "nn-tui: saving …\n"


def test_an_engine_is_started_again_once(tmp_path: Path) -> None:
    async def states() -> list[State]:
        link = Link(
            Settings(experiment="x", command=fake(tmp_path, "hello()")),
            World(),
            lambda told: None,
        )
        link.start()
        end = time.monotonic() + SOON
        while link.world.present.state != "offline" and time.monotonic() < end:
            await asyncio.sleep(0.01)
        found = [link.world.present.state]
        link.start_again()
        found.append(link.world.present.state)  # a second key finds no engine to start
        link.close()
        return found

    assert asyncio.run(states()) == ["offline", "loading"]


DEAF = """
hello()
os.close(1)
for line in sys.stdin:
    pass
while not os.path.exists("may-end"):
    time.sleep(0.01)
open("has-ended", "w")
"""


def test_what_is_left_of_an_engine_is_let_go_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def start_again() -> None:
        link = Link(
            Settings(experiment="x", command=fake(tmp_path, DEAF)), World(), lambda told: None
        )
        link.start()
        await until(lambda: link.world.present.state == "offline")
        fake(tmp_path, ECHO)
        link.start_again()
        await until(lambda: link.world.present.state == "ready")
        assert not Path("has-ended").exists()
        Path("may-end").touch()
        await until(Path("has-ended").exists)
        link.close()

    asyncio.run(start_again())


def test_an_engine_that_stays_trains_on(tmp_path: Path) -> None:
    words = last_words(tmp_path, TRAINING.replace("PAUSE", "0"), "--stay")
    assert words == "training goes on: nn-tui runs/x shows it again"


def test_an_engine_that_was_greeted_is_taken_over_with_all_it_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Told] = []
    greeted = greet(fake(tmp_path, ECHO))
    assert capsys.readouterr().err == "nn-tui: waiting for the engine …\n"

    async def take_over() -> None:
        link = Link(Settings(experiment="x"), World(), told.append, greeted)
        link.start()
        end = time.monotonic() + SOON
        while not any(isinstance(one, Answer) for one in told) and time.monotonic() < end:
            await asyncio.sleep(0.01)
        link.close()

    asyncio.run(take_over())
    assert isinstance(told[0], Hello)


def test_what_a_login_shell_says_is_passed_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = 'sys.stdout.write("Welcome to box\\n")\nsys.stdout.flush()\ncomplain("a new host")\n'
    greeted = greet(fake(tmp_path, f"{script}time.sleep(1)\n{ECHO}"))
    greeted.client.close()
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "nn-tui: waiting for the engine …"
    assert sorted(said.splitlines()[1:]) == ["Welcome to box", "a new host"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("hello(version=1)", "speaks version 1"),
        (
            'complain("sh: nn-tui: not found"); sys.exit(127)',
            "exit code 127: sh: nn-tui: not found",
        ),
    ],
)
def test_a_command_that_is_no_engine_of_ours_is_refused(
    tmp_path: Path, script: str, words: str
) -> None:
    with pytest.raises(NNError, match=words):
        greet(fake(tmp_path, script))


def test_a_command_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NNError, match="there is no command no-such-command"):
        greet(["no-such-command"])
