"""The course: its files, and that every preset does what it is there for."""

import re
import tomllib

import pytest

from tests.presets.support import experiment, named_changes, text, train
from tui_nn.data.prepare import prepare
from tui_nn.spec.finding import course, preset_names, presets_folder

NAMES = preset_names()
WITH_GOAL = [name for name in NAMES if experiment(name).goal]
SEEDS = range(5)
TAKES_LONG = {"spiral-adam": SEEDS, "lbfgs-full-batch": SEEDS, "digits-cnn": range(1, 5)}
MORE_SEEDS = {"xor-mlp": range(10)}
KEYS = ["title", "about", "data", "network", "loss", "optimizer", "schedule", "init"]

each = pytest.mark.parametrize("name", NAMES)


def sentences(about: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", about) if part]


def test_the_course_lists_every_file_once_and_no_other() -> None:
    files = {path.stem for path in presets_folder().glob("*.toml")} - {"course"}
    files = {name for name in files if not name.endswith(".lesson")}
    assert files == set(NAMES)
    assert len(NAMES) == len(files)


def test_the_chapters_come_in_order() -> None:
    assert [(c.letter, c.title) for c in course()] == [
        ("A", "One neuron"),
        ("B", "Layers"),
        ("C", "Gradient and learning rate"),
        ("D", "Optimizers"),
        ("E", "Tables"),
        ("F", "Pictures"),
        ("G", "Your own"),
    ]


@each
def test_a_preset_fits_its_data(name: str) -> None:
    """What is said of it is only what a reader found in a file."""
    prepared = prepare(experiment(name))
    assert prepared.plan.notices == prepared.dataset.notices


@each
def test_a_preset_has_a_short_title_and_a_short_text(name: str) -> None:
    preset = experiment(name)
    assert preset.title != name
    assert len(preset.title) <= 24
    assert 1 <= len(sentences(preset.about)) <= 3
    assert len(preset.about.split()) <= 60


def test_titles_are_told_apart() -> None:
    assert len({experiment(name).title for name in NAMES}) == len(NAMES)


@each
def test_a_preset_is_written_in_the_order_of_the_keys(name: str) -> None:
    table = tomllib.loads(text(name))
    order = [*KEYS, "train", "goal", "view"]
    assert list(table) == sorted(table, key=order.index)


@each
def test_what_a_text_tells_to_try_can_be_tried(name: str) -> None:
    changed = experiment(name, *named_changes(experiment(name).about))
    assert prepare(changed).plan.total_steps


@pytest.mark.parametrize("name", ["too-fast", "batch-size"])
def test_a_text_about_a_comparison_names_the_key_to_change(name: str) -> None:
    assert named_changes(experiment(name).about)


def test_each_chapter_that_teaches_is_paced_and_real_data_runs_flat_out() -> None:
    for chapter in course():
        for name in chapter.presets:
            assert bool(experiment(name).view.pace) == (chapter.letter in "ABCD"), name


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WITH_GOAL if name not in TAKES_LONG])
def test_a_goal_is_reached_from_every_start(name: str) -> None:
    seeds = MORE_SEEDS.get(name, SEEDS)
    assert [train(name, seed).ended.reason for seed in seeds] == ["goal"] * len(seeds)


def test_the_digits_cnn_reaches_its_goal() -> None:
    assert train("digits-cnn").ended.reason == "goal"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seed"), [(name, seed) for name, seeds in TAKES_LONG.items() for seed in seeds]
)
def test_a_goal_is_reached_also_where_it_takes_longer(name: str, seed: int) -> None:
    ended = train(name, seed).ended
    assert ended.reason == "goal"
    assert ended.seconds < 60
