"""What a shell offers for the word that is being typed: presets, runs, names, keys."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from click import Context, Parameter
from click.shell_completion import CompletionItem

from tui_nn.spec.errors import InvalidInput

Items = list[CompletionItem]

DATA = frozenset({".toml", ".csv", ".tsv", ".npz"})
"""Suffixes of files that are experiments, or become one."""
UNQUOTED = re.compile(r"[\w.+-]+", re.ASCII)
"""What every shell takes as it is; other files are left to the shell itself."""


def experiments(context: Context, parameter: Parameter, word: str) -> Items:
    """Presets and files; keys where a run goes on with its own experiment."""
    if context.params.get("resume"):
        return changes(context, parameter, word)
    return [*_presets(word), *_files(word)]


def experiments_and_runs(context: Context, parameter: Parameter | None, word: str) -> Items:
    """Presets, files and runs."""
    return [*_presets(word), *_files(word), *_runs(context, word)]


def runs(context: Context, parameter: Parameter, word: str) -> Items:
    """Runs by name."""
    return list(_runs(context, word))


def lessons(context: Context, parameter: Parameter, word: str) -> Items:
    """Presets that carry a lesson, and files of lessons."""
    from tui_nn.spec.finding import LESSON, lesson_names

    files = [item for item in _files(word) if item.value.endswith(LESSON)]
    return [*(CompletionItem(name) for name in lesson_names() if name.startswith(word)), *files]


def changes(context: Context, parameter: Parameter, word: str) -> Items:
    """Keys of an experiment, to be followed by a value."""
    return [CompletionItem(f"{key}=", help=words) for key, words in _keys() if key.startswith(word)]


def names(context: Context, parameter: Parameter, word: str) -> Items:
    """All that can be explained."""
    from tui_nn.spec import catalog
    from tui_nn.spec.catalog.metrics import METRICS
    from tui_nn.spec.catalog.phases import PHASES

    known: list[tuple[str, str]] = [(entry.name, entry.summary) for entry in catalog.entries()]
    known += [(metric.name, metric.summary) for metric in METRICS]
    known += [(phase.name, phase.title) for phase in PHASES]
    known += _keys()
    start = word.lower()
    return [
        CompletionItem(name, help=words) for name, words in known if name.lower().startswith(start)
    ]


def _presets(word: str) -> Iterator[CompletionItem]:
    from tui_nn.spec.files import load_experiment
    from tui_nn.spec.finding import preset_names

    for name in preset_names():
        if name.startswith(word):
            yield CompletionItem(name, help=load_experiment(name).title)


def _files(word: str) -> Iterator[CompletionItem]:
    """The working directory's own."""
    try:
        found = sorted(path.name for path in Path().iterdir() if path.suffix in DATA)
    except OSError:
        return
    for name in found:
        if name.startswith(word) and UNQUOTED.fullmatch(name):
            yield CompletionItem(name)


def _runs(context: Context, word: str) -> Iterator[CompletionItem]:
    """Those of --runs, the newest first."""
    from tui_nn.runs.folder import LATEST, list_runs

    asked = (context, context.parent) if context.parent else (context,)
    folders = (at.params.get("runs") or at.params.get("folder") for at in asked)
    try:
        found = list_runs(Path(next(filter(None, folders), "runs")))
    except InvalidInput:
        return
    known = [LATEST, *(folder.name for folder in reversed(found))] if found else []
    yield from (CompletionItem(name) for name in known if name.startswith(word))


def _keys() -> Iterable[tuple[str, str]]:
    from tui_nn.spec.keys import SECTIONS, TOP

    yield from ((key.name, key.help) for key in TOP)
    for section, keys in SECTIONS.items():
        yield from ((f"{section}.{key.name}", key.help) for key in keys)
