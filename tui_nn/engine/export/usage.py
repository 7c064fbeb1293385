"""What a network that left nn-tui expects and answers, in words."""

from collections.abc import Sequence

from tui_nn.data.recipe import Recipe
from tui_nn.engine.export.words import source
from tui_nn.spec.resolve import Plan
from tui_nn.spec.shapes import show
from tui_nn.spec.targets import Decision

MANY = 32
"""More inputs or classes than this are not listed."""


def usage(plan: Plan, recipe: Recipe) -> list[str]:
    """Lines that say how raw inputs are prepared, and what the outputs mean."""
    return [
        f"data: {source(plan.experiment.data)}",
        *_inputs(plan, recipe),
        *_outputs(plan, recipe),
    ]


def _inputs(plan: Plan, recipe: Recipe) -> list[str]:
    shape = ", ".join(map(str, recipe.input_shape))
    if recipe.tokens is not None:
        return [f"input: int64 (samples, {shape}), from 0 to {recipe.tokens - 1}"]
    lines = [f"input: {plan.experiment.train.dtype} (samples, {shape})"]
    if recipe.pixels:
        lines.append("  bytes of a picture divided by 255")
    names = _names(recipe)
    if recipe.mean is None or recipe.scale is None:
        return lines + ([f"  {', '.join(names)}"] if names else [])
    if not names:
        lines.append("  (x - mean) / deviation of each number over the training part")
    for name, mean, scale in zip(names, recipe.mean, recipe.scale, strict=bool(names)):
        sign = "-" if mean >= 0 else "+"
        lines.append(f"  {name}: (x {sign} {abs(mean):.9g}) / {scale:.9g}")
    return [*lines, *(["  a missing x is its mean"] if recipe.fill is not None else [])]


def _names(recipe: Recipe) -> list[str]:
    """A name for each input, where they are flat and few."""
    names = list(recipe.features)
    for column in () if names else recipe.columns:
        if column.texts or column.missing:
            names += [f"{column.name}={kind or '(missing)'}" for kind in column.kinds]
        else:
            names.append(column.name)
    return names if recipe.input_shape == (len(names),) and len(names) <= MANY else []


def _outputs(plan: Plan, recipe: Recipe) -> list[str]:
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
