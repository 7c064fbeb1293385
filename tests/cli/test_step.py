"""`nn-tui step`, as a teacher types it: each printed number is torch's."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.cli.support import Answer, nn_tui
from tests.support import GATE, MOONS, trainer
from tui_nn.spec.protocol import Phase

pytestmark = pytest.mark.usefixtures("wide")

SMOOTH = """
data = "and_gate()"
network = ["Linear(2, 1)", "Sigmoid()"]
loss = "BCELoss()"
optimizer = "SGD(lr=0.5, momentum=0.9)"
[train]
batch_size = 1
epochs = 20
threads = 1
"""


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def step(tmp_path: Path, text: str, *arguments: str) -> Answer:
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "Mine"\n{text}')
    return nn_tui("step", str(path), *arguments)


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("∞", "inf"))


def is_rounded(text: str, value: float) -> bool:
    """Whether a number was printed to the digits that it has."""
    mantissa, _, power = text.replace("−", "-").partition("e")
    last = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return abs(number(text) - value) <= 0.5000001 * last


def rows(text: str, first: str) -> list[list[str]]:
    """The table whose heading begins with this word, by its columns."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:1] == [first])
    end = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
    return [re.split(r" {2,}", line.strip()) for line in lines[start:end]]


def test_a_gate_is_learned_in_a_table_with_a_row_a_step(tmp_path: Path) -> None:
    answer = step(tmp_path, GATE + "[goal]\naccuracy = 1.0\ntimes = 2\n", "--steps", "99")
    assert (answer.code, answer.err) == (0, "")
    head, *told = rows(answer.out, "step")
    assert head == ["step", "x1", "x2", "t", "w1", "w2", "b", "z", "y", "error",
                    "Δw1", "Δw2", "Δb", "new w1", "new w2", "new b"]  # fmt: skip
    w1 = w2 = b = changes = 0
    for index, row in enumerate(told):  # the perceptron's rule, in whole numbers
        x1, x2 = index // 2 % 2, index % 2
        t, z = x1 * x2, w1 * x1 + w2 * x2 + b
        y = int(z > 0)
        change = [(t - y) * x1, (t - y) * x2, t - y]
        after = [w1 + change[0], w2 + change[1], b + change[2]]
        expected = [index + 1, x1, x2, t, w1, w2, b, z, y, y - t, *change, *after]
        assert [number(cell) for cell in row] == expected
        (w1, w2, b), changes = after, changes + any(change)
    assert (len(told), changes) == (24, 10)
    assert "after step 24, training part: loss 0, accuracy 100.0 %" in answer.out
    assert "Training ends here: goal reached." in answer.out
    assert "error = y − t" in answer.out


def test_a_smooth_neurons_table_has_the_numbers_of_torch(tmp_path: Path) -> None:
    answer = step(tmp_path, SMOOTH, "--steps", "5")
    head, *told = rows(answer.out, "step")
    alone = trainer(SMOOTH)
    for row in told:
        cells = dict(zip(head, row, strict=True))
        w, b = (p.detach().clone() for p in alone.network.parameters())
        alone.train_step(lambda phase, loss: None)
        latest = alone.batches.latest()
        assert latest is not None
        x, t = alone.batches.x[latest[0]], alone.batches.y[latest[0]].item()
        z = (w[0] @ x + b[0]).item()
        y = 1 / (1 + np.exp(-z))
        now_w, now_b = (p.detach() for p in alone.network.parameters())
        expected = {
            "x1": x[0], "x2": x[1], "t": t, "w1": w[0, 0], "w2": w[0, 1], "b": b[0], "z": z, "y": y,
            "error": y - t, "Δw1": (now_w - w)[0, 0], "Δw2": (now_w - w)[0, 1],
            "Δb": (now_b - b)[0], "new w1": now_w[0, 0], "new w2": now_w[0, 1], "new b": now_b[0],
        }  # fmt: skip
        for name, value in expected.items():
            assert number(cells[name]) == pytest.approx(float(value), abs=6e-4), name
    assert "error = ∂L/∂z = y − t" in answer.out


def parameters_and_gradients(text: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    alone = trainer(text)
    named = dict(alone.network.named_parameters())
    before = {name: p.detach().clone() for name, p in named.items()}
    gradients: dict[str, Any] = {}

    def gate(phase: Phase, loss: torch.Tensor) -> None:
        if phase is Phase.GRADIENT:
            gradients.update({n: p.grad.clone() for n, p in named.items() if p.grad is not None})

    alone.train_step(gate)
    return before, gradients, {name: p.detach().clone() for name, p in named.items()}


@pytest.mark.parametrize("phases", [(), ("--phases",)], ids=str)
def test_every_parameter_stands_with_its_gradient_before_and_after(
    tmp_path: Path, phases: tuple[str, ...]
) -> None:
    answer = step(tmp_path, MOONS, "--steps", "1", *phases)
    assert answer.code == 0
    before, gradients, after = parameters_and_gradients(MOONS)
    start = answer.out.index("7 Update") if phases else 0
    head, *told = rows(answer.out[start:], "parameter")
    assert head == ["parameter", "w", "∂L/∂w", "Δw", "new w"]
    seen = set()
    for name, *cells in (row for row in told if not row[0].startswith("…")):
        tensor, _, index = name.rstrip("]").partition("[")
        place = tuple(map(int, index.split(",")))
        w, now = before[tensor][place], after[tensor][place]
        expected = [w, gradients[tensor][place], now - w, now]
        for cell, value in zip(cells, expected, strict=True):
            assert is_rounded(cell, value.item()), (name, cell, value)
        seen.add(tensor)
    assert seen == before.keys()
    assert ["… 32 more"] in told


def test_phases_tell_what_layers_give_and_get_back(tmp_path: Path) -> None:
    out = step(tmp_path, MOONS, "--steps", "1", "--phases", "--sample", "3").out
    alone = trainer(MOONS)
    x, y = alone.batches.next()
    given, output = {"input": x}, x
    for index, module in enumerate(alone.network):
        output = module(output)
        output.retain_grad()
        given[f"{index} {type(module).__name__}"] = output
    loss = alone.loss(output, y)
    loss.backward()
    assert f"BCEWithLogitsLoss of 8 samples = {loss.item():.6g}" in out
    assert "5 Forward: sample 3 of 8" in out
    places = [out.index(words) for words in ("5 Forward", "6 Gradient", "7 Update")]
    assert places == sorted(places)
    forward, backward = rows(out, "layer"), rows(out[out.index("6 Gradient") :], "layer")
    for name, _, *cells in forward[1:-1]:
        for cell, value in zip(cells, given[name][2].flatten().tolist(), strict=False):
            assert is_rounded(cell, value), (name, cell, value)
    assert [row[0] for row in backward[1:]] == [
        "4 Linear", "3 Tanh", "2 Linear", "1 Tanh", "0 Linear"
    ]  # fmt: skip
    for name, _, *cells in backward[1:]:
        gradient = given[name].grad
        assert gradient is not None
        for cell, value in zip(cells, gradient[2].flatten().tolist(), strict=False):
            assert is_rounded(cell, value), (name, cell, value)


def test_a_weights_update_is_worked_out_and_compared_with_torch(tmp_path: Path) -> None:
    changes = ("optimizer=Adam(lr=0.1)", "--weight", "2.weight[1, 0]", "--steps", "2")
    out = step(tmp_path, MOONS, *changes).out
    assert out.count("2.weight[1,0] by Adam") == 2
    assert out.count("= torch ✓") == 2
    terms = rows(out[out.rindex("2.weight[1,0] by Adam") :], "term")
    values = {row[0]: row[-1] for row in terms[1:]}
    alone = trainer(MOONS, "optimizer=Adam(lr=0.1)")
    alone.train_straight(2)
    named = dict(alone.network.named_parameters())
    state = alone.optimizers[0].state[named["2.weight"]]
    for term, kept in (("m", "exp_avg"), ("v", "exp_avg_sq")):
        assert is_rounded(values[term], state[kept][1, 0].item())
    now = named["2.weight"][1, 0].item()
    assert is_rounded(values["new w"], now)
    assert f"= torch ✓  {now:.9g}".replace("-", "−") in out
    assert terms[2][1] == "m ← β₁·m + (1−β₁)·g"
    assert re.fullmatch(r"0\.9·\S+ \+ 0\.1·\S+", terms[2][2])


def test_a_narrow_terminal_puts_numbers_below_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    changes = ("optimizer=Adam(lr=0.1)", "--weight", "0.weight[0,0]", "--steps", "2")
    out = step(tmp_path, MOONS, *changes).out
    assert max(map(len, out.splitlines())) <= 60
    lines = [line.strip() for line in out.splitlines()]
    start = lines.index("v            v ← β₂·v + (1−β₂)·g²", lines.index("Step 2, epoch 1, lr 0.1"))
    assert lines[start + 1].startswith("= 0.999·")
    assert re.fullmatch(r"= [\d.e−]+", lines[start + 2])


def test_markdown_is_tables_under_headings(tmp_path: Path) -> None:
    out = step(tmp_path, GATE, "--markdown", "--steps", "4", "--weight", "0.bias[0]").out
    lines = out.splitlines()
    assert lines[0] == "# Mine"
    tables = [line for line in lines if line.startswith("|")]
    assert "| step | x1 | x2 | t |" in tables[0]
    assert tables[1].startswith("| --: | --: |")
    assert tables[5].startswith("| 4 | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | −1 | 1 | 1 | 1 |")
    assert "## Step 4: 0.bias[0] by SGD" in lines
    for one, other in pairwise(lines):
        assert not (other.startswith("#") and one), "a heading stands alone"
    widths = {line.count(" | ") for line in tables[:6]}
    assert len(widths) == 1


def test_markdown_escapes_what_would_part_a_row(tmp_path: Path) -> None:
    changes = ("optimizer=Adamax()", "--weight", "0.weight[0,0]", "--markdown", "--steps", "1")
    out = step(tmp_path, MOONS, *changes).out
    [row] = [line for line in out.splitlines() if "largest" in line]
    assert r"max(β₂·u, \|g\| + ε)" in row


def records(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.out.splitlines()]


def test_a_json_line_a_step_has_everything_exactly(tmp_path: Path) -> None:
    answer = step(tmp_path, MOONS, "--json", "--steps", "8", "--weight", "0.bias[2]")
    assert (answer.code, answer.err) == (0, "")
    told = records(answer)
    assert [(one["step"], one["epoch"], one["phase"]) for one in told] == [
        *((i, 1, "update") for i in range(1, 8)), (8, 2, "update")
    ]  # fmt: skip
    before, gradients, after = parameters_and_gradients(MOONS)
    for key, expected in (("before", before), ("gradients", gradients), ("after", after)):
        assert told[0][key] == {name: tensor.tolist() for name, tensor in expected.items()}
    alone = trainer(MOONS)
    assert [one["loss"] for one in told] == alone.train_straight(8)[0]
    for one, following in pairwise(told):
        assert one["after"] == following["before"]
    assert told[0]["weight"]["name"] == "0.bias[2]"
    assert told[0]["weight"]["is_torchs"] is True
    assert told[0]["weight"]["iterations"][0][-1]["name"] == "new w"
    assert told[0]["weight"]["after"] == told[0]["after"]["0.bias"][2]


def test_json_lines_a_phase_hold_nothing_that_torch_does_not_hold_yet(tmp_path: Path) -> None:
    told = records(step(tmp_path, GATE, "--json", "--phases", "--steps", "4"))
    assert [one["phase"] for one in told] == [*["forward", "gradient", "update"] * 4, "evaluate"]
    for one in told:
        assert {"step", "epoch", "phase", "loss", "before", "after", "gradients"} <= one.keys()
        assert (one["gradients"] is None) == (one["phase"] == "forward")
        assert (one["after"] is None) == (one["phase"] in ("forward", "gradient"))
    assert told[9]["sample"]["layers"][0]["output"] == [0.0]
    assert told[9]["sample"]["layers"][0]["error"] is None
    assert told[10]["sample"]["layers"][0]["error"] == [-1.0]
    assert told[-1]["train"]["accuracy"] == 0.25


def test_lbfgs_tells_each_time_it_asks_for_the_loss(tmp_path: Path) -> None:
    call = "optimizer=LBFGS(max_iter=2, max_eval=9)"
    arguments = ("train.batch_size=0", call, "--steps", "1")
    out = step(tmp_path, MOONS, *arguments, "--phases", "--weight", "0.weight[0,0]").out
    assert "5 Forward, evaluation 2 of 2" in out
    assert "iteration 2" in out
    assert "= torch ✓" in out
    told = records(step(tmp_path, MOONS, *arguments, "--json"))
    losses = told[0]["losses"]
    assert len(losses) == 2
    plain = step(tmp_path, MOONS, *arguments).out
    assert f"asked for 2 times: {losses[0]:.4g}, {losses[1]:.4g}" in plain


MISTAKES = [
    (("--weight", "0.wieght[0,0]"), "--weight", "no parameter 0.wieght", "did you mean 0.weight"),
    (("--weight", "[0]"), "--weight", "no parameter", "there are 0.weight, 0.bias"),
    (("--weight", "0.weight"), "--weight", "shape (6, 2)", "write 0.weight[0,0] to 0.weight[5,1]"),
    (("--weight", "0.weight[6,0]"), "--weight", "no single number", "0.weight[5,1]"),
    (("--weight", "0.weight[0]"), "--weight", "no single number", "0.weight[0,0]"),
    (("--weight", "0.weight[-1,0]"), "--weight", "no single number", "0.weight[0,0]"),
    (("--weight", "0.bias[0]", "train.freeze=[0]"), "--weight", "frozen", "train.freeze"),
    (("--sample", "9"), "--sample", "a batch has 8", "write 1 to 8"),
    (("--markdown", "--json"), "--markdown", "goes without --json", "leave one out"),
    (("optimizer=Adamm()",), "optimizer", "no optimizer Adamm", "did you mean Adam"),
    (("--steps", "0"), "--steps", "0", "--help"),
]


@pytest.mark.parametrize(("arguments", "place", "reason", "way_out"), MISTAKES)
def test_a_mistake_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], place: str, reason: str, way_out: str
) -> None:
    answer = step(tmp_path, MOONS, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    for words in (place, reason, way_out):
        assert words in answer.err


def test_a_parameter_of_one_number_needs_no_index(tmp_path: Path) -> None:
    answer = step(tmp_path, MOONS, "--weight", "4.bias", "--steps", "1")
    assert answer.code == 0
    assert "4.bias[0] by SGD" in answer.out


def test_a_frozen_parameter_has_no_gradient(tmp_path: Path) -> None:
    answer = step(tmp_path, MOONS, "train.freeze=[0]", "--steps", "1", "--phases")
    assert answer.code == 0
    told = rows(answer.out[answer.out.index("7 Update") :], "parameter")
    [row] = [row for row in told if row[0] == "0.weight[0,0]"]
    assert row[2:4] == ["–", "0"]
    assert row[1] == row[4]


def test_divergence_has_its_exit_code(tmp_path: Path) -> None:
    answer = step(tmp_path, MOONS, "loss=MSELoss()", "optimizer=SGD(lr=1e20)", "--steps", "9")
    assert answer.code == 4
    assert "Training ends here: diverged." in answer.out


def test_nothing_is_kept(tmp_path: Path) -> None:
    assert step(tmp_path, MOONS, "--steps", "1").code == 0
    assert not list(Path().glob("runs*"))
