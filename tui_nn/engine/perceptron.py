"""The classic perceptron: how often its weights changed, and the proof of a circle."""

import hashlib
from dataclasses import dataclass

from torch import nn

from tui_nn.engine.modules import Heaviside
from tui_nn.engine.state import tensors_in
from tui_nn.engine.trainer import Trainer


def is_perceptron(network: nn.Module) -> bool:
    """Whether steps of 0 and 1 drive the learning, so that a state can return exactly."""
    return any(isinstance(module, Heaviside) for module in network.modules())


@dataclass(frozen=True)
class Watched:
    """What a watch has counted."""

    changes_by_epoch: dict[int, int]
    epoch_of: dict[bytes, int]
    returned_epochs: tuple[int, int] | None


class PerceptronWatch:
    """Counts the steps that changed a weight; knows when an epoch's end returns."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.changes_by_epoch: dict[int, int] = {}
        self._weights = self._packed_weights()
        self._repeats = _repeats(trainer)
        self._epoch_of: dict[bytes, int] = {}
        self.returned_epochs: tuple[int, int] | None = None
        """The earlier epoch that ended in this very state, and this one."""

    @property
    def changes(self) -> int:
        """Steps that changed a weight."""
        return sum(self.changes_by_epoch.values())

    def state(self) -> Watched:
        """What `go_to` needs to go on here."""
        return Watched(dict(self.changes_by_epoch), dict(self._epoch_of), self.returned_epochs)

    def go_to(self, state: Watched) -> None:
        """Go on where `state` was taken; the trainer is there already."""
        self.changes_by_epoch, self._epoch_of = dict(state.changes_by_epoch), dict(state.epoch_of)
        self.returned_epochs = state.returned_epochs
        self._weights = self._packed_weights()

    def start_anew(self) -> None:
        """Something was changed: from here on other states follow the ones seen so far."""
        self._repeats = _repeats(self.trainer)
        self._epoch_of, self.returned_epochs = {}, None

    def after_step(self) -> None:
        """Take in one step."""
        weights = self._packed_weights()
        if weights != self._weights:
            epoch = self.trainer.batches.epochs_begun
            self.changes_by_epoch[epoch] = self.changes_by_epoch.get(epoch, 0) + 1
        self._weights = weights
        at_epoch_end = not self.trainer.batches.left
        if at_epoch_end and self._repeats and self.returned_epochs is None:
            self._look_back()

    def _look_back(self) -> None:
        """At an epoch's end: the same state and the same rows give the same states for ever."""
        state = hashlib.blake2b(self._weights, digest_size=16)
        for optimizer in self.trainer.optimizers:
            for tensor in tensors_in(optimizer.state_dict()["state"]):
                state.update(tensor.cpu().numpy().tobytes())
        epoch = self.trainer.epoch
        earlier = self._epoch_of.setdefault(state.digest(), epoch)
        if earlier < epoch:
            self.returned_epochs = (earlier, epoch)

    def _packed_weights(self) -> bytes:
        state = self.trainer.network.state_dict().values()
        return b"".join(tensor.cpu().numpy().tobytes() for tensor in state)


def _repeats(trainer: Trainer) -> bool:
    """Whether nothing but the weights and the optimizer's state decides what comes next."""
    return (
        not trainer.plan.experiment.train.shuffle
        and not trainer.schedules
        and not any(isinstance(module, nn.Dropout) for module in trainer.network.modules())
    )
