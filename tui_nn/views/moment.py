"""This moment: the PyTorch line of the phase, its mathematics, or a run's facts."""

import re
from collections.abc import Callable

from tui_nn.plot.cells import cell_width
from tui_nn.spec.catalog import CATALOG, metric
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Evaluated, Phase
from tui_nn.spec.protocol.frames import Curves, CurvesFrame
from tui_nn.views.desk import Desk
from tui_nn.views.neuron_words import parts_of, rule_words
from tui_nn.views.numbers import counted, plain, rate, short
from tui_nn.views.reading import row_in_turn
from tui_nn.views.rules import calls
from tui_nn.views.world import World

CURVES = Curves()
NAMES = {phase: f"{number} {phase.title()}" for number, phase in enumerate(Phase, 1)}
NAME = re.compile(r"\b([A-Z]\w*)\(")
WIDE = 100


def torch_line(world: World, desk: Desk, width: int) -> str:
    """The call that made what is shown; while running the whole loop."""
    if not world.running:
        phase = world.lit(desk)
        return f"{NAMES[phase]}  {CALLS[phase](world, max(10, width - 18))}"
    if width < WIDE:
        return f"running   {rate(world.steps_per_s)}" if world.steps_per_s else "running"
    times = world.steps_per_epoch
    return f"running   forward ▸ loss ▸ zero_grad ▸ backward ▸ step   {times:,} times an epoch"


def _torchs(kind: str, written: str) -> str:
    """A call with torch's own prefix before each name that torch has: `nn.Linear(2, 1)`."""

    def prefixed(found: re.Match[str]) -> str:
        entry = CATALOG[kind].get(found[1])
        target = entry.target if entry else ""
        for module, prefix in PREFIXES.items():
            if target.startswith(module):
                return f"{prefix}{found[0]}"
        return found[0]

    return NAME.sub(prefixed, written)


PREFIXES = {
    "torch.nn.": "nn.", "torch.optim.lr_scheduler.": "lr_scheduler.",
    "torch.optim.": "torch.optim.",
}  # fmt: skip


def _network(world: World, width: int) -> str:
    layers = [_torchs("layer", str(call)) for call in world.setting("network", ())]
    text = f"model = nn.Sequential({', '.join(layers)})"
    while cell_width(text) > width and layers:
        layers.pop()
        text = f"model = nn.Sequential({', '.join([*layers, '…'])})"
    return text


def _data(world: World, width: int) -> str:
    shuffle = world.setting("train.shuffle", True)
    ends = f", batch_size={world.batch_size}, shuffle={shuffle})"
    data = str(world.setting("data", ""))
    if cell_width(f"DataLoader({data}{ends}") > width:
        data = "train"
    return f"DataLoader({data}{ends}"


def _loss(world: World, width: int) -> str:
    return _fitting(f"loss_fn = {_torchs('loss', str(world.setting('loss', '')))}", width)


def _optimizer(world: World, width: int) -> str:
    optimizers = calls(world.setting("optimizer"))
    texts = []
    for call in optimizers:
        name, _, rest = call.partition("(")
        inside = "model.parameters()" if len(optimizers) == 1 else "…"
        comma = "" if rest == ")" else ", "
        texts.append(_torchs("optimizer", f"{name}({inside}{comma}{rest}"))
    text = f"optimizer = {texts[0] if texts else ''}"
    if len(texts) > 1:
        text = f"optimizers = {', '.join(texts)}"
    schedule = world.setting("schedule")
    if schedule:
        name, _, rest = str(schedule).partition("(")
        comma = "" if rest == ")" else ", "
        more = _torchs("schedule", f"{name}(optimizer{comma}{rest}")
        text = _with_more(text, f"scheduler = {more}", width)
    return _fitting(text, width)


def _forward(world: World, width: int) -> str:
    return "loss = loss_fn(model(x), t)"


def _gradient(world: World, width: int) -> str:
    longest = world.setting("train.clip_norm")
    text = "loss.backward()"
    if longest:
        return _with_more(text, f"clip_grad_norm_(model.parameters(), {longest:g})", width)
    return text


def _update(world: World, width: int) -> str:
    moves = world.setting("schedule") and world.setting("train.schedule_every") == "step"
    text = "optimizer.step()"
    return _with_more(text, "scheduler.step()", width) if moves else text


def _evaluate(world: World, width: int) -> str:
    return _with_more("model.eval()", "with torch.no_grad(): y = model(x)", width)


CALLS: dict[Phase, Callable[[World, int], str]] = {
    Phase.NETWORK: _network,
    Phase.DATA: _data,
    Phase.LOSS: _loss,
    Phase.OPTIMIZER: _optimizer,
    Phase.FORWARD: _forward,
    Phase.GRADIENT: _gradient,
    Phase.UPDATE: _update,
    Phase.EVALUATE: _evaluate,
}


def _with_more(text: str, more: str, width: int) -> str:
    both = f"{text}   {more}"
    return both if cell_width(both) <= width else text


def _fitting(text: str, width: int) -> str:
    """A call without what stands in its parentheses where that is too long."""
    return text if cell_width(text) <= width else f"{text.partition('(')[0]}(…)"


def mathematics(world: World, desk: Desk, width: int = WIDE) -> str:
    """The phase in symbols and in this step's numbers; empty where there is none."""
    phase = world.lit(desk)
    parts: list[tuple[str, str]] = []
    if world.kind == "neuron":
        parts = parts_of(world, desk, phase)
    if not parts:
        parts = [(text, text) for text in _any_network(world, phase)]
    return _joined(parts, width - 2)


def _joined(parts: list[tuple[str, str]], width: int) -> str:
    """As much as fits: in long forms, else in short ones, else without the last."""
    parts = [part for part in parts if part[0]]
    for gap in (5, 3):
        text = (" " * gap).join(long for long, _ in parts)
        if cell_width(text) <= width:
            return text
    while parts:
        text = "   ".join(short for _, short in parts)
        if cell_width(text) <= width:
            return text
        parts = parts[:-1]
    return ""


def _any_network(world: World, phase: Phase) -> list[str]:
    """Whatever is trained: sizes, the loss, the gradient, the rule, the evaluation."""
    started = world.started
    if started is None:
        return []
    match phase:
        case Phase.NETWORK:
            parameters = sum(layer.parameters for layer in started.layers)
            work = sum(layer.multiply_adds for layer in started.layers)
            return [counted(parameters, "parameter"), f"{work:,} multiply-adds a sample"]
        case Phase.DATA:
            parts = (("train", started.train_count), ("val", started.val_count),
                     ("test", started.test_count))  # fmt: skip
            counts = "   ".join(f"{name} {count:,}" for name, count in parts if count)
            return [counts, f"{counted(world.steps_per_epoch, 'step')} an epoch"]
        case Phase.LOSS:
            return ["L = mean over the batch", "∂L/∂y begins the way back"]
        case Phase.OPTIMIZER:
            return [rule_words(world.setting("optimizer")), f"lr = {short(world.present.lr)}"]
        case Phase.EVALUATE:
            return _evaluation(world)
    return _step(world, phase)


def _step(world: World, phase: Phase) -> list[str]:
    """Of the latest step, where what is known of it belongs to this moment."""
    frame, present = world.frame(CURVES), world.present
    if not isinstance(frame, CurvesFrame) or (frame.branch, frame.step, frame.phase) != (
        present.branch, present.step, present.phase,
    ):  # fmt: skip
        return []
    if phase is Phase.FORWARD:
        size = len(frame.batch.numpy()) if frame.batch else 0
        of = f", mean over the batch of {size}" if 1 < size < 64 else ""
        return [f"y = model(x)     L = {_number(frame, 'loss')}{of}"]
    gradient = f"|gradient| = √Σ g² = {_number(frame, 'gradient')}"
    if phase is Phase.GRADIENT:
        longest = world.setting("train.clip_norm")
        return [gradient, f"at most {longest:g}: train.clip_norm" if longest else ""]
    words = rule_words(world.setting("optimizer"))
    return [words, f"lr = {short(frame.lr)}", f"|gradient| = {_number(frame, 'gradient')}"]


def _number(frame: CurvesFrame, name: str, digits: int = 4) -> str:
    value: float | None = getattr(frame, name)
    return frame.nonfinite.get(name, plain(value, digits))


def _evaluation(world: World) -> list[str]:
    found = world.evaluated
    if found is None:
        return []
    name = world.started.metric if world.started else "loss"
    parts = [f"as of epoch {found.epoch:,}"]
    for part, numbers in (("train", found.train), ("val", found.val)):
        if numbers:
            texts = [f"{part} loss {_of(found, part, 'loss')}"]
            if name in numbers and name != "loss":
                texts.append(f"{label(name)} {_of(found, part, name)}")
            parts.append("  ".join(texts))
    return parts


def _of(found: Evaluated, part: str, name: str) -> str:
    numbers = found.train if part == "train" else found.val
    value = numbers.get(name) if numbers else None
    word = found.nonfinite.get(f"{part}.{name}")
    if word or value is None:
        return word or "·"
    return shown(name, value)


def shown(name: str, value: float) -> str:
    """A metric's number: `98.0 %`, `0.236`."""
    try:
        return metric(name).show(value)
    except InvalidInput:
        return plain(value)


def label(name: str) -> str:
    """A metric's name: `accuracy`, `R²`."""
    try:
        return metric(name).label
    except InvalidInput:
        return name


def facts(world: World, width: int) -> str:
    """Batch, loss, lr, where it runs."""
    started = world.started
    if started is None:
        return ""
    parts = [row_in_turn(world) or f"batch {world.batch_size:,} of {started.train_count:,}"]
    curves = world.frame(CURVES)
    if curves is not None:
        parts.append(f"loss {_number(curves, 'loss', 3):<5}")
    parts.append(f"lr {short(world.present.lr):<{7 if world.setting('schedule') else 1}}")
    if curves is not None and width >= 70:
        parts.append(f"|gradient| {_number(curves, 'gradient', 3):<5}")
    if width >= WIDE:
        threads = "1 thread" if started.threads == 1 else f"{started.threads} threads"
        parts.append(f"{started.device}, {threads}")
    gap = "     " if width >= WIDE else "  "
    while len(parts) > 1 and cell_width(gap.join(parts).rstrip()) > width - 1:
        parts.pop()
    return gap.join(parts)
