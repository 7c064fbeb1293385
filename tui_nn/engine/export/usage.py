"""What a network that left nn-tui expects and answers, in words."""

from collections.abc import Sequence

from tui_nn.data.prepare import Prepared
from tui_nn.data.recipe import Recipe, recipe_of
from tui_nn.spec.shapes import show
from tui_nn.spec.targets import Decision

MANY = 32
"""More numbers or names than this are not listed."""


def usage(prepared: Prepared) -> list[str]:
    """Lines that say how raw inputs are prepared, and what the outputs mean."""
    recipe = recipe_of(prepared)
    return [
        f"data: {prepared.plan.experiment.data.call}",
        *_inputs(recipe, prepared),
        *_outputs(recipe, prepared),
    ]


def _inputs(recipe: Recipe, prepared: Prepared) -> list[str]:
    dtype = prepared.plan.experiment.train.dtype
    shape = ", ".join(map(str, recipe.input_shape))
    if recipe.tokens is not None:
        return [f"input: int64 (samples, {shape}), from 0 to {recipe.tokens - 1}"]
    lines = [f"input: {dtype} (samples, {shape})"]
    if recipe.pixels:
        lines.append("  bytes of a picture divided by 255")
    names = prepared.dataset.input_names or tuple(f"x{i + 1}" for i in range(_flat(recipe)))
    if recipe.mean is None or recipe.scale is None:
        lines += [f"  {', '.join(names)}"] if 0 < len(names) <= MANY else []
    elif not 0 < len(names) <= MANY:
        lines.append("  (x - mean) / deviation of each number over the training part")
    else:
        lines += [
            f"  {name}: {_scaled('x', mean, scale)}"
            for name, mean, scale in zip(names, recipe.mean, recipe.scale, strict=True)
        ]
    if prepared.dataset.missing and recipe.fill is not None:
        words = ", ".join(f"{number:.9g}" for number in recipe.fill)
        told = "its mean over the training part" if recipe.mean else words
        lines.append(f"  a missing x is {told}")
    return lines


def _flat(recipe: Recipe) -> int:
    return recipe.input_shape[0] if len(recipe.input_shape) == 1 else 0


def _outputs(recipe: Recipe, prepared: Prepared) -> list[str]:
    plan = prepared.plan
    text = f"output: (samples, {show(plan.rows[-1].size.output_shape)})"
    names: Sequence[str]
    if recipe.classes is None:
        names, means, scales = recipe.value_names, recipe.target_mean, recipe.target_scale
        lines = [f"{text}: {', '.join(names) or 'values'}"]
        if means is not None and scales is not None:
            lines += [
                f"  {name}: output * {scale:.9g} + {mean:.9g}"
                for name, mean, scale in zip(names, means, scales, strict=False)
            ]
        return lines
    names = recipe.names
    if plan.fit.decision is Decision.ARGMAX:
        told = f": {', '.join(names)}" if len(names) <= MANY else ""
        return [f"{text}, one for each class, the largest wins{told}"]
    limit = "0.5" if plan.fit.decision is Decision.ABOVE_HALF else "0"
    return [f"{text}: above {limit} it is {names[1]}, else {names[0]}"]


def _scaled(x: str, mean: float, scale: float) -> str:
    return f"({x} {'-' if mean >= 0 else '+'} {abs(mean):.9g}) / {scale:.9g}"
