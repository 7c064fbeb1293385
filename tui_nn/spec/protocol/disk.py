"""What an engine tells of the disk of its machine: a folder's entries, and what a file holds."""

from typing import Any, Literal

import msgspec

from tui_nn.spec.protocol.arrays import Array

Opens = Literal["", "data", "experiment", "lesson", "run"]
"""What nn-tui can open a file or folder as; empty: as nothing."""
Reader = Literal["csv", "npz", "idx", "images", "experiment"]


class Found(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """What a look at the disk has found; it stands in an answer."""


class FolderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder in a folder."""

    name: str
    is_folder: bool = False
    size: int | None = None
    """Bytes; None for a folder."""
    opens: Opens = ""


class Listing(Found, frozen=True, kw_only=True):
    """What is in a folder, without what is hidden: folders first, each kind by name."""

    path: str
    """Absolute."""
    parent: str
    """The folder it is in; empty at the top."""
    entries: tuple[FolderEntry, ...]
    left_out: int = 0
    """So many more there are at least."""


class FileColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table, or an array of a .npz file."""

    name: str
    kind: Literal["numbers", "texts"]
    missing: int = 0
    """Rows that have nothing there."""
    low: float | None = None
    """The least of its numbers; None where they were not looked at."""
    high: float | None = None
    different: int = 0
    """Of texts: how many different ones there are."""
    texts: tuple[str, ...] = ()
    """The commonest of them."""
    shape: tuple[int, ...] | None = None
    """Of an array."""


class Contents(Found, frozen=True, kw_only=True):
    """What a file or folder holds, as far as was looked at."""

    path: str
    """As it was asked for."""
    opens: Opens
    reader: Reader
    call: str = ""
    """The dataset as an experiment names it: `csv('iris.csv', target='species')`."""
    sampled: str = ""
    """`the first 2 MB: 12,345 rows`; empty where all was looked at."""
    samples: int | None = None
    """How many there are in all; None where that is not known."""
    input_shape: tuple[int, ...] | None = None
    """Of one sample, as a network gets it."""
    target: tuple[str, ...] = ()
    """What is predicted: as asked for, else the guess."""
    classes: tuple[str, ...] = ()
    """Their names, where the target is one of them."""
    class_counts: tuple[int, ...] = ()
    """Samples of each that were looked at."""
    values: tuple[int, ...] | None = None
    """The shape of the target of one sample, where it is numbers."""
    columns: tuple[FileColumn, ...] = ()
    columns_left_out: int = 0
    """So many more there are."""
    rows: tuple[tuple[str, ...], ...] = ()
    """The first ones, by columns, as they are written."""
    pictures: Array | None = None
    """float32 (n, channels, height, width): some samples, from 0 to 1."""
    labels: tuple[str, ...] = ()
    """The class of each of these pictures."""
    notices: tuple[str, ...] = ()
    """What was found, guessed or mended, a line each."""
    problem: str = ""
    """Why it can't be trained on as it is; empty where it can."""
    hint: str = ""
    """What mends that."""
    experiment: dict[str, Any] | None = None
    """Of an experiment: what its file says."""


Finds = Listing | Contents
