"""`nn-tui train --init-from FILE`: weights of anybody's to begin with, or why not."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.cli.support import nn_tui
from tests.support import MOONS, losses_told, trainer
from tui_nn.runs.folder import Folder


@pytest.fixture(autouse=True)
def moons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with an experiment and weights for it."""
    monkeypatch.chdir(tmp_path)
    Path("moons.toml").write_text(MOONS)
    save_file(other_weights(), "w.safetensors")
    return tmp_path


def other_weights() -> dict[str, torch.Tensor]:
    return trainer(MOONS, "train.seed=8").network.state_dict()


def train(*arguments: str) -> Path:
    answer = nn_tui("train", "moons.toml", "-q", *arguments)
    assert (answer.code, answer.err) == (0, "")
    return max(Path("runs").glob("2*"))


def losses(run: Path) -> list[float]:
    return list(losses_told(Folder(run)).values())


def test_training_begins_with_the_weights_of_the_file() -> None:
    run = train("--init-from", "w.safetensors")
    made = trainer(MOONS)
    made.network.load_state_dict(other_weights())
    assert losses(run) == made.train_straight(28)[0]
    kept = load_file(run / "init.safetensors")
    assert all(torch.equal(kept[name], tensor) for name, tensor in other_weights().items())


def test_a_run_begins_with_what_another_was_left_with() -> None:
    first = train()
    second = train("--init-from", str(first / "last.safetensors"))
    made = trainer(MOONS)
    made.train_straight(28)
    state = made.network.state_dict()
    again = trainer(MOONS)
    again.network.load_state_dict(state)
    assert losses(second) == again.train_straight(28)[0]


def test_a_run_that_goes_on_knows_what_it_began_with() -> None:
    whole = train("--init-from", "w.safetensors")
    run = train("--init-from", "w.safetensors", "train.epochs=2")
    assert nn_tui("train", "--resume", str(run), "-q", "train.epochs=4").code == 0
    assert losses(run) == losses(whole)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            ("network[0]=Linear(2, 5)", "network[2]=Linear(5, 6)"),
            "0.bias is (6,), the network's is (5,)",
        ),
        (("network[1]=BatchNorm1d(6)",), "has no 1.bias, 1.running_mean, 1.running_var"),
        (("network[4]=Linear(6, 1, bias=False)",), "has 4.bias, the network has not"),
    ],
)
def test_weights_of_another_network_are_refused(changes: tuple[str, ...], said: str) -> None:
    answer = nn_tui("train", "moons.toml", *changes, "--init-from", "w.safetensors")
    assert answer.code == 2
    assert f"w.safetensors: {said}" in answer.err
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("foreign.safetensors", b"PK\3\4 and more of a zip file", "is no safetensors file, or a"),
        ("torn.safetensors", None, "is no safetensors file, or a damaged one"),
        ("there-is-none", None, "there is no such file: name a .safetensors file"),
        (".", None, "is no file"),
    ],
)
def test_what_holds_no_weights_is_refused(name: str, content: bytes | None, said: str) -> None:
    if name.startswith("torn"):
        content = Path("w.safetensors").read_bytes()[:-3]
    if content is not None:
        Path(name).write_bytes(content)
    answer = nn_tui("train", "moons.toml", "-q", "--init-from", name)
    assert answer.code == 2
    assert f"nn-tui: {name}: {said}" in answer.err
    assert answer.err.count("\n") == 1
    assert not Path("runs").exists()
