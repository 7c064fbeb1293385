import pytest
from msgspec.structs import replace

from tests.headless.test_progress import STARTED
from tui_nn.headless import sentences
from tui_nn.spec.catalog import metric
from tui_nn.spec.protocol import Baseline, Changed, Ended, Evaluated, Layer, Phase, Started


def started(**other: object) -> Started:
    experiment = {
        "data": "csv('data/houses.csv', target='price')", "loss": "MSELoss()",
        "optimizer": ["Muon(lr=0.02)", "AdamW()"], "goal": {"r2": 0.5, "times": 1},
    }  # fmt: skip
    layers = (Layer("Linear(2, 8)", (8,), 24, 16), Layer("Tanh()", (8,), 0, 0))
    return replace(STARTED, experiment=experiment, layers=layers, metric="r2", **other)


def test_the_start_says_what_is_trained_on_what_and_how_long() -> None:
    assert sentences.start(started(val_count=1200, test_count=30)) == [
        "Training Moons: a network of 2 layers with 24 parameters.",
        "It learns from 50 samples of houses.csv; 1,200 for validation and 30 for the test "
        "are held out.",
        "The loss is MSELoss, the optimizer Muon and AdamW, a batch has 8 samples.",
        "It takes at most 4 epochs of 7 steps; the goal: R squared at least 0.5.",
    ]


def test_a_title_can_not_command_the_terminal() -> None:
    assert "\x1b" not in " ".join(sentences.start(started(title="a\x1b[31mb\n")))


def test_an_evaluation_says_the_loss_and_what_counts() -> None:
    told = Evaluated(
        step=7, epoch=1, lr=0.1, train={"loss": 0.123456, "accuracy": 0.9, "f1": 0.8},
        val={"loss": None, "accuracy": 0.875}, nonfinite={"val.loss": "nan"},
    )  # fmt: skip
    assert sentences.evaluation(told, metric("accuracy")) == (
        "Epoch 1: training loss 0.123, accuracy 90 percent; "
        "validation loss not a number, accuracy 87.5 percent."
    )
    assert sentences.evaluation(told, metric("loss")).count("loss") == 2


def test_a_change_says_when_and_from_what_to_what() -> None:
    told = Changed(step=1200, phase=Phase.EVALUATE, key="train.batch_size", old=8, new=16)
    assert sentences.change(told) == "At step 1,200, batch size changes from 8 to 16."
    branched = Changed(step=3, phase=Phase.EVALUATE, key="optimizer", old="SGD()", new="Adam()",
                       parent=0)  # fmt: skip
    assert sentences.change(branched) == (
        "At step 3, on a new branch, optimizer changes from SGD() to Adam()."
    )


def test_the_end_says_how_the_numbers_and_the_simplest_answer() -> None:
    begun = started(val_count=20, baseline=Baseline("always the mean", {"val": {"r2": -0.01}}))
    told = Ended(
        step=28, reason="epochs", epoch=4, train={"loss": 1.5, "r2": 0.75}, goal=None,
        val={"loss": 2.0, "mae": 0.5, "rmse": 0.625, "r2": 0.625}, seconds=75.0,
        message="Goal missed: val R² 0.625 (of 1), wanted R² ≥ 0.9. A smaller lr → better.",
        train_count=50, val_count=20,
    )  # fmt: skip
    assert sentences.end(told, begun) == [
        "Done after 28 steps, 4 epochs and 75 seconds.",
        "Goal missed: validation R squared 0.625 (of 1), wanted R squared at least 0.9.",
        "A smaller lr becomes better.",
        "Training: loss 1.5, R squared 0.75.",
        "Validation: loss 2, mean absolute error 0.5, root mean squared error 0.625, "
        "R squared 0.625.",
        "The simplest answer, always the mean, gets R squared minus 0.01.",
    ]


def test_how_many_are_right_is_said_of_classes() -> None:
    told = Ended(
        step=4, reason="stopped", epoch=1, train={"accuracy": 0.75}, val=None, goal=None,
        seconds=0.01, message="", train_count=50, val_count=0, right={"train": 37},
    )  # fmt: skip
    assert sentences.end(told, started()) == [
        "Stopped after 4 steps, 1 epoch and less than 0.1 seconds.",
        "Training: accuracy 75 percent, 37 of 50 right.",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"), (0.0123456, "0.0123"), (97.46, "97.5"), (123456.0, "123,000"),
        (1000.0, "1,000"),
        (0.1, "0.1"), (1.0, "1"), (-2.5, "minus 2.5"), (9.999, "10"), (3e-5, "0.00003"),
        (3e-8, "3 times 10 to the minus 8"), (1.25e12, "1.25 times 10 to the 12"),
        (float("nan"), "not a number"), (float("-inf"), "minus infinite"),
    ],
)  # fmt: skip
def test_a_number_has_three_digits_that_count(value: float, said: str) -> None:
    assert sentences.number(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, "100 percent"), (0.9996, "just below 100 percent"), (0.995, "99.5 percent"),
        (0.0, "0 percent"), (0.00001, "just above 0 percent"), (1 / 3, "33.3 percent"),
    ],
)  # fmt: skip
def test_only_all_of_it_is_100_percent(value: float, said: str) -> None:
    assert sentences.share(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.31, "0.3 seconds"), (12.4, "12 seconds"), (119, "119 seconds"), (180, "3 minutes"),
     (9000, "2 hours")],
)  # fmt: skip
def test_a_time_is_as_exact_as_it_is_listened_to(seconds: float, said: str) -> None:
    assert sentences.duration(seconds) == said
