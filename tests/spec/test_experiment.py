import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.support import SPIRAL, error_of, is_readable, refusal, spiral
from tui_nn.spec.experiment import Goal
from tui_nn.spec.files import experiment_of
from tui_nn.spec.keys import SECTIONS, TOP

MINIMAL = """
data = "and_gate()"
network = ["Linear(2, 1)"]
loss = "MSELoss()"
optimizer = "SGD()"
"""


def said_of(text: str) -> str:
    return refusal(lambda: experiment_of(text, "x.toml", "x"))


def test_a_file_becomes_an_experiment() -> None:
    experiment = spiral()
    assert experiment.name == "x"
    assert experiment.title == "Two spirals"
    assert experiment.about == "Plain SGD gets stuck here."
    assert str(experiment.data.call) == "spiral(n=500)"
    assert [layer.entry.name for layer in experiment.network] == ["Linear", "Tanh", "Linear"]
    assert experiment.loss.entry.name == "BCEWithLogitsLoss"
    assert [optimizer["lr"] for optimizer in experiment.optimizers] == [0.01]
    assert experiment.schedule is None
    assert experiment.init is None
    assert (experiment.train.batch_size, experiment.train.epochs) == (10, 50)
    assert experiment.goal == Goal("accuracy", 0.97)


def test_what_a_file_leaves_out_has_its_default_or_waits_for_the_data() -> None:
    experiment = experiment_of(MINIMAL, "x.toml", "my-net")
    train = experiment.train
    assert (train.epochs, train.seed, train.shuffle, train.val) == (100, 0, True, 0.0)
    assert (train.device, train.dtype) == ("auto", "float32")
    waiting = (train.batch_size, train.threads, train.eval_every, train.schedule_every)
    assert waiting == (None, None, None, None)
    assert (train.clip_norm, train.patience) == (None, None)
    assert experiment.title == "my-net"
    assert experiment.goal is None
    assert (experiment.view.pace, experiment.view.panel, experiment.view.hide) == (0, None, ())


def test_every_key_explains_itself() -> None:
    for parameter in (*TOP, *(key for keys in SECTIONS.values() for key in keys)):
        assert parameter.help
        assert not parameter.help.endswith(".")
        assert str(parameter.rule)


def test_a_long_about_is_one_paragraph() -> None:
    text = MINIMAL + 'about = """\n  Two\n  lines. """'
    assert experiment_of(text, "x.toml", "x").about == "Two lines."


def test_a_list_of_optimizers_is_kept_in_order() -> None:
    experiment = spiral('optimizer=["Muon()", "AdamW(lr=0.1)"]')
    assert [optimizer.entry.name for optimizer in experiment.optimizers] == ["Muon", "AdamW"]


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (Goal("accuracy", 0.97), "accuracy ≥ 97 %"),
        (Goal("f1", 0.5), "macro F1 ≥ 50 %"),
        (Goal("loss", 0.01), "loss ≤ 0.01"),
        (Goal("r2", 0.9), "R² ≥ 0.9"),
        (Goal("mae", 40), "MAE ≤ 40"),
    ],
)
def test_a_goal_says_its_direction(goal: Goal, text: str) -> None:
    assert str(goal) == text


def test_decided_values_are_in_the_experiment_and_in_its_table() -> None:
    decided = spiral().with_train(threads=1, batch_size=20)
    assert (decided.train.threads, decided.train.batch_size) == (1, 20)
    assert decided.table["train"] == {"batch_size": 20, "epochs": 50, "threads": 1}
    assert spiral().table["train"] == {"batch_size": 10, "epochs": 50}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("sheduler = 'StepLR(5)'", "x.toml: sheduler: there is no such key: did you mean schedule"),
        ("zzz = 1", "x.toml: zzz: there is no such key: keys: title, about, data"),
        ("epochs = 5", "x.toml: epochs: there is no such key: write train.epochs"),
        ("accuracy = 0.9", "x.toml: accuracy: there is no such key: write goal.accuracy"),
        ("pace = 5", "x.toml: pace: there is no such key: write view.pace"),
        ("batchsize = 5", "x.toml: batchsize: there is no such key: did you mean train.batch_size"),
        ("[train]\nepoch = 5", "x.toml: train.epoch: there is no such key: did you mean epochs?"),
        ("[train]\nzzz = 5", "x.toml: train.zzz: there is no such key: train has batch_size, "),
        ("[train]\nschedule = 'StepLR(5)'", "write schedule at the top, above every [table]"),
        ("[train]\ninit = 'zeros_()'", "write init at the top, above every [table]"),
        ("[train]\naccuracy = 0.9", "x.toml: train.accuracy: there is no such key: write goal.acc"),
        ("[goal]\nf2 = 0.5", "x.toml: goal.f2: there is no such key: goal has loss, acc"),
        ("[goals]\nf1 = 0.5", "x.toml: goals: there is no such key: did you mean goal?"),
        ("train = 5", "x.toml: train: is 5, not a table: [train]"),
        ("[title]\na = 1", "x.toml: title: is {'a': 1}, not a text: write a text in quotes"),
        ("title = 5", "x.toml: title: is 5, not a text: write a text in quotes"),
        ("title = [1, 2]", "x.toml: title: is (1, 2), not a text"),
        ("init = true", "x.toml: init: is True, not a text: write a text in quotes"),
        ("[train]\nepochs = 'many'", "x.toml: train.epochs: is 'many', not a whole number: write"),
        ("[train]\nepochs = 5.0", "x.toml: train.epochs: is 5.0, not a whole number"),
        ("[train]\nepochs = true", "x.toml: train.epochs: is True, not a whole number"),
        ("[train]\nepochs = 0", "train.epochs: is 0: it must be at least 1: write a whole number"),
        ("[train]\nbatch_size = -1", "train.batch_size: is -1: it must be at least 0"),
        ("[train]\npatience = 'x'", "is 'x', not a whole number: write a whole number ≥ 1"),
        ("[train]\nval = 1.0", "x.toml: train.val: is 1.0: it must be below 1"),
        ("[train]\nseed = -1", "x.toml: train.seed: is -1: it must be at least 0"),
        ("[train]\nclip_norm = 0", "x.toml: train.clip_norm: is 0: it must be above 0"),
        ("[train]\nclip_norm = 1e99", "x.toml: train.clip_norm: is 1e+99: it must be from -1e+30"),
        ("[train]\nshuffle = 1", "train.shuffle: is 1, not true or false: write true or false"),
        ("[train]\ndtype = 'float16'", "is 'float16', not 'float32' or 'float64'"),
        ("[train]\ndevice = 'gpu'", "is 'gpu', not a device: write auto, cpu, cuda or cuda:1"),
        ("[train]\ndevice = 'cpu:0'", "is 'cpu:0', not a device"),
        ("[train]\ndevice = 'cuda:'", "is 'cuda:', not a device"),
        ("[train]\ndevice = 'cuda:007'", "is 'cuda:007', not a device"),
        ("[train]\ndevice = 'cuda:٣'", "is 'cuda:٣', not a device"),
        ("[train]\ndevice = 0", "x.toml: train.device: is 0, not a device"),
        ("[train]\nschedule_every = 'day'", "is 'day', not 'epoch', 'step' or 'evaluation'"),
        ("[goal]\naccuracy = 0.9\nloss = 0.1", "x.toml: goal: has 2 metrics (loss, accuracy): k"),
        ("[goal]\naccuracy = 'high'", "x.toml: goal.accuracy: is 'high', not a number"),
        ("[goal]\nloss = 0.1\ntimes = 0", "x.toml: goal.times: is 0: it must be at least 1"),
        ("[view]\npanel = 9", "x.toml: view.panel: is 9: it must be at most 8"),
        ("[view]\nhide = [1, 9]", "x.toml: view.hide: is 9: it must be at most 8"),
        ("[view]\nhide = 1", "x.toml: view.hide: is 1, not a list: write a list of panel numbers"),
        ("[view]\npace = -1", "x.toml: view.pace: is -1: it must be at least 0"),
        ("schedule = 'StepLR()'", "x.toml: schedule: StepLR needs step_size: write StepLR(step_si"),
        ("init = 'zeros()'", "x.toml: init: there is no init zeros: did you mean zeros_"),
        ("init = 'Adam()'", "x.toml: init: Adam is an optimizer, not an init"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named_with_what_to_write(more: str, message: str) -> None:
    assert message in said_of(MINIMAL + more)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("network", '["Linear(2, 8)", "Tan()"]', "x.toml: network[1]: there is no layer Tan: did"),
        ("network", '["Linear(2, 8)", "Tanh"]', "x.toml: network[1]: 'Tanh' is a name, not a call"),
        ("network", "[]", "x.toml: network: is empty: write a list of texts"),
        ("network", '"Tanh()"', "x.toml: network: is 'Tanh()', not a list of texts"),
        ("network", '["Tanh()", 3]', "x.toml: network: is ('Tanh()', 3), not a list of texts"),
        ("network", '[["Tanh()"]]', "x.toml: network: is (('Tanh()',),), not a list of texts"),
        ("network", '["Residual(Tan())"]', "x.toml: network[0]: Residual[0]: there is no layer"),
        ("data", '"spirl()"', "x.toml: data: there is no dataset spirl: did you mean spiral?"),
        ("data", '""', "x.toml: data: '' can't be read: write Name(value, key=value)"),
        ("loss", '"Adam()"', "x.toml: loss: Adam is an optimizer, not a loss"),
        ("optimizer", '["SGD()", "Adan()"]', "x.toml: optimizer[1]: there is no optimizer Adan"),
        ("optimizer", "[]", "x.toml: optimizer: is empty: write a text or a list of texts"),
        ("optimizer", "1", "x.toml: optimizer: is 1, not a text or a list of texts"),
        ("optimizer", "\"__import__('os').system('x')\"", "x.toml: optimizer: only a plain name"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_named_with_its_place(key: str, value: str, message: str) -> None:
    lines = [line for line in MINIMAL.splitlines() if not line.startswith(key)]
    assert message in said_of("\n".join([f"{key} = {value}", *lines]))


@pytest.mark.parametrize("key", ["data", "network", "loss", "optimizer"])
def test_a_missing_key_is_named_with_an_example(key: str) -> None:
    lines = [line for line in MINIMAL.splitlines() if not line.startswith(key)]
    assert said_of("\n".join(lines)).startswith(f"x.toml: {key}: is missing: the ")


PIECES = (
    SPIRAL, MINIMAL, "[train]\n", "[goal]\n", "[[train]]\n", "[train.x]\n", "epochs", "data",
    "network", "title", "accuracy", "times", " = ", ".", "=", "[", "]", "{", "}", '"', '"""', "'",
    ",", "\n", "#", "1", "-1", "1e999", "nan", "-inf", "true", "1979-05-27", "07:32:00", "0x1F",
    "9" * 30, "spiral()", '"SGD()"', '["Tanh()"]', "é", "\0", "\r\n", "\\", "\\u", "\ud800", " ",
)  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_an_experiment_or_refused(text: str) -> None:
    error = error_of(lambda: experiment_of(text, "x.toml", "x"))
    assert error is None or is_readable(error)
