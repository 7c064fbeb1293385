"""Phase 8: one part of the data through the present weights."""

from dataclasses import dataclass, field
from math import nan, prod, sqrt

import torch
from torch import Tensor, nn

from tui_nn.data.dataset import Dataset
from tui_nn.data.encode import encode
from tui_nn.engine.aside import aside
from tui_nn.engine.tensors import on_device
from tui_nn.spec.network import inner
from tui_nn.spec.resolve import Plan
from tui_nn.spec.targets import Classes, Decision

CHUNK_NUMBERS = 2**21
"""Inputs and outputs of about this many numbers go through the network at once."""


@dataclass(frozen=True)
class Evaluation:
    """The numbers of one part of the data, by metric."""

    numbers: dict[str, float]
    count: int
    right: int | None
    """Samples whose class is right; None for values."""
    confusion: Tensor | None = field(default=None, compare=False)
    """int64 (classes, classes): how often samples of the row's class got the column's."""


class Part:
    """Samples on their device, ready to be evaluated again and again."""

    def __init__(
        self,
        dataset: Dataset,
        plan: Plan,
        device: torch.device,
        unit: float = 1.0,
    ) -> None:
        """`unit`: what 1 of the values to be predicted is in their own units."""
        dtype = plan.experiment.train.dtype
        self.x = on_device(dataset.x, dtype, device)
        self.target = on_device(encode(dataset, plan.fit), dtype, device)
        self.kind = dataset.kind
        self.decision = plan.fit.decision
        self.labels = on_device(dataset.y, dtype, device)
        self.chunk = chunk_size(plan, len(self.x))
        self._unit = unit
        self._spread = _sum_of_squares(self.labels) if self.decision is Decision.NONE else 0.0

    def evaluate(self, network: nn.Module, loss: nn.Module) -> Evaluation:
        """Loss and metrics of all samples, without a trace in the network or its generators.

        Where the loss refuses outputs that are not finite, it is NaN.
        """
        with aside(network):
            output = self.outputs(network)
            try:
                return self.measure(output, loss)
            except RuntimeError:
                if bool(output.isfinite().all()):
                    raise
                return self._measured(output, nan)

    def outputs(self, network: nn.Module) -> Tensor:
        """What the network gives for all samples."""
        outputs = [network(x) for x in self.x.split(self.chunk)]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def measure(self, output: Tensor, loss: nn.Module) -> Evaluation:
        """Loss and metrics of these outputs."""
        # Of all at once: with class weights, a mean of means would be another number.
        return self._measured(output, loss(output, self.target).item())

    def _measured(self, output: Tensor, mean_loss: float) -> Evaluation:
        if isinstance(self.kind, Classes):
            return self._classes(output, mean_loss, self.kind.count)
        return self._values(output, mean_loss)

    def _classes(self, output: Tensor, loss: float, classes: int) -> Evaluation:
        confusion = count_pairs(self.labels, decide(output, self.decision), classes)
        hits, actual, said = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
        right = int(hits.sum())
        # A class that is neither there nor said has no F1; the mean is over the others.
        total = actual + said
        shares = 2 * hits[total > 0].double() / total[total > 0]
        numbers = {"loss": loss, "accuracy": right / len(output), "f1": shares.mean().item()}
        return Evaluation(numbers, len(output), right, confusion)

    def _values(self, output: Tensor, loss: float) -> Evaluation:
        error = (output - self.labels).double()
        squares = error.square().sum().item()
        numbers = {
            "loss": loss,
            "mae": self._unit * error.abs().mean().item(),
            "rmse": self._unit * sqrt(squares / error.numel()),
            "r2": 1 - squares / self._spread if self._spread else nan,
        }
        return Evaluation(numbers, len(output), None)


def chunk_size(plan: Plan, samples: int) -> int:
    """How many samples go through the network at once: all where they look at each other."""
    if looks_at_others(plan):
        return samples
    widest = max(prod(row.size.output_shape) for row in inner(plan.rows))
    return max(1, CHUNK_NUMBERS // max(widest, prod(plan.facts.input_shape)))


def looks_at_others(plan: Plan) -> bool:
    """Whether the answer for a sample depends on those beside it, even in evaluation."""
    layers = (row.layer for row in inner(plan.rows))
    norms = (layer for layer in layers if layer.entry.name.startswith("BatchNorm"))
    return any(not norm["track_running_stats"] for norm in norms)


def decide(output: Tensor, decision: Decision) -> Tensor:
    """The class of each sample: outputs (n, 1) or (n, k) to int64 (n,)."""
    match decision:
        case Decision.ARGMAX:
            return output.argmax(1)
        case Decision.ABOVE_ZERO:
            return (output[:, 0] > 0).long()
        case Decision.ABOVE_HALF:
            return (output[:, 0] > 0.5).long()
    raise AssertionError("values are no classes")


def count_pairs(labels: Tensor, answers: Tensor, classes: int) -> Tensor:
    """How often samples of the row's class got the column's: int64 (n,) to (classes, classes)."""
    pairs = torch.bincount(labels * classes + answers, minlength=classes * classes)
    return pairs.view(classes, classes)


def _sum_of_squares(values: Tensor) -> float:
    """Σ (t − mean t)², the mean taken of each output."""
    wide = values.double()
    return float((wide - wide.mean(0)).square().sum())
