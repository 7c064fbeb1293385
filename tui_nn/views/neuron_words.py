"""A neuron's numbers in formulas, and the mathematics of each phase with this step's numbers."""

from collections.abc import Iterable
from math import isfinite

from tui_nn.spec.protocol import Phase
from tui_nn.views.desk import Desk
from tui_nn.views.neuron import Neuron, Step, Vector
from tui_nn.views.neuron_pass import (
    Pass,
    batch_size,
    pass_of,
    rule,
    shown_sample,
)
from tui_nn.views.numbers import plain, short
from tui_nn.views.reading import input_names
from tui_nn.views.rules import bound, calls
from tui_nn.views.rules import rule as rule_of_optimizer
from tui_nn.views.world import World


def bare(value: float | None, digits: int = 3) -> str:
    """A number in a formula: `1`, `0.25`, `-1.5`."""
    if value is None:
        return "·"
    return f"{value:.{digits}g}" if isfinite(value) else plain(value)


def factor(value: float | None) -> str:
    """The same behind a sign or a dot: below 0 in parentheses."""
    text = bare(value)
    return f"({text})" if text.startswith("-") else text


def with_sign(value: float | None, digits: int = 3) -> str:
    """A result in a formula: `+1`, `0`, `-0.25`."""
    text = bare(value, digits)
    return f"+{text}" if value is not None and value > 0 else text


def in_brackets(values: Iterable[float], *, signs: bool = True) -> str:
    """`[0 +1]`."""
    return f"[{' '.join(map(with_sign if signs else bare, values))}]"


def is_plain(setting: object) -> bool:
    """Whether an optimizer is w ← w − lr · gradient and no more."""
    optimizers = calls(setting)
    found = bound(optimizers[0]) if len(optimizers) == 1 else None
    if found is None or found.entry.name != "SGD":
        return False
    return not (found["momentum"] or found["weight_decay"] or found["maximize"])


def rule_words(setting: object) -> str:
    """How the optimizer moves a weight w; g is its gradient."""
    if is_plain(setting):
        return "w ← w − lr · gradient"
    optimizers = calls(setting)
    found = bound(optimizers[0]) if optimizers else None
    return rule_of_optimizer(found) if found else ""


def parts_of(world: World, desk: Desk, phase: Phase) -> list[tuple[str, str]]:
    """What is to be said of a phase, each in its long and its short form; the first comes first.

    Empty where this step's numbers have not come.
    """
    neuron, step = world.steps.neuron, world.steps.now
    if neuron is None:
        return []
    if phase in (Phase.NETWORK, Phase.DATA, Phase.LOSS, Phase.OPTIMIZER):
        return _chosen(world, neuron, phase)
    if step is None or step.number != world.step:
        return []
    one = pass_of(world, step, shown_sample(step, desk))
    match phase:
        case Phase.FORWARD:
            return _forward(world, step, one, neuron)
        case Phase.GRADIENT:
            return _gradient(world, step, one, neuron)
        case Phase.UPDATE:
            return _update(world, step, neuron)
    return []


def _chosen(world: World, neuron: Neuron, phase: Phase) -> list[tuple[str, str]]:
    found = rule(world)
    match phase:
        case Phase.NETWORK:
            names = input_names(world, neuron.inputs)
            weights = neuron.parameters
            terms = " + ".join(f"{x}·{w}" for x, w in zip(names, weights, strict=False))
            z = f"z = {terms}{' + b' if neuron.has_bias else ''}"
            return [_same(z), _same(f"y = {found.activation.words}")]
        case Phase.DATA:
            return _data(world)
        case Phase.LOSS:
            words = found.loss.words("y", "t", 1.0) if found.loss else f"{found.loss_name}(y, t)"
            return [_same(f"L = {words}"), _same(f"error = ∂L/∂z = {found.error_words}")]
    lr = short(world.present.lr)
    return [_same(rule_words(world.setting("optimizer"))), _same(f"lr = {lr}")]


def _data(world: World) -> list[tuple[str, str]]:
    started, samples = world.started, world.samples
    if started is None or samples is None:
        return []
    size, name, count = world.batch_size, samples.sample_name, started.train_count
    batch = f"one {name} a step" if size == 1 else f"{size:,} {name}s a step"
    if size == count:
        batch = f"all {count:,} {name}s in every step"
    return [_same(f"{count:,} {name}s"), _same(batch), _same(f"{world.steps_per_epoch:,} steps "
                                                            "an epoch")]  # fmt: skip


def _forward(world: World, step: Step, one: Pass, neuron: Neuron) -> list[tuple[str, str]]:
    found = rule(world)
    if one.w is None or one.x is None or one.t is None or one.y is None:
        return []
    terms = [f"{bare(float(x))}·{factor(float(w))}"
             for x, w in zip(one.x[: neuron.inputs], one.w, strict=False)]  # fmt: skip
    b = f" + {factor(float(one.w[-1]))}" if neuron.has_bias else ""
    parts = [_same(f"z = {' + '.join(terms)}{b} = {with_sign(one.z)}")]
    y = bare(one.y)
    if found.is_step:
        sign = ">" if (one.z or 0.0) > 0 else "≤"
        parts.append((f"y = {y} because z {sign} 0", f"y = {y}"))
    else:
        parts.append((f"y = {found.activation.words} = {y}", f"y = {y}"))
    if found.loss is not None:
        words = found.loss.words(y, factor(one.t), one.t)
        parts.append((f"L = {words} = {bare(one.loss, 4)}", f"L = {bare(one.loss, 4)}"))
    size = batch_size(world, step)
    if size > 1:
        parts.append(_same(f"mean L of {size:,} = {bare(step.loss, 4)}"))
    return parts


def _gradient(world: World, step: Step, one: Pass, neuron: Neuron) -> list[tuple[str, str]]:
    found, held = rule(world), step.gradient
    if held is None or one.error is None or one.x is None or one.y is None:
        return []
    words, error = found.error_words, with_sign(one.error)
    if words == "y − t":
        numbers = f"{bare(one.y)} − {factor(one.t)}"
        parts = [(f"error = y − t = {numbers} = {error}",
                  f"error y−t = {numbers.replace(' ', '')} = {error}")]  # fmt: skip
    else:
        parts = [(f"error = {words} = {error}", f"error {words} = {error}")]
    weights = in_brackets(held[: neuron.inputs].tolist())
    bias = with_sign(float(held[-1]))
    size = batch_size(world, step)
    if size > 1:
        parts.append((f"gradient = mean of error · input over {size:,}", "gradient = mean"))
        parts.append(_same(f"∂L/∂w = {weights}"))
        if neuron.has_bias:
            parts.append(_same(f"∂L/∂b = {bias}"))
        return parts
    times = f"({error})" if error[0] in "+-" else error
    inputs = in_brackets(one.x[: neuron.inputs].tolist(), signs=False)
    parts.append(_same("gradient = error · input"))
    parts.append((f"∂L/∂w = {times}·{inputs} = {weights}", f"∂L/∂w = {weights}"))
    if neuron.has_bias:
        parts.append((f"∂L/∂b = {times}·1 = {bias}", f"∂L/∂b = {bias}"))
    return parts


def _update(world: World, step: Step, neuron: Neuron) -> list[tuple[str, str]]:
    before, gradient, after = step.before, step.gradient, step.after
    parts = [_same(rule_words(world.setting("optimizer")))]
    if before is None or after is None:
        return parts
    count, lr = neuron.inputs, short(step.lr)

    def line(name: str, of: slice, *, is_vector: bool) -> tuple[str, str]:
        def text(values: Vector) -> str:
            some = values[of].tolist()
            return in_brackets(some) if is_vector else factor(some[0])

        end = in_brackets(after[of].tolist()) if is_vector else with_sign(float(after[of][0]))
        if gradient is None or not is_plain(world.setting("optimizer")):
            was = text(before) if is_vector else bare(float(before[of][0]))
            return f"{name}: {was} ▸ {end}", f"{name} = {end}"
        return (f"{name} = {text(before)} − {lr}·{text(gradient)} = {end}", f"{name} = {end}")

    parts.append(line("w", slice(0, count), is_vector=True))
    if neuron.has_bias:
        parts.append(line("b", slice(count, None), is_vector=False))
    return parts


def _same(text: str) -> tuple[str, str]:
    return text, text
