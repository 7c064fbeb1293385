"""What a probe looks at: a trainer between two phases, and the data beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tui_nn.data.dataset import Dataset
from tui_nn.data.split import Split
from tui_nn.engine.evaluation import Part, looks_at_others
from tui_nn.engine.inside.passing import Start
from tui_nn.engine.past import Past
from tui_nn.engine.probes.chain import Link, chain
from tui_nn.engine.trainer import Trainer
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Phase
from tui_nn.spec.words import near


@dataclass(frozen=True)
class View:
    """One moment of training."""

    trainer: Trainer
    split: Split
    parts: Mapping[str, Part]
    """The parts of the split, on their device: train, and val where there is one."""
    phase: Phase = Phase.EVALUATE
    branch: int = 0
    loss: float | None = None
    """Of the latest forward pass; None before the first."""
    before: Mapping[str, Tensor] | None = None
    """The parameters before the latest update, by name; None where they are not known."""
    start: Start | None = None
    """What the latest pass began with; None where that is not known."""
    lit: str = ""
    """The layer at which training stands inside a pass; empty where at none."""
    batch: Tensor | None = None
    """int64 (n,): the samples of the training part in the latest batch; None where not known."""
    past: Past | None = None
    """From which the last gradients are made again; None where it is not known."""
    running: bool = False
    """Whether training waits meanwhile: then dear looks take fewer samples."""

    @property
    def network(self) -> nn.Sequential:
        return self.trainer.network

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The layers in the order they compute."""
        return chain(self.network, self.trainer.plan)

    @cached_property
    def answers_in_batches(self) -> bool:
        """Whether the answer for a sample depends on those beside it, even in evaluation."""
        return looks_at_others(self.trainer.plan)

    def link(self, name: str) -> Link:
        """The layer of this name; InvalidInput where there is none."""
        by_name = {link.name: link for link in self.links}
        if name not in by_name:
            some = ", ".join(list(by_name)[:8]) + (", …" if len(by_name) > 8 else "")
            raise InvalidInput(
                f"there is no layer '{name}'", hint=near(name, by_name) or f"layers: {some}"
            )
        return by_name[name]

    def part(self, name: str) -> Part:
        """The part of this name on its device; InvalidInput where there is none."""
        if name not in self.parts:
            raise InvalidInput(
                "there is no validation part", hint="look at train, or write train.val=0.2"
            )
        return self.parts[name]

    def part_or_train(self, name: str) -> str:
        """The same name where there is such a part, else train."""
        return name if name in self.parts else "train"

    def data(self, name: str) -> Dataset:
        """The samples of a part, as the network gets them."""
        self.part(name)
        found = self.split.train if name == "train" else self.split.val
        assert found is not None
        return found

    def indices(self, name: str) -> NDArray[np.int64]:
        """Where the samples of a part are in the whole data."""
        return self.split.train_indices if name == "train" else self.split.val_indices


def spread(total: int, count: int, device: torch.device | None = None) -> Tensor:
    """`count` indices evenly spread over 0 … total − 1, ascending: all where count ≥ total."""
    count = min(count, total)
    return torch.arange(count, device=device) * total // max(count, 1)


def of_samples(count: int, total: int) -> str:
    """The words for `sampled`."""
    return f"{count:,} of {total:,} samples" if count < total else ""
