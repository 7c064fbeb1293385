"""The datasets that are a user's own files."""

from dataclasses import dataclass
from typing import Any

from tui_nn.spec.catalog.entry import Choice, Either, Entry, Flag, Parameter, Whole, optional, pair
from tui_nn.spec.words import say


@dataclass(frozen=True)
class Word:
    """A text that isn't empty."""

    def check(self, value: Any) -> None:
        if not isinstance(value, str):
            raise ValueError(f"is {say(value)}, not a text")
        if not value or "\0" in value:
            raise ValueError("is empty" if not value else "holds a zero byte")

    def __str__(self) -> str:
        return "a text in quotes"


@dataclass(frozen=True)
class FilePath(Word):
    """Where a file or folder is, from the experiment's folder on."""

    def __str__(self) -> str:
        return "a path in quotes"


@dataclass(frozen=True)
class Words:
    """A tuple of texts."""

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple) or not all(isinstance(part, str) for part in value):
            raise ValueError(f"is {say(value)}, not {self}")

    def __str__(self) -> str:
        return "a list of texts"


PATHS = (FilePath(), optional(FilePath()))
"""The rules of parameters that name files."""

ENCODINGS = (
    *("utf-8", "utf-16", "latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254"),
    *("gbk", "big5", "shift_jis", "euc_kr"),
)
"""How a table's letters may be stored."""

_sha256 = Parameter("sha256", optional(Word()), "of the data; other data is refused", None)
_rows = Parameter("rows", optional(Whole(1)), "samples in it; other data is refused", None)
_task = Parameter(
    "task",
    Choice(("auto", "classes", "values")),
    "what the target is; auto: classes where it is text or a few whole numbers",
    "auto",
)
_standardize_target = Parameter(
    "standardize_target",
    Flag(),
    "scale values to be predicted to mean 0 and deviation 1 of the training part",
    True,
)

FILES = (
    Entry(
        "dataset",
        "csv",
        "tui_nn.data.files.csv_table.csv",
        "A table of your own: a text file with a sample a line, a column a measurement.",
        (
            Parameter("path", FilePath(), "the file"),
            Parameter(
                "target",
                optional(Either((Word(), Words()))),
                "name of the column to predict, or several; None: the last",
                None,
            ),
            _task,
            Parameter(
                "leave_out",
                Either((Word(), Words())),
                "name of a column that is not read, or several",
                (),
            ),
            Parameter(
                "delimiter",
                optional(Choice((",", ";", "\t", "|"))),
                "what stands between two fields; None: found",
                None,
            ),
            Parameter("header", optional(Flag()), "names in the first line; None: found", None),
            Parameter(
                "decimal", optional(Choice((".", ","))), "the decimal point; None: found", None
            ),
            Parameter(
                "encoding",
                optional(Choice(ENCODINGS)),
                "how letters are stored; None: found",
                None,
            ),
            Parameter(
                "standardize",
                Flag(),
                "scale each column to the mean 0 and deviation 1 of the training part",
                True,
            ),
            _standardize_target,
            _sha256,
            _rows,
        ),
    ),
    Entry(
        "dataset",
        "npz",
        "tui_nn.data.files.npz.npz",
        "Arrays of your own, as numpy.savez writes them: x (samples first) and y.",
        (
            Parameter("path", FilePath(), "the file"),
            Parameter("x", Word(), "name of the array of inputs", "x"),
            Parameter("y", Word(), "name of the array of targets", "y"),
            _task,
            Parameter(
                "standardize",
                optional(Flag()),
                "scale each column of the training part; None: where x is rows of numbers",
                None,
            ),
            _standardize_target,
            _sha256,
            _rows,
        ),
    ),
    Entry(
        "dataset",
        "idx",
        "tui_nn.data.files.idx.idx",
        "Pictures in MNIST's own format: a folder, or a file of pictures and one of labels.",
        (
            Parameter("path", FilePath(), "the folder, or the file of pictures"),
            Parameter(
                "labels", optional(FilePath()), "the file of labels, where path is a file", None
            ),
            _sha256,
            _rows,
        ),
    ),
    Entry(
        "dataset",
        "images",
        "tui_nn.data.files.images.images",
        "Pictures of your own: a folder with a folder of picture files for each class.",
        (
            Parameter("folder", FilePath(), "the folder"),
            Parameter(
                "size",
                optional(pair(Whole(1, 4096))),
                "height and width they are brought to; None: the commonest, at most 64",
                None,
            ),
            Parameter(
                "colour",
                optional(Flag()),
                "three channels (True) or one (False); None: as the pictures are",
                None,
            ),
            _sha256,
            _rows,
        ),
    ),
)
