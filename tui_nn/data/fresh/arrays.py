"""New inputs as an array in a .npz file."""

import zipfile
from math import prod

import numpy as np
from numpy.typing import NDArray

from tui_nn.data.files.arrays import brief, fill, fill_unit, foreign
from tui_nn.data.files.labels import is_one_hot
from tui_nn.data.files.npz import (
    FORM,
    StoredArray,
    arrays_in,
    check_form,
    find_layout,
    read_array,
    read_header,
)
from tui_nn.data.files.source import Source, name_of, tell_memory
from tui_nn.data.fresh.samples import Fresh, class_indices, count_of, form_of, inputs_of_rows
from tui_nn.data.recipe import Recipe
from tui_nn.data.split import Samples
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput, printable
from tui_nn.spec.words import near


def read_npz(bound: Bound, recipe: Recipe, source: Source, *, with_targets: bool) -> Fresh:
    """The inputs of an array (n, …), by the name training's had; a file's only array is meant.

    Pictures of bytes are laid out as in training. Raises InvalidInput.
    """
    file = source.find(bound["path"])
    where = name_of(file)
    if bound["sha256"]:
        source.identify([file], bound["sha256"])
    check_form(file, where)
    with foreign(where, FORM):
        archive = zipfile.ZipFile(file)
    with archive:
        name = _name(bound, recipe, "x", archive, where, alone=not with_targets)
        array = read_header(archive, arrays_in(archive)[name], name, where)
        tell_memory(source, count_of(array.shape[0], "sample"), 4 * prod(array.shape))
        x = _inputs(archive, array, recipe, where, source)
        if not with_targets:
            return Fresh(x)
        name = _name(bound, recipe, "y", archive, where)
        targets = read_header(archive, arrays_in(archive)[name], name, where)
        if targets.shape[0] != len(x):
            raise InvalidInput(
                f"{array.name} holds {len(x):,} samples, {targets.name} {targets.shape[0]:,}",
                where=where,
                hint="samples come first in both",
            )
        return Fresh(x, _targets(archive, targets, recipe, where, source))


def _name(
    bound: Bound,
    recipe: Recipe,
    which: str,
    archive: zipfile.ZipFile,
    where: str,
    *,
    alone: bool = False,
) -> str:
    """The array that is asked for, or named as in training; with `alone` the only one there is."""
    infos = arrays_in(archive)
    asked = bound.given.get(which)
    trained = recipe.arrays[which == "y"] if recipe.arrays else which
    name = str(asked or trained)
    if name in infos:
        return name
    if alone and asked is None and len(infos) == 1:
        return next(iter(infos))
    listed = brief(printable(", ".join(infos)))
    raise InvalidInput(
        f"holds no array {name}; it has {listed}" if infos else "holds no arrays",
        where=where,
        hint=near(name, list(infos)[:100]) or f"write npz('FILE', {which}='NAME')",
    )


def _inputs(
    archive: zipfile.ZipFile, array: StoredArray, recipe: Recipe, where: str, source: Source
) -> Samples:
    if array.dtype.kind in "SU":
        raise InvalidInput(
            f"{array.name} holds texts, a network reads numbers",
            where=where,
            hint="give a table for texts",
        )
    if recipe.columns:
        return _rows(archive, array, recipe, where, source)
    layout = find_layout(array)
    as_pixels = layout.picture and array.dtype == np.uint8
    if as_pixels != recipe.pixels:
        trained, found = ("bytes", array.dtype) if recipe.pixels else ("numbers", "bytes")
        raise InvalidInput(
            f"{array.name} holds pictures of {found}, the run was trained on {trained}",
            where=where,
            hint=f"save it as {'uint8, from 0 to 255' if recipe.pixels else 'float32'}",
        )
    shape = layout.shape
    if shape == recipe.input_shape[1:] and recipe.input_shape[0] == 1:
        shape = (1, *shape)  # a grey picture without its channel
    if shape != recipe.input_shape:
        raise _other_shape(array, shape, recipe, where)
    raw = read_array(archive, array, where, source).transpose(layout.axes)
    x: Samples = np.empty((len(raw), *shape), recipe.dtype)
    if as_pixels:
        fill_unit(x, raw.reshape(x.shape))
    elif recipe.tokens is None:
        fill(x, raw.reshape(x.shape), array.name, where)
    else:
        x = inputs_of_rows(raw.reshape(x.shape).astype(np.float64), recipe, where)
    return x


def _rows(
    archive: zipfile.ZipFile, array: StoredArray, recipe: Recipe, where: str, source: Source
) -> Samples:
    texts = [column.name for column in recipe.columns if column.texts]
    if texts:
        raise InvalidInput(
            f"the run was trained on a table with texts in its column {texts[0]}",
            where=where,
            hint="give a table",
        )
    width = len(recipe.columns)
    own = array.shape[1:] or (1,)
    if own != (width,):
        raise _other_shape(array, own, recipe, where)
    raw = read_array(archive, array, where, source)
    rows: NDArray[np.float64] = np.empty((len(raw), width))
    fill(rows, raw.reshape(rows.shape), array.name, where)
    return inputs_of_rows(rows, recipe, where)


def _other_shape(
    array: StoredArray, shape: tuple[int, ...], recipe: Recipe, where: str
) -> InvalidInput:
    wanted = (len(recipe.columns),) if recipe.columns else recipe.input_shape
    return InvalidInput(
        f"{array.name} holds samples of {'x'.join(map(str, shape))}, "
        f"the run was trained on {form_of(recipe)}",
        where=where,
        hint=f"samples come first: ({', '.join(['n', *map(str, wanted)])})",
    )


def _targets(
    archive: zipfile.ZipFile, array: StoredArray, recipe: Recipe, where: str, source: Source
) -> Samples:
    raw = read_array(archive, array, where, source)
    shape = raw.shape[1:]
    if recipe.classes is not None:
        if shape == (recipe.classes,) and is_one_hot(raw):
            raw, shape = raw.argmax(axis=1), ()
        if shape not in ((), (1,)):
            raise InvalidInput(
                f"{array.name} has the shape {brief(str(raw.shape))}, classes are one a sample",
                where=where,
                hint="save its argmax(1)",
            )
        return class_indices(raw.reshape(len(raw)), recipe, where)
    wanted = recipe.target_shape
    if array.dtype.kind in "SU" or (shape or (1,)) != wanted:
        found = "texts" if array.dtype.kind in "SU" else f"the shape {brief(str(raw.shape))}"
        raise InvalidInput(
            f"{array.name} has {found}, the run predicts {recipe.kind}",
            where=where,
            hint=f"save numbers ({', '.join(['n', *map(str, wanted)])})",
        )
    y = np.empty((len(raw), *wanted), np.float64 if recipe.exact_target else np.float32)
    fill(y, raw.reshape(y.shape), array.name, where)
    return y
