"""What can be measured of a finished run, for the claims of the course's texts."""

import numpy as np
import torch

from tests.presets.support import curve, dead_neurons, final, part_of, weights
from tests.support import Run


def reason(run: Run) -> str:
    return run.ended.reason


def steps(run: Run) -> int:
    return run.ended.step


def epochs(run: Run) -> int:
    return run.ended.epoch


def accuracy(run: Run) -> float:
    return final(run, "accuracy")


def best_accuracy(run: Run) -> float:
    return max(curve(run, "accuracy"))


def loss(run: Run) -> float:
    return final(run, "loss", "train")


def val_loss(run: Run) -> float:
    return final(run, "loss", "val")


def r2(run: Run) -> float:
    return final(run, "r2")


def numbers(run: Run) -> list[float]:
    return weights(run.session.training.trainer)


def weight(run: Run) -> float:
    return weights(run.session.training.trainer)[0]


def parameters(run: Run) -> int:
    return len(weights(run.session.training.trainer))


def every_step_is_lower(run: Run) -> bool:
    return bool((np.diff(run.history.losses()[1]) < 0).all())


def every_step_is_higher(run: Run) -> bool:
    return bool((np.diff(run.history.losses()[1]) > 0).all())


def first_all_right(run: Run) -> int:
    """The first epoch with every row right."""
    return 1 + curve(run, "accuracy").index(1.0)


def loss_when_first_right(run: Run) -> float:
    return curve(run, "loss", "train")[first_all_right(run) - 1]


def rattle(run: Run) -> float:
    """How far the loss spreads over the last ten evaluations."""
    last = curve(run, "loss", "train")[-10:]
    return max(last) - min(last)


def turn(run: Run) -> int:
    """The epoch of the lowest validation loss."""
    return 1 + int(np.argmin(curve(run, "loss", "val")))


def rise_after_the_turn(run: Run) -> float:
    """The last validation loss in terms of the lowest."""
    losses = curve(run, "loss", "val")
    return losses[-1] / min(losses)


def fall_after_the_turn(run: Run) -> float:
    """The last training loss in terms of that of the turn."""
    losses = curve(run, "loss", "train")
    return losses[-1] / losses[turn(run) - 1]


def above_the_turn(run: Run) -> float:
    """The validation loss of the weights that are left, in terms of the lowest ever."""
    return val_loss(run) / min(curve(run, "loss", "val"))


def dead(run: Run) -> int:
    return int(dead_neurons(run.session.training.trainer).sum())


def longest_step(run: Run) -> float:
    """The largest step Rprop is still ready to take."""
    [optimizer] = run.session.training.trainer.optimizers
    return max(float(state["step_size"].max()) for state in optimizer.state.values())


def evaluations(run: Run) -> int:
    """How often the loss was asked for."""
    [optimizer] = run.session.training.trainer.optimizers
    first = next(iter(optimizer.state.values()))
    return int(first.get("func_evals", run.ended.step))


def evaluations_per_step(run: Run) -> float:
    return evaluations(run) / run.ended.step


def confused(run: Run) -> frozenset[int]:
    """The species among the wrong answers, all flowers considered."""
    found: set[int] = set()
    for part in run.session.training.parts.values():
        with torch.no_grad():
            answers = run.session.training.trainer.network(part.x).argmax(dim=1)
        wrong = answers != part.labels
        found |= {*answers[wrong].tolist(), *part.labels[wrong].tolist()}
    return frozenset(found)


def never_setosa(run: Run) -> bool:
    return 0 not in confused(run)


def distance_to_sobel(run: Run) -> float:
    """How far the farthest of the nine numbers is from the filter's."""
    sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
    return max(abs(a - b) for a, b in zip(numbers(run), sobel, strict=True))


def standardised(run: Run) -> float:
    """How far the training part's columns are from mean 0 and deviation 1."""
    x = run.session.training.trainer.batches.x.double()
    return float(torch.cat([x.mean(0), x.std(0, correction=0) - 1]).abs().max())


def baseline_accuracy(run: Run) -> float | None:
    """What the commonest class alone gets on the part that decides."""
    started = run.history.started
    assert started is not None
    return started.baseline.numbers[part_of(run)]["accuracy"]


def answered_rare(run: Run) -> tuple[int, int]:
    """Samples of class 1 that are found, and false alarms, over all parts."""
    found = alarms = 0
    for part in run.session.training.parts.values():
        with torch.no_grad():
            said = run.session.training.trainer.network(part.x)[:, 0] > 0
        found += int((said & (part.labels == 1)).sum())
        alarms += int((said & (part.labels == 0)).sum())
    return found, alarms


def rare_found(run: Run) -> int:
    return answered_rare(run)[0]


def false_alarms(run: Run) -> int:
    return answered_rare(run)[1]


def f1(run: Run) -> float:
    return final(run, "f1")
