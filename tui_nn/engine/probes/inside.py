"""Inside the latest pass: one layer of it, and the arithmetic of one number."""

from math import isclose
from typing import Any

from msgspec.structs import replace
from torch import Tensor

from tui_nn.engine.inside.number import Numbers, number_at
from tui_nn.engine.inside.passing import Passed, Start, make_evaluation, make_pass
from tui_nn.engine.probes.activations import check_samples
from tui_nn.engine.probes.numbers import first_rows, gradient_of, pack
from tui_nn.engine.probes.view import View
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.protocol import Array, Phase, split_nonfinite
from tui_nn.spec.protocol.frames import LayerPass, LayerPassFrame, Number, NumberFrame
from tui_nn.spec.protocol.inside import Line, Place

AGAIN = 1e-4
"""On a GPU sums come in another order each time; on the CPU a pass gives the same bits again."""


def number(view: View, probe: Number) -> NumberFrame:
    """The arithmetic of one number; InvalidInput where nothing stands there."""
    place = probe.place
    if probe.part is None:
        numbers, inside = _numbers_of_pass(view), place
    else:
        numbers, inside = _numbers_of_part(view, probe.part, place)
    lines = numbers.lines(inside)
    held = _held(view, numbers, inside)
    epsilon = numbers.passed.epsilon
    told = [
        line.tell(
            probe.most, probe.start, probe.order, held if line is lines[-1] else None, epsilon
        )
        for line in lines
    ]
    if inside.sample != place.sample:
        told = [_in_the_part(line, place.sample) for line in told]
    value = float(held) if held is not None else lines[-1].total
    numbers_told, words = split_nonfinite({"value": value})
    return NumberFrame(
        place=place,
        value=numbers_told["value"],
        dtype=str(numbers.passed.output.dtype).removeprefix("torch."),
        lines=tuple(told),
        count=numbers.passed.count,
        nonfinite=words,
    )


def layer_pass(view: View, probe: LayerPass) -> LayerPassFrame:
    """A layer in the latest pass; InvalidInput where none is known."""
    passed, sample = latest_pass(view), probe.sample
    if sample is not None:
        check_samples((sample,), passed.count)
    name = probe.layer or view.lit or passed.last.name
    link = view.link(name)

    def told(tensors: Any) -> Array | None:
        tensor = tensors.get(name)
        if tensor is None or (sample is None and not tensor.is_floating_point()):
            return None
        row = tensor.detach()[sample] if sample is not None else tensor.detach().mean(0)
        return pack(first_rows(row, probe.most))

    own = [f"{name}.{own}" for own, _ in link.module.named_parameters(recurse=False)]
    output = told(passed.outputs)
    assert output is not None
    assert view.start is not None
    return LayerPassFrame(
        layer=name,
        call=link.call,
        source=passed.nodes[name].source,
        sample=sample,
        count=passed.count,
        look=view.start.look,
        input=told(passed.inputs),
        output=output,
        input_shape=tuple(passed.inputs[name].shape[1:]),
        output_shape=tuple(passed.outputs[name].shape[1:]),
        arrives=told(passed.arrives),
        passes=told(passed.passes),
        parameters={n: pack(first_rows(passed.parameters[n], probe.most)) for n in own},
        leaves=_leaves(view, own, probe.most) if passed.arrives else {},
    )


def latest_pass(view: View) -> Passed:
    """The latest pass, made again; InvalidInput where what it began with is not known."""
    start, batches = view.start, view.trainer.batches
    if start is None or view.batch is None:
        raise InvalidInput(
            "no pass is known here", hint="press s: the step that it makes can be looked into"
        )
    back = view.phase is not Phase.FORWARD
    if start.made is None or (back and not start.made.leaves):
        places = view.batch.to(batches.x.device)
        passed = make_pass(
            view.network, view.trainer.loss, batches.x.index_select(0, places),
            batches.y.index_select(0, places), parameters=start.parameters,
            generators=start.generators, back=back,
        )  # fmt: skip
        _check_again(passed, start, view.loss)
        start.made = passed
    return start.made


def _check_again(passed: Passed, start: Start, latest_loss: float | None) -> None:
    """InvalidInput where the pass did not come out as it was."""
    assert passed.loss is not None
    was, now = latest_loss if start.loss is None else start.loss, float(passed.loss.detach())
    same = (
        was == now
        or was != was
        or (passed.x.is_cuda and was is not None and isclose(was, now, rel_tol=AGAIN))
    )
    if not same:
        raise InvalidInput(
            f"the pass gives another loss than it did: {now!r}, not {was!r}",
            hint="make another step",
        )


def _numbers_of_pass(view: View) -> Numbers:
    passed = latest_pass(view)
    clip_norm = view.trainer.plan.experiment.train.clip_norm
    return Numbers(
        passed,
        view.trainer.loss,
        passed.shortened(clip_norm),
        has_gradient=view.phase is not Phase.FORWARD,
    )


def _numbers_of_part(view: View, name: str, place: Place) -> tuple[Numbers, Place]:
    """One sample in an evaluation, and its place there."""
    part = view.part(name)
    if place.sample is None:
        raise InvalidInput("of which sample?", hint=f"samples: 0 to {len(part.x) - 1}")
    check_samples((place.sample,), len(part.x))
    alone = slice(place.sample, place.sample + 1)
    # Where samples of a batch depend on each other, all go through, as in an evaluation.
    some, inside = (
        (slice(None), place) if view.answers_in_batches else (alone, replace(place, sample=0))
    )
    passed = make_evaluation(view.network, part.x[some], part.target[some])
    return Numbers(passed, view.trainer.loss, has_gradient=False), inside


def _held(view: View, numbers: Numbers, place: Place) -> Tensor | None:
    """What the network itself holds, where it still does; else what the pass made again does."""
    held = numbers.held(place)
    if held is None or place.of != "parameter" or not place.gradient:
        return held
    gradient = gradient_of(dict(view.network.named_parameters())[place.name])
    return held if gradient is None else number_at(gradient, place.index)


def _leaves(view: View, names: list[str], most: int) -> dict[str, Array]:
    parameters = dict(view.network.named_parameters())
    found = {name: gradient_of(parameters[name]) for name in names}
    return {name: pack(first_rows(g, most)) for name, g in found.items() if g is not None}


def _in_the_part(line: Line, sample: int | None) -> Line:
    """The line with its factors at the sample's number in the part."""
    factors = tuple(
        factor
        if factor.place is None or factor.place.sample is None
        else replace(factor, place=replace(factor.place, sample=sample))
        for factor in line.factors
    )
    return replace(line, factors=factors)
