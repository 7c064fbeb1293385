"""New pictures: files of a folder, or arrays in MNIST's format."""

from pathlib import Path

import numpy as np

from tui_nn.data.files.arrays import fill_unit, foreign
from tui_nn.data.files.folders import files_in
from tui_nn.data.files.idx import (
    StoredFile,
    check_pair,
    fill_pictures,
    find_pairs,
    read_file,
    read_header,
    size_of,
)
from tui_nn.data.files.images import (
    SUFFIXES,
    is_picture,
    need_pillow,
    telling,
)
from tui_nn.data.files.source import Source, name_of, tell_memory
from tui_nn.data.fresh.samples import Fresh, class_indices, count_of, form_of, some_names
from tui_nn.data.recipe import Recipe
from tui_nn.data.split import Samples
from tui_nn.spec.catalog.entry import Bound
from tui_nn.spec.errors import InvalidInput, printable

_SIDES = 3
"""Channels, height and width."""


def read_pictures(bound: Bound, recipe: Recipe, source: Source, *, with_targets: bool) -> Fresh:
    """A picture, or all in a folder and those below it, brought to training's size and colours.

    With targets, the folder that a picture lies in is its class; those in no folder are left out.
    Broken files are left out, and told. Raises InvalidInput.
    """
    root = source.find(bound["folder"])
    where = name_of(root)
    channels = recipe.input_shape[0]
    if not recipe.pixels or len(recipe.input_shape) != _SIDES or channels not in (1, 3):
        raise InvalidInput(
            f"holds pictures, the run was trained on {form_of(recipe)}",
            where=where,
            hint="give it in the form it was trained on, or as the array x of a .npz file",
        )
    need_pillow(where)
    files = [path for path in files_in(root) if is_picture(path)] if root.is_dir() else [root]
    if not files:
        raise InvalidInput(
            "holds no pictures", where=where, hint=f"they end in {' '.join(sorted(SUFFIXES))}"
        )
    loose = [path for path in files if path.parent == root] if with_targets else []
    if loose:
        files = [path for path in files if path.parent != root]
        if not files:
            raise InvalidInput(
                "holds pictures, but no folders of them: their classes aren't known",
                where=where,
                hint="make a folder a class, as pets/cat/1.png",
            )
    if bound["sha256"]:
        source.identify(files, bound["sha256"])
    x, good, notices = _read(files, recipe, source)
    names = [str(path.relative_to(root)) if path != root else path.name for path in good]
    if loose:
        notices.append(f"left out: {count_of(len(loose), 'picture')} in no folder of a class")
    y = None
    if with_targets:
        folders = [printable(path.relative_to(root).parts[0]) for path in good]
        y = class_indices(np.array(folders), recipe, where)
    return Fresh(x, y, tuple(map(printable, names)), tuple(map(printable, notices)))


def _read(
    files: list[Path], recipe: Recipe, source: Source
) -> tuple[Samples, list[Path], list[str]]:
    """The pictures that can be read, their files, and what is to be told of the others."""
    from tui_nn.data.files.pictures import BadPicture, pixels

    channels, height, width = recipe.input_shape
    shape = (len(files), channels, height, width)
    tell_memory(source, count_of(len(files), "picture"), 4 * int(np.prod(shape)))
    x = np.empty(shape, np.float32)
    good: list[Path] = []
    bad: list[tuple[Path, BadPicture]] = []
    for index in telling(source, "reading pictures", range(len(files))):
        try:
            fill_unit(x[len(good)], pixels(files[index], (height, width), channels == _SIDES))
        except BadPicture as error:
            bad.append((files[index], error))
            continue
        good.append(files[index])
    if bad and not good:
        path, reason = bad[0]
        raise InvalidInput(str(reason), where=name_of(path), hint="save it as png or jpg")
    names = some_names([path.name for path, _ in bad])
    told = [f"left out: {count_of(len(bad), 'file')} that can't be read, {names}"] if bad else []
    return x[: len(good)], good, told


def read_idx(bound: Bound, recipe: Recipe, source: Source, *, with_targets: bool) -> Fresh:
    """The pictures of a file in MNIST's format, or of a folder of them. Raises InvalidInput."""
    place, labels = source.find(bound["path"]), bound["labels"]
    if place.is_dir() or with_targets:
        pairs = [(read_header(a), read_header(b)) for a, b in find_pairs(place, labels, source)]
        for images, numbers in pairs:
            check_pair(images, numbers, least=1)
        pictures = [images for images, _ in pairs]
    else:
        pairs, pictures = [], [read_header(place)]
    if bound["sha256"]:
        files = pictures + [numbers for _, numbers in pairs]
        source.identify([file.path for file in files], bound["sha256"])
    for images in pictures:
        _check(images, recipe)
    count = sum(images.shape[0] for images in pictures)
    tell_memory(source, count_of(count, "picture"), 4 * count * int(np.prod(recipe.input_shape)))
    with foreign(pictures[0].where, "a file in MNIST's format"):
        x = np.empty((count, *recipe.input_shape), np.float32)
    start = 0
    for images in pictures:
        fill_pictures(x[start : start + images.shape[0]], images, source)
        start += images.shape[0]
    notices = [f"{f.shape[0]:,} pictures of {f.path.name}" for f in pictures if len(pictures) > 1]
    y = None
    if with_targets:
        raw = np.concatenate([read_file(numbers, source) for _, numbers in pairs])
        y = class_indices(raw, recipe, pairs[0][1].where)
    return Fresh(x, y, notices=tuple(map(printable, notices)))


def _check(images: StoredFile, recipe: Recipe) -> None:
    """InvalidInput unless these are pictures as in training."""
    shape = images.shape[1:] if len(images.shape) == _SIDES + 1 else (1, *images.shape[1:])
    if len(images.shape) not in (_SIDES, _SIDES + 1) or not images.shape[0]:
        raise InvalidInput(
            f"holds {size_of(images) or 'a row of'} numbers, no pictures",
            where=images.where,
            hint="name the file of pictures",
        )
    if shape != recipe.input_shape or (images.dtype == np.uint8) != recipe.pixels:
        form = "" if images.dtype == np.uint8 else f" of {images.dtype}"
        raise InvalidInput(
            f"holds pictures {'x'.join(map(str, shape))}{form}, "
            f"the run was trained on {form_of(recipe)}",
            where=images.where,
            hint="bring them to that form",
        )
