"""The lessons: every number in their texts is torch's, and what they ask for can be done."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import torch

from tests.presets.measures import rattle
from tests.presets.support import changes, curve, fresh, train, weight_gradients, weights
from tui_nn.app.keys import ACTIONS, MOVES
from tui_nn.engine.trainer import Trainer
from tui_nn.headless.lesson import Player, playing
from tui_nn.spec.finding import LESSON, lesson_names, presets_folder
from tui_nn.spec.lesson import Lesson, lesson_of, load_lesson, write_lesson
from tui_nn.views.panels.registry import PANELS

NAMES = lesson_names()
GATES = ("not-gate", "and-gate", "or-gate", "nor-gate", "xor-perceptron")
LONG = {"spiral-adam"}
each = pytest.mark.parametrize("name", NAMES)
each_played = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in NAMES],
)


@cache
def lesson(name: str) -> Lesson:
    return load_lesson(presets_folder() / f"{name}{LESSON}")


def texts(name: str) -> str:
    """All that a lesson says."""
    said = []
    for slide in lesson(name).slides:
        guess = slide.guess
        said += [slide.text, *([guess.question, *guess.choices, guess.because] if guess else [])]
    return "\n".join(said)


def number(text: str) -> int:
    return int(text.replace("−", "-"))


def test_the_course_lists_every_lesson_once_and_no_other() -> None:
    files = {path.name.removesuffix(LESSON) for path in presets_folder().glob(f"*{LESSON}")}
    assert files == set(NAMES)
    assert len(NAMES) == len(files)


@each
def test_a_slide_is_short(name: str) -> None:
    assert 0 < len(lesson(name).title) <= 28
    for slide in lesson(name).slides:
        assert len(slide.text.split()) <= 60, slide.text
        assert all(len(line) <= 33 for line in slide.table)
        if slide.guess:
            assert len(slide.guess.question.split()) <= 25
            assert all(len(choice) <= 33 for choice in slide.guess.choices)


@each
def test_panels_views_and_keys_that_a_slide_names_exist(name: str) -> None:
    keys = {action.key for action in ACTIONS} | {move for _, move in MOVES}
    for slide in lesson(name).slides:
        assert set(slide.press) <= keys
        if slide.view is not None:
            assert slide.panel is not None
            assert slide.view in {view.name for view in PANELS[slide.panel].views}


@each
def test_what_a_slide_waits_for_is_done_by_its_solution_and_asked_for_by_keys(name: str) -> None:
    for slide in lesson(name).slides:
        assert bool(slide.press) == bool(slide.do)
        assert slide.check or not slide.do


@each
def test_a_lesson_that_ships_is_written_and_read_alike(name: str) -> None:
    assert lesson_of(write_lesson(lesson(name)), name) == lesson(name)


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    with playing() as found:
        yield found


@each_played
def test_the_solution_meets_every_check(name: str, player: Player) -> None:
    path = presets_folder() / f"{name}{LESSON}"
    outcome = player.play(lesson(name), path)
    assert outcome.asked
    assert outcome.met == frozenset(outcome.asked)


@each
def test_without_the_solution_no_check_is_met_that_asks_for_something(
    name: str, player: Player
) -> None:
    idle = Lesson(tuple(replace(slide, do=()) for slide in lesson(name).slides))
    asking = {index for index, slide in enumerate(lesson(name).slides) if slide.do}
    outcome = player.play(idle, presets_folder() / f"{name}{LESSON}")
    assert not outcome.met & asking


# The perceptrons: a slide a step.


@dataclass(frozen=True)
class Made:
    """A step of a perceptron, as torch makes it."""

    row: list[int]
    target: int
    total: int
    answer: int
    before: list[float]
    after: list[float]


def made(name: str, count: int) -> list[Made]:
    """Its first steps."""
    trained, found = fresh(name), []
    samples = len(trained.batches.x)
    for step in range(count):
        x, y = trained.batches.x[step % samples], trained.batches.y[step % samples]
        with torch.no_grad():
            total = next(trained.network.children())(x[None]).item()
            answer = trained.network(x[None]).item()
        before = weights(trained)
        trained.train_straight(1)
        row = [int(value) for value in x]
        found.append(Made(row, int(y), int(total), int(answer), before, weights(trained)))
    return found


@pytest.mark.parametrize("name", GATES)
def test_a_perceptrons_table_and_sentence_are_what_torch_computes(name: str) -> None:
    slides = [slide for slide in lesson(name).slides if slide.table]
    assert [slide.step for slide in slides] == [*range(1, train(name).ended.step + 1)]
    steps = made(name, len(slides))
    for count, (slide, step) in enumerate(zip(slides, steps, strict=True), 1):
        said = re.search(
            r"(?:Row|Input) ([01 ]+): the sum is (−?\d+), the answer ([01]), the target ([01])\.",
            slide.text,
        )
        assert said
        assert [int(value) for value in said[1].split()] == step.row
        assert [number(said[i]) for i in (2, 3, 4)] == [step.total, step.answer, step.target]
        assert ("nothing changes" in slide.text) == (step.before == step.after)
        for line in slide.table[1:]:
            values = [number(word) for word in line.split()]
            then = steps[values[0] - 1]
            assert values[1:] == [*then.row, then.target, then.answer, *then.after]
        assert number(slide.table[-1].split()[0]) == count


@pytest.mark.parametrize("name", GATES)
def test_how_a_perceptrons_parameters_move_is_told_right(name: str) -> None:
    slides = [slide for slide in lesson(name).slides if slide.table]
    for slide, step in zip(slides, made(name, len(slides)), strict=True):
        moved = [after - before for before, after in zip(step.before, step.after, strict=True)]
        if not any(moved):
            continue
        way = "up" if step.answer < step.target else "down"
        assert ("Too low" in slide.text) == (way == "up")
        on = [index for index, value in enumerate(step.row, 1) if value]
        who = {0: "the bias goes", 2: "both weights and the bias go"}.get(
            len(on), f"w{on[0]} and the bias go" if on and len(step.row) > 1 else
            "the weight and the bias go",
        )  # fmt: skip
        assert f"{who} {way} by 1" in slide.text
        assert moved == [(1 if way == "up" else -1) * value for value in (*step.row, 1)]


ORDINALS = {"not-gate": "third", "and-gate": "tenth", "or-gate": "fourth", "nor-gate": "fifth"}
NUMBERS = {"third": 3, "fourth": 4, "fifth": 5, "tenth": 10}


@pytest.mark.parametrize("name", ORDINALS)
def test_the_last_change_is_told_where_it_happens_and_counted_right(name: str) -> None:
    slides = [slide for slide in lesson(name).slides if slide.table]
    steps = made(name, len(slides))
    changing = [index for index, step in enumerate(steps) if step.before != step.after]
    said = f"The {ORDINALS[name]} change, and the last."
    assert [index for index, slide in enumerate(slides) if said in slide.text] == [changing[-1]]
    assert len(changing) == NUMBERS[ORDINALS[name]]


@pytest.mark.parametrize(
    ("name", "says", "until", "count"),
    [
        ("and-gate", "Epoch 2 is over: 4 changes so far.", 8, 4),
        ("or-gate", "Two epochs of AND took 4 changes; this first one of OR took 1.", 4, 1),
        ("xor-perceptron", "Epoch 1 is over: 2 changes.", 4, 2),
    ],
)
def test_changes_are_counted_right_on_the_way(name: str, says: str, until: int, count: int) -> None:
    [slide] = [slide for slide in lesson(name).slides if says in slide.text]
    assert slide.step == until
    assert sum(step.before != step.after for step in made(name, until)) == count


# Every other number: what a text says, with the measured number put in.


def ran(name: str, *changed: str) -> str:
    return train(name, 0, *changed).ended.reason


def after(name: str, steps: int) -> Trainer:
    trained = fresh(name)
    trained.train_straight(steps)
    return trained


def loss_of(trained: Trainer) -> float:
    with torch.no_grad():
        return float(trained.loss(trained.network(trained.batches.x), trained.batches.y))


def answers(trained: Trainer, row: int) -> list[float]:
    with torch.no_grad():
        found: list[float] = trained.network(trained.batches.x[row : row + 1])[0].tolist()
    return found


def total(trained: Trainer, row: int) -> float:
    with torch.no_grad():
        layer = next(trained.network.children())
        return float(layer(trained.batches.x[row : row + 1]))


def slope(trained: Trainer) -> float:
    [gradient] = weight_gradients(trained)
    return float(gradient)


def curvature(name: str) -> float:
    """The largest of a linear neuron's mean squared error."""
    x = fresh(name).batches.x.double()
    has_bias = len(weights(fresh(name))) > x.shape[1]
    inputs = torch.cat([x, torch.ones(len(x), 1)], dim=1) if has_bias else x
    return float(torch.linalg.eigvalsh(2 * inputs.T @ inputs / len(x))[-1])


def first_update(name: str) -> list[float]:
    """w1 before, its gradient, w1 after; the same of w2."""
    trained = fresh(name)
    before = weights(trained)
    trained.train_straight(1)
    now = weights(trained)
    return [
        part for b, a in zip(before[:2], now[:2], strict=True) for part in (b, (b - a) / 0.01, a)
    ]


def count(name: str, *changed: str) -> int:
    return len(weights(fresh(name, 0, *changed)))


SAYS: tuple[tuple[str, str, Callable[[], list[float]]], ...] = (
    ("not-gate", "{:.0f} changes in {:.0f} steps: the weight is {:.0f} and the bias {:.0f}",
     lambda: [changes(train("not-gate")), train("not-gate").ended.step,
              *weights(train("not-gate").session.training.trainer)]),
    ("and-gate", "{:.0f} changes in {:.0f} steps. The sum is now {:.0f}·x1 + {:.0f}·x2 − {:.0f}.",
     lambda: [changes(train("and-gate")), train("and-gate").ended.step,
              *map(abs, weights(train("and-gate").session.training.trainer))]),
    ("and-gate", "the weights end at {:.0f} and {:.0f}, the bias at {:.0f}",
     lambda: weights(train("and-gate", 0, "optimizer=SGD(lr=10)").session.training.trainer)),
    ("or-gate", "{:.0f} changes in {:.0f} steps: weights {:.0f} and {:.0f}, bias {:.0f}",
     lambda: [changes(train("or-gate")), train("or-gate").ended.step,
              *weights(train("or-gate").session.training.trainer)]),
    ("nor-gate", "{:.0f} changes in {:.0f} steps: weights {:.0f} and {:.0f}, bias {:.0f}",
     lambda: [changes(train("nor-gate")), train("nor-gate").ended.step,
              *weights(train("nor-gate").session.training.trainer)]),
    ("xor-mlp", "The loss stays at {:.4f}, ln 2, for all of its {:.0f} epochs",
     lambda: [curve(train("xor-mlp", 0, WITHOUT_TANH), "loss")[-1],
              train("xor-mlp", 0, WITHOUT_TANH).ended.epoch]),
    ("matrix-2-3-2", "{:.0f} parameters", lambda: [count("matrix-2-3-2")]),
    ("matrix-2-3-2", "row 1 0 gets {:.3f} and {:.3f}", lambda: answers(fresh("matrix-2-3-2"), 2)),
    ("matrix-2-3-2", "loss of all four rows is {:.3f}", lambda: [loss_of(fresh("matrix-2-3-2"))]),
    ("matrix-2-3-2", "It took {:.0f} steps",
     lambda: [1 + curve(train("matrix-2-3-2"), "accuracy").index(1.0)]),
    ("and-sigmoid", "the sum is {:.3f}, the answer {:.3f}",
     lambda: [total(after("and-sigmoid", 3), 3), *answers(after("and-sigmoid", 3), 3)]),
    ("and-sigmoid", "−ln(0.137) = {:.3f}",
     lambda: [-float(np.log(answers(after("and-sigmoid", 3), 3)[0]))]),
    ("and-sigmoid", "−ln(1 − 0.5) = {:.3f}", lambda: [loss_of(fresh("and-sigmoid"))]),
    ("and-sigmoid", "After {:.0f} epochs all rows are right and the loss is {:.3f}",
     lambda: [1 + curve(train("and-sigmoid"), "accuracy").index(1.0),
              curve(train("and-sigmoid"), "loss")[4]]),
    ("one-weight", "w begins at {:.2f}. There the loss is {:.3f} and the gradient {:.3f}",
     lambda: [*weights(fresh("one-weight")), loss_of(fresh("one-weight")),
              slope(fresh("one-weight"))]),
    ("one-weight", "up to {:.2f}. The loss falls to {:.3f}",
     lambda: [*weights(after("one-weight", 1)), loss_of(after("one-weight", 1))]),
    ("one-weight", "after 5 steps the gradient is {:.3f}", lambda: [slope(after("one-weight", 5))]),
    ("one-weight", "The curvature of the bowl is {:.2f}. Beyond lr = 2 / 0.83 = {:.1f}",
     lambda: [curvature("one-weight"), 2 / curvature("one-weight")]),
    ("one-weight", "1 − 3 · 0.83 = {:.1f}", lambda: [1 - 3 * curvature("one-weight")]),
    ("one-weight", "{:.0f} steps do",
     lambda: [train("one-weight", 0, "optimizer=SGD(lr=1)").ended.step]),
    ("neuron-regression", "w1 was {:.3f} and its gradient {:.2f}: it goes up to {:.3f}. "
     "w2 was {:.3f}, its gradient {:.2f}: it goes down to {:.3f}",
     lambda: first_update("neuron-regression")),
    ("neuron-regression", "An epoch is {:.0f} steps",
     lambda: [fresh("neuron-regression").batches.per_epoch]),
    ("neuron-regression", "The curvature is about {:.0f} where it is largest, so lr has to stay "
     "below 2 / 28, about {:.2f}",
     lambda: [curvature("neuron-regression"), 2 / curvature("neuron-regression")]),
    ("spiral-adam", "{:.0f} parameters", lambda: [count("spiral-adam")]),
    ("edge-kernel", "{:.0f} parameters in all", lambda: [count("edge-kernel")]),
    ("edge-kernel", "all {:.0f} places", lambda: [fresh("edge-kernel").batches.x[0].numel()]),
    ("lr-decay", "leaves a loss of {:.3f}", lambda: [best_line("lr-decay")]),
    ("lr-decay", "after 10 epochs it is {:.3f}", lambda: [after("lr-decay", 200).lr]),
)  # fmt: skip
WITHOUT_TANH = 'network=["Linear(2, 4)", "Linear(4, 1)"]'


def best_line(name: str) -> float:
    x, y = fresh(name).batches.x.double().numpy(), fresh(name).batches.y.double().numpy()
    _, left, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)
    return float(left[0]) / len(x)


@pytest.mark.parametrize(("name", "says", "measure"), SAYS, ids=[f"{n}: {s}" for n, s, _ in SAYS])
def test_a_number_in_a_text_is_the_one_measured(
    name: str, says: str, measure: Callable[[], list[float]]
) -> None:
    assert says.format(*measure()).replace("-", "−") in texts(name).replace("-", "−")


def test_a_hidden_neuron_more_is_four_numbers_more() -> None:
    five = 'network=["Linear(2, 5)", "Tanh()", "Linear(5, 2)"]'
    answer = lesson("matrix-2-3-2").slides[1].guess
    assert answer
    assert answer.answer == str(count("matrix-2-3-2", five))


def test_each_pixel_with_a_weight_for_each_pixel_takes_4096() -> None:
    flat = 'network=["Flatten()", "Linear(64, 64, bias=False)", "Unflatten(1, (1, 8, 8))"]'
    answer = lesson("edge-kernel").slides[1].guess
    assert answer
    assert answer.answer == str(count("edge-kernel", flat))


def test_ten_times_the_rate_takes_and_as_many_changes() -> None:
    assert changes(train("and-gate", 0, "optimizer=SGD(lr=10)")) == 10


def test_a_smooth_and_costs_less_and_less_after_it_is_right() -> None:
    losses = curve(train("and-sigmoid"), "loss")[4:]
    assert losses == sorted(losses, reverse=True)


def test_xor_is_right_long_before_its_loss_is_low() -> None:
    accuracy = curve(train("xor-mlp"), "accuracy")
    assert accuracy.index(1.0) < 0.8 * len(accuracy)


def test_a_constant_rate_rattles_more_than_a_falling_one() -> None:
    assert rattle(train("lr-decay", 0, "schedule=")) > 0.005
    assert rattle(train("lr-decay")) < 0.001
    assert ran("lr-decay", "schedule=") == "epochs"
