"""Every mistake is one line with place, reason and way out; nothing runs, nothing is lost."""

from pathlib import Path

import pytest

from tests.cli.support import nn_tui
from tests.support import MOONS


@pytest.fixture
def moons(tmp_path: Path) -> str:
    path = tmp_path / "moons.toml"
    path.write_text(MOONS)
    return str(path)


BIG = "network=['Linear(2, 1000000)', 'Linear(1000000, 1000000)', 'Linear(1000000, 1)']"
MISTAKES = [
    # what is written, where it is, what is wrong, what to do
    (("optimizer=Adamm()",), "optimizer", "no optimizer Adamm", "did you mean Adam"),
    (("optimizer=Linear(2, 2)",), "optimizer", "is a layer, not an optimizer", ""),
    (("optimizer=SGD(lr='fast')",), "optimizer", "lr is 'fast', not a number", "number ≥ 0"),
    (("optimizer=SGD(lr=-1)",), "optimizer", "lr is -1", "at least 0"),
    (("optimizer=SGD(rate=1)",), "optimizer", "no parameter rate", ""),
    (("optimizer=SGD(foreach=True)",), "optimizer", "foreach can't be set", "speed"),
    (("optimizer=SGD",), "optimizer", "is a name, not a call", "write SGD()"),
    (("optimizer=SGD(lr=",), "optimizer", "can't be read", "Name(value"),
    (("optimizer=__import__('os').system('ls')",), "optimizer", "only a plain name", ""),
    (("optimizer=exec('1')",), "optimizer", "no optimizer exec", ""),
    (("train.epoch=3",), "train.epoch", "no such key", "did you mean epochs"),
    (("epochs=3",), "epochs", "no such key", "write train.epochs"),
    (("train.epochs=0",), "train.epochs", "is 0", "at least 1"),
    (("train.epochs=many",), "train.epochs", "'many', not a whole number", "write a whole number"),
    (("train.val=1.0",), "train.val", "is 1.0", "below 1"),
    (("train.val=0.001",), "train.val", "none for validation", "larger share"),
    (("train.batch_size=1000",), "train.batch_size", "more than the 50", "write 0"),
    (("train.device='tpu'",), "train.device", "not a device", "cuda"),
    (("train.device='cuda:7'",), "train.device", "not available", "write cpu or auto"),
    (("network[0]=Linear(3, 6)",), "network[0]", "expects 3, gets 2", "write Linear(2, 6)"),
    (("network[4]=Linear(6, 3)",), "network[4]", "gives 3 outputs", "write Linear(6, 1)"),
    (("network[9]=Tanh()",), "network[9]", "5 entries", "network[4]"),
    (("network=[]",), "network", "is empty", "a list"),
    (("loss=CrossEntropyLoss()",), "network[4]", "needs 2", "write Linear(6, 2)"),
    (("loss=BCELoss()",), "loss", "outputs from 0 to 1", "Sigmoid()"),
    (("data=spirale()",), "data", "no dataset spirale", "spiral"),
    (("data=moons(n=1)",), "data", "n is 1", "at least"),
    (("goal.r2=0.5",), "goal.r2", "2 classes", "use loss, accuracy"),
    (("--goal", "accuracy<=1"), "--goal", "gets better upwards", "accuracy>=1"),
    (("--goal", "speed>=1"), "--goal", "no metric speed", "accuracy"),
    (("--goal", "accuracy>=97"), "goal.accuracy", "is 97.0", "at most 1"),
    (("goal.loss=-1",), "goal.loss", "is -1", "at least 0"),
    (("--max-seconds", "nan"), "--max-seconds", "is nan", "write a number"),
    (("optimizer=Adam(betas=(0, 0.9))",), "optimizer", "decimal points", "betas=(0.0, 0.9)"),
    (("optimizer=LBFGS()", "schedule=CosineAnnealingLR(T_max=3)"), "schedule", "lr 0",
     "eta_min=0.001"),
    (("--goal", "good"), "--goal", "is not a goal", "accuracy>=0.97"),
    ((BIG,), "network", "1,000,005,000,001 parameters", "smaller"),
    (("network=['Linear(2, 1)', 'BatchNorm1d(1)']", "train.batch_size=7"), "train.batch_size",
     "batch of one sample", "write 8"),
    (("optimizer=['LBFGS()', 'SGD()']",), "optimizer", "LBFGS can't share", "alone"),
    (("network=" + str(["Residual(" * 60 + "Tanh()" + ")" * 60]),), "network[0]", "too deep", "50"),
    (("nonsense",), "command line", "is not key=value", "train.epochs=50"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "place", "reason", "way_out"), MISTAKES)
def test_a_mistake_in_an_experiment_is_one_line(
    moons: str, changes: tuple[str, ...], place: str, reason: str, way_out: str
) -> None:
    answer = nn_tui("train", moons, *changes)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.startswith("nn-tui: ")
    assert answer.err.count("\n") == 1
    assert place in answer.err
    assert reason in answer.err
    assert way_out in answer.err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"data = 'and_gate()'\n" * 550_000, "at most 1 MB"),
        (b"\x00\x01\x02\xff\xfe", "is not a text file"),
        (b"\xff\xd8\xff\xe0 binary", "is not a text file"),
        (b"data = ", "is not TOML"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "nested too deep"),
        (b"", "is missing"),
        (b"title = 1979-05-27", "date"),
        (b"train = 3\ndata='a'\nnetwork=['a()']\nloss='b()'\noptimizer='c()'", "not a table"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    answer = nn_tui("train", str(path))
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "broken.toml" in answer.err
    assert reason in answer.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["and-gat"], "did you mean and-gate"),
        (["trian"], "did you mean train"),
        (["train", "xor-mpl"], "did you mean xor-mlp"),
        (["train", "missing.toml"], "there is no such file"),
        (["train"], "Missing argument 'EXPERIMENT'"),
        (["train", "and-gate", "--fast"], "No such option"),
        (["train", "and-gate", "--max-seconds", "soon"], "not a valid float"),
        (["train", "and-gate", "--json=some"], "'some' is not one of"),
        (["train", "xor-mlp", "--resume", "latest"], "leave xor-mlp out: write nn-tui train --res"),
        (["explain", "Adem"], "did you mean Adam"),
        (["show"], "Missing argument"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(arguments: list[str], reason: str) -> None:
    answer = nn_tui(*arguments)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert reason in answer.err
    assert "Traceback" not in answer.err


def test_verbose_adds_the_traceback() -> None:
    assert "Traceback" in nn_tui("train", "missing.toml", "-v").err


def test_a_folder_without_data_is_one_line(tmp_path: Path) -> None:
    answer = nn_tui("train", str(tmp_path))
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "make a folder a class" in answer.err


BAD_DATA = [
    ("empty.csv", b"", "is empty"),
    ("ragged.csv", b"a,b,c\n1,2,0\n1,2\n3,4,1\n", "line 3"),
    ("binary.csv", bytes(range(256)) * 20, "binary.csv"),
    ("single.csv", b"a\n1\n2\n3\n", "one column"),
    ("class.csv", b"a,b\n1,yes\n2,yes\n3,yes\n", "nothing to learn"),
    ("infinite.csv", b"a,b\n1,0\ninf,1\n2,0\n", "inf"),
    ("dates.csv", b"when,b\n2024-01-31,0\n2024-02-01,1\n2024-02-02,1\n", "leave_out=('when',)"),
    ("open.csv", b'a,b\n"1,0\n2,1\n', "quote"),
    ("cut.npz", b"PK\x03\x04 cut", "cut.npz"),
    ("a-idx3-ubyte", b"\0\0\x08\x03\0\0", "labels"),
]


@pytest.mark.parametrize(("name", "content", "reason"), BAD_DATA, ids=[row[0] for row in BAD_DATA])
@pytest.mark.parametrize("command", ["train", "show"])
def test_bad_data_is_one_line(
    tmp_path: Path, command: str, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    answer = nn_tui(command, str(tmp_path / name))
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1), answer
    assert reason in answer.err
    assert (tmp_path / name).read_bytes() == content
