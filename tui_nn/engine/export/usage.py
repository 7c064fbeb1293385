"""What a network that left nn-tui expects and answers, in words."""

from collections.abc import Sequence

from tui_nn.data.prepare import Prepared
from tui_nn.data.recipe import Recipe, recipe_of
from tui_nn.spec.shapes import show
from tui_nn.spec.targets import Decision

MANY = 12
"""More numbers or names than this are not listed."""


def usage(prepared: Prepared) -> list[str]:
    """Lines that say how raw inputs are prepared, and what the outputs mean."""
    recipe = recipe_of(prepared)
    return [*_inputs(recipe, prepared), *_outputs(recipe, prepared)]


def _inputs(recipe: Recipe, prepared: Prepared) -> list[str]:
    shape = ("samples", *recipe.input_shape)
    dtype = prepared.plan.experiment.train.dtype if recipe.tokens is None else "int64"
    text = f"input: {dtype} ({', '.join(map(str, shape))})"
    names = [column.name for column in recipe.columns] or list(recipe.features)
    if names and len(names) <= MANY:
        text += f": {', '.join(names)}"
    lines = [text]
    if recipe.tokens is not None:
        lines.append(f"whole numbers from 0 to {recipe.tokens - 1}")
    if recipe.pixels:
        lines.append("bytes of a picture are divided by 255")
    if recipe.fill is not None:
        lines.append(f"a missing number becomes {_listed(recipe.fill, 'the training mean')}")
    if recipe.mean is not None and recipe.scale is not None:
        lines.append(
            f"prepared as (x - mean) / scale; mean {_listed(recipe.mean, 'of the training part')}, "
            f"scale {_listed(recipe.scale, 'its standard deviation')}"
        )
    return lines


def _outputs(recipe: Recipe, prepared: Prepared) -> list[str]:
    plan = prepared.plan
    text = f"output: (samples, {show(plan.rows[-1].size.output_shape)})"
    if recipe.classes is None:
        lines = [f"{text}: {', '.join(recipe.value_names) or 'values'}"]
        if recipe.target_mean is not None and recipe.target_scale is not None:
            lines.append(
                f"in their own units: output * scale + mean; mean "
                f"{_listed(recipe.target_mean, 'of the training part')}, scale "
                f"{_listed(recipe.target_scale, 'its standard deviation')}"
            )
        return lines
    names = recipe.names
    told = f" of {', '.join(names)}" if len(names) <= MANY else ""
    if plan.fit.decision is Decision.ARGMAX:
        return [f"{text}: the largest tells the class{told}"]
    limit = "0.5" if plan.fit.decision is Decision.ABOVE_HALF else "0"
    return [f"{text}: above {limit} it is {names[1]}, else {names[0]}"]


def _listed(numbers: Sequence[float], words: str) -> str:
    if len(numbers) > MANY:
        return words
    return ", ".join(f"{number:.9g}" for number in numbers)
