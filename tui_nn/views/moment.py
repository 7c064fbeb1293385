"""This moment: the PyTorch line of the phase, its mathematics, or a run's facts."""

from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Curves
from tui_nn.views.desk import Desk
from tui_nn.views.numbers import plain, short
from tui_nn.views.world import World

LINES = {
    Phase.NETWORK: "1 Network  model = nn.Sequential(…)",
    Phase.DATA: "2 Data  DataLoader(dataset, batch_size, shuffle)",
    Phase.LOSS: "3 Loss  loss_fn = nn.…Loss()",
    Phase.OPTIMIZER: "4 Optimizer  optimizer = torch.optim.…(model.parameters(), lr)",
    Phase.FORWARD: "5 Forward  loss = loss_fn(model(x), t)",
    Phase.GRADIENT: "6 Gradient  loss.backward()",
    Phase.UPDATE: "7 Update  optimizer.step()",
    Phase.EVALUATE: "8 Evaluate  model.eval()",
}
CURVES = Curves()


def torch_line(world: World, desk: Desk, width: int) -> str:
    """The call that made what is shown; while running the whole loop."""
    if not world.running:
        return LINES[world.lit(desk)]
    rate = world.steps_per_s
    if width < 100:
        return f"running   {rate:,.0f} steps/s" if rate else "running"
    times = world.steps_per_epoch
    return f"running   forward ▸ loss ▸ zero_grad ▸ backward ▸ step   {times:,} times an epoch"


def mathematics(world: World, desk: Desk) -> str:
    """The phase in symbols and in this step's numbers; empty where there is none."""
    return ""


def facts(world: World, width: int) -> str:
    """Batch, loss, lr, where it runs."""
    started = world.started
    if started is None:
        return ""
    size = world.setting("train.batch_size", started.batch_size) or started.train_count
    parts = [f"batch {size:,} of {started.train_count:,}"]
    curves = world.frame(CURVES)
    if curves is not None:
        parts.append(f"loss {plain(curves.loss, 3)}")
    parts.append(f"lr {short(world.present.lr)}")
    if curves is not None and width >= 70:
        parts.append(f"|gradient| {plain(curves.gradient, 3)}")
    if width >= 100:
        threads = "1 thread" if started.threads == 1 else f"{started.threads} threads"
        parts.append(f"{started.device}, {threads}")
    return "     ".join(parts) if width >= 100 else "  ".join(parts)
