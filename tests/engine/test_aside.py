import torch

from tests.support import RANDOM, prepared, same_bits, same_tensors, trainer
from tui_nn.engine.aside import aside
from tui_nn.engine.building import build_network
from tui_nn.engine.evaluation import Part
from tui_nn.engine.trainer import Trainer


def look_at_everything(trained: Trainer) -> None:
    """What panels, drafts and probes will do: evaluate, draw numbers, build, hook, run in train."""
    ready = prepared(RANDOM)
    Part(ready.split.train, ready.plan, trained.device).evaluate(trained.network, trained.loss)
    with aside(trained.network):
        torch.rand(7)
        build_network(ready.plan, trained.device)
        trained.network[0].register_forward_hook(lambda module, inputs, output: output * 0)
        trained.network.train()
        trained.network(trained.batches.x)


def test_watching_everything_changes_no_bit() -> None:
    watched, unwatched = trainer(RANDOM), trainer(RANDOM)
    torch.manual_seed(1)
    for _ in range(20):
        watched.train_straight(1)
        look_at_everything(watched)
    torch.manual_seed(1)
    unwatched.train_straight(20)
    assert same_bits(watched, unwatched)


def test_modes_buffers_hooks_and_gradients_are_put_back_even_after_an_error() -> None:
    trained = trainer(RANDOM)
    trained.train_straight(2)
    network = trained.network
    network[3].eval()  # a person may have switched one layer
    modes = [module.training for module in network.modules()]
    buffers = [buffer.clone() for buffer in network.buffers()]
    generator = torch.get_rng_state()
    try:
        with aside(network):
            look_at_everything(trained)
            network[1].running_mean.add_(1)  # type: ignore[operator]
            raise ValueError
    except ValueError:
        pass
    assert [module.training for module in network.modules()] == modes
    assert same_tensors(buffers, network.buffers())
    assert torch.equal(torch.get_rng_state(), generator)
    assert not any(module._forward_hooks for module in network.modules())
    assert torch.is_grad_enabled()


def test_a_graph_that_waits_for_its_backward_is_not_disturbed() -> None:
    watched, alone = trainer(RANDOM), trainer(RANDOM)
    for one in (watched, alone):
        x, y = one.batches.next()
        torch.manual_seed(1)
        loss = one.loss(one.network(x), y)
        if one is watched:
            with aside(one.network):
                one.network(x)
        loss.backward()
    for p, q in zip(watched.network.parameters(), alone.network.parameters(), strict=True):
        assert p.grad is not None
        assert q.grad is not None
        assert torch.equal(p.grad, q.grad)
