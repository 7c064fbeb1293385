"""A network as it would be written in PyTorch: one nn.Sequential, a class, or bare matrices."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Literal, NamedTuple

from tui_nn.spec.call import parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.catalog.entry import Bound, Shape
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.network import walk, walking, without_lazy
from tui_nn.spec.script.imports import import_blocks
from tui_nn.spec.script.initial import first_values, shapes_of
from tui_nn.spec.script.layout import Block, comment, lay, listed, plain
from tui_nn.spec.script.lines import INPUT, Line, Notes, about, texts
from tui_nn.spec.script.matrices import forward_lines
from tui_nn.spec.script.modules import attributes, class_lines, sequential_lines
from tui_nn.spec.script.own import own_classes
from tui_nn.spec.script.placing import parts, placed
from tui_nn.spec.script.variables import Named, named

Spelling = Literal["sequential", "module", "matrices"]
FROZEN = "frozen"


class Section(NamedTuple):
    """Lines that belong together."""

    lines: list[Line]
    is_definition: bool = False
    """A class or a function: it stands further apart."""


def code_of(
    way: Spelling,
    calls: Sequence[str],
    input_shape: Shape,
    tokens: int | None = None,
    frozen: Collection[int] = (),
) -> list[Line]:
    """As `spelled`, of layers as they are written; why there is no code, as a comment."""
    try:
        layers = [bind_call("layer", parse(call)) for call in calls]
        return spelled(way, layers, input_shape, tokens, frozen)
    except InvalidInput as error:
        return [Line(f"# {error.message}")]


def spelled(
    way: Spelling,
    layers: Sequence[Bound],
    input_shape: Shape,
    tokens: int | None = None,
    frozen: Collection[int] = (),
) -> list[Line]:
    """The code of a network; behind each layer the shape of what it gives, N samples at once.

    `tokens` as in `walk`, `frozen`: the places of layers that don't train. InvalidInput where it
    can't be written: no layer is there, or one whose size is wanted doesn't fit.
    """
    if not layers:
        raise InvalidInput("there is no layer to write", hint="add one")
    layers = without_lazy(layers, input_shape, tokens)
    match way:
        case "sequential":
            sections = _sequential(layers, _notes(layers, input_shape, tokens), frozen)
        case "module":
            sections = _module(layers, _notes(layers, input_shape, tokens), frozen)
        case "matrices":
            sections = _matrices(layers, input_shape, tokens, frozen)
    imports = import_blocks([plain(*texts(section.lines)) for section in sections])
    return _joined([*_sections(imports), *sections])


def _notes(layers: Sequence[Bound], input_shape: Shape, tokens: int | None) -> Notes:
    """The shapes behind the layers, up to the first that doesn't fit."""
    found = {INPUT: f"x: {_batch(input_shape)}"}
    with suppress(InvalidInput):
        for place, row in enumerate(walking(layers, input_shape, tokens)):
            found[place] = _batch(row.size.output_shape)
    return found


def _batch(shape: Shape) -> str:
    """The shape of N samples."""
    return f"({', '.join(['N', *map(str, shape)])}{'' if shape else ','})"


def _sequential(layers: Sequence[Bound], notes: Notes, frozen: Collection[int]) -> list[Section]:
    lines = sequential_lines(layers, notes)
    for place in sorted(frozen):
        lines += about(place, [f"network[{place}].requires_grad_(False)"], {place: FROZEN})
    return [*_sections(own_classes([*parts(layers)])), Section(lines)]


def _module(layers: Sequence[Bound], notes: Notes, frozen: Collection[int]) -> list[Section]:
    found = [*parts(layers)]
    names = attributes(found)
    made = [Line("network = Network()")]
    for part in found:
        if part.place in frozen and part.path in names:
            text = f"network.{names[part.path]}.requires_grad_(False)"
            made += about(part.place, [text], {part.place: FROZEN})
    return [
        *_sections(own_classes(found, without=("Residual",))),
        Section(class_lines(found, notes), is_definition=True),
        Section(made),
    ]


def _matrices(
    layers: Sequence[Bound], input_shape: Shape, tokens: int | None, frozen: Collection[int]
) -> list[Section]:
    try:
        found = tuple(placed(walk(layers, input_shape, tokens)))
    except InvalidInput as error:
        reason = f"matrices need sizes that fit: {error.message}"
        raise InvalidInput(reason, where=error.where, hint=error.hint) from None
    tensors = [f"{layer.path}.{name}" for layer in found for name in shapes_of(layer)]
    variables = named(found, tensors)
    drawn = [Line("# The weights, as torch draws them.")] if tensors else []
    for layer in variables:
        drawn += about(layer.place, first_values(layer))
    notes = _notes(layers, input_shape, tokens)
    return [
        Section(drawn),
        Section([Line(text) for text in _training(variables, frozen)]),
        Section(forward_lines(variables, notes), is_definition=True),
    ]


def _training(layers: Sequence[Named], frozen: Collection[int]) -> list[str]:
    """Which of the variables train."""
    parameters = [
        (variable, layer.place in frozen)
        for layer in layers
        for name, variable in layer.tensors.items()
        if name in ("weight", "bias")
    ]
    trained = [variable for variable, is_frozen in parameters if not is_frozen]
    resting = [variable for variable, is_frozen in parameters if is_frozen]
    lines = comment(f"Frozen: {', '.join(resting)}.") if resting else []
    if trained:
        lines += [*lay("parameters = ", listed(trained)), "for parameter in parameters:"]
        lines += ["    parameter.requires_grad_()"]
    return lines


def _sections(blocks: Iterable[Block]) -> list[Section]:
    return [Section([Line(text) for text in b.lines], b.is_definition) for b in blocks]


def _joined(sections: Sequence[Section]) -> list[Line]:
    """Two empty lines round definitions, one between others."""
    found: list[Line] = []
    before: Section | None = None
    for section in sections:
        if not section.lines:
            continue
        if before is not None:
            apart = section.is_definition or before.is_definition
            found += [Line("")] * (1 + apart)
        found += section.lines
        before = section
    return found
