"""Experiments on disk: the presets, and a person's own files."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.words import near, say

MAX_BYTES = 1_000_000
PACKAGE = Path(__file__).parents[1]
LESSON = ".lesson.toml"
"""How the name of a lesson's file ends."""


@dataclass(frozen=True)
class Chapter:
    """A part of the course: presets in the order they are meant to be opened."""

    letter: str
    title: str
    presets: tuple[str, ...]


def presets_folder() -> Path:
    """Where the presets are: inside an installed package, beside it in a checkout."""
    installed = PACKAGE / "presets"
    return installed if installed.is_dir() else PACKAGE.parent / "presets"


def course() -> tuple[Chapter, ...]:
    """The chapters in order."""
    table = tomllib.loads((presets_folder() / "course.toml").read_text(encoding="utf-8"))
    return tuple(
        Chapter(chapter["letter"], chapter["title"], tuple(chapter["presets"]))
        for chapter in table["chapter"]
    )


def preset_names() -> tuple[str, ...]:
    """Every preset, in the order of the course."""
    return tuple(name for chapter in course() for name in chapter.presets)


def lesson_names() -> tuple[str, ...]:
    """The presets that carry a lesson, in the order the lessons are meant to be taken."""
    table = tomllib.loads((presets_folder() / "course.toml").read_text(encoding="utf-8"))
    return tuple(table.get("lessons", ()))


def find_experiment(word: str) -> Path:
    """The file or folder that `word` names: a path, else a preset; InvalidInput with near ones."""
    path = Path(word)
    try:
        is_file, is_folder = path.is_file(), path.is_dir() and word != ""
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror})", where=say(word)) from None
    if word in preset_names() and not is_file:
        return presets_folder() / f"{word}.toml"
    if is_file or is_folder or path.suffix == ".toml" or len(path.parts) > 1:
        return path
    raise InvalidInput(
        f"there is no preset or file {word}",
        hint=near_file(word) or "`nn-tui presets` lists the presets",
    )


def lesson_beside(experiment: Path) -> Path:
    """Where the lesson of an experiment's file is, if it has one."""
    return experiment.parent / (experiment.stem + LESSON)


def experiment_beside(lesson: Path) -> Path:
    """The file of the experiment that a lesson belongs to."""
    return lesson.with_name(lesson.name.removesuffix(LESSON) + ".toml")


def near_file(word: str) -> str:
    """ "did you mean x?" with presets and files of the working directory, or an empty text."""
    try:
        here = [path.name for path in Path().iterdir() if not path.name.startswith(".")]
    except OSError:
        here = []
    return near(word, here if Path(word).suffix else [*preset_names(), *here])


def read_text(path: Path, what: str = "an experiment") -> str:
    """A text file of at most 1 MB; `what` it is to be."""
    where = shown(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)  # a device may have no end
        if len(raw) > MAX_BYTES:
            size = f"{path.stat().st_size / 1e6:.1f}" if path.is_file() else "more than 1"
            raise InvalidInput(f"has {size} MB", where=where, hint=f"{what} has at most 1 MB")
        return raw.decode("utf-8-sig")
    except IsADirectoryError:
        raise InvalidInput("is a folder", where=where, hint="name a TOML file") from None
    except FileNotFoundError:
        siblings = [str(p) for p in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        raise InvalidInput(
            "there is no such file",
            where=where,
            hint=near(str(path), siblings) or "name a preset or a TOML file",
        ) from None
    except UnicodeDecodeError:
        raise InvalidInput("is not a text file", where=where, hint="name a TOML file") from None
    except OSError as error:
        raise InvalidInput(f"can't be read ({error.strerror})", where=where) from None
    except ValueError as error:
        raise InvalidInput(f"can't be read ({error})", where=where) from None


def shown(path: Path) -> str:
    """A file's place for a person: presets/and-gate.toml."""
    folder = presets_folder()
    return f"presets/{path.name}" if path.parent == folder else str(path)
