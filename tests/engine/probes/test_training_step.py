from dataclasses import replace

import torch

from tests.engine.probes.support import as_tensor, seen, unpack, view
from tests.spec.support import refusal
from tests.support import MOONS
from tui_nn.engine.probes.look import look
from tui_nn.engine.probes.view import View
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import TrainingStep

NEURON = """
data = "plane(n=200)"
network = ["Linear(2, 1)", "Tanh()"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.01)"
[train]
batch_size = 10
threads = 1
"""


def trained(*changes: str, steps: int) -> View:
    at = view(NEURON, *changes, steps=steps)
    return replace(at, batch=at.trainer.batches.latest())


def test_a_step_comes_whole_and_its_outputs_give_its_loss_to_the_bit() -> None:
    at = trained(steps=7)
    frame = seen(at, TrainingStep())
    assert at.batch is not None
    assert at.before is not None
    assert (frame.count, frame.step, frame.lr) == (10, 7, 0.01)
    assert torch.equal(as_tensor(frame.batch), at.batch)
    assert torch.equal(as_tensor(frame.inputs), at.trainer.batches.x[at.batch])
    loss = at.trainer.loss(as_tensor(frame.outputs["1"]), as_tensor(frame.targets))
    assert loss.item() == at.loss == frame.loss
    for name, parameter in at.network.named_parameters():
        assert parameter.grad is not None
        assert torch.equal(as_tensor(frame.before[name]), at.before[name])
        assert torch.equal(as_tensor(frame.gradient[name]), parameter.grad)
        assert torch.equal(as_tensor(frame.after[name]), parameter.detach())
        assert (unpack(frame.after[name]) != unpack(frame.before[name])).any()


def test_inside_a_step_nothing_is_told_that_torch_does_not_hold_yet() -> None:
    at = trained(steps=3)
    forward = seen(replace(at, phase=Phase.FORWARD), TrainingStep())
    assert (forward.gradient, forward.after) == ({}, {})
    assert torch.equal(as_tensor(forward.before["0.bias"]), at.network.get_parameter("0.bias"))
    gradient = seen(replace(at, phase=Phase.GRADIENT), TrainingStep())
    assert set(gradient.gradient) == {"0.weight", "0.bias"}
    assert gradient.after == {}


def test_without_the_parameters_before_it_no_pass_is_told() -> None:
    at = trained(steps=3)
    for unknown in (view(NEURON), replace(at, before=None), replace(at, batch=None)):
        frame = seen(unknown, TrainingStep())
        assert (frame.count, frame.batch, frame.outputs) == (0, None, {})
        assert set(frame.after) == {"0.weight", "0.bias"}


def test_of_a_long_batch_the_first_samples_come() -> None:
    frame = seen(trained("train.batch_size=0", steps=1), TrainingStep())
    assert (frame.count, frame.batch.shape, frame.outputs["0"].shape) == (200, (64,), (64, 1))


def test_a_network_of_many_parameters_is_not_told_whole() -> None:
    at = view(MOONS, 'network=["Linear(2, 2000)", "Tanh()", "Linear(2000, 1)"]')
    words = refusal(lambda: look(at, TrainingStep()))
    assert words.startswith("8,001 parameters are too many to tell a step whole")
