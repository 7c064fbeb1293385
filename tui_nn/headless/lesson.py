"""Tries a lesson: by its own solution, or held against a run that somebody made."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from msgspec import structs

from tui_nn.client import Client, engine_command
from tui_nn.headless.output import print_text
from tui_nn.headless.waiting import waiting
from tui_nn.runs.folder import Folder
from tui_nn.runs.log import read_records
from tui_nn.spec.deeds import command_of, way_to
from tui_nn.spec.errors import InvalidInput, NNError
from tui_nn.spec.exits import Exit
from tui_nn.spec.finding import experiment_beside, shown
from tui_nn.spec.lesson import Lesson, find_lesson, load_lesson
from tui_nn.spec.protocol import STATE_AFTER, Ended, Evaluated, Record, Started, Stepped
from tui_nn.spec.protocol.commands import Commands, Drive, Load, Run
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present, Problem
from tui_nn.views.judge import Judge, is_recorded
from tui_nn.views.world import World


@dataclass(frozen=True)
class Outcome:
    """What came of a lesson."""

    name: str
    lesson: Lesson
    met: frozenset[int]
    """The slides whose check has happened, counted from 0."""
    passed: frozenset[int] = field(default_factory=frozenset)
    """Those whose check a recording can't tell of."""

    @property
    def asked(self) -> list[int]:
        """The slides with a check that can be met."""
        slides = enumerate(self.lesson.slides)
        return [index for index, slide in slides if slide.check and index not in self.passed]

    @property
    def is_met(self) -> bool:
        return self.met >= set(self.asked)


def check_lessons(words: Sequence[str]) -> int:
    """Play lessons by their own solutions and print what was met; the exit code."""
    found = [(path, load_lesson(path)) for path in map(find_lesson, words)]
    with waiting() as tell, playing() as player:
        outcomes = []
        for path, lesson in found:
            tell(f"trying {path.name} …")
            outcomes.append(player.play(lesson, path))
    return _report(outcomes)


def check_run(word: str, folder: Folder) -> int:
    """Hold a lesson against a run and print what was met; the exit code."""
    path = find_lesson(word)
    return _report([judge_run(load_lesson(path), path, folder)])


def judge_run(lesson: Lesson, path: Path, folder: Folder) -> Outcome:
    """Which checks a run's records meet, in any order, those left out that none can tell.

    InvalidInput where it is a run of something else.
    """
    checks = [(index, slide.check) for index, slide in enumerate(lesson.slides) if slide.check]
    passed = frozenset(index for index, check in checks if not is_recorded(check))
    world, judge = _classroom(lesson)
    judge.turn_to([index for index, check in checks if is_recorded(check)], world)
    name = experiment_beside(path).stem
    for record in read_records(folder.events):
        if isinstance(record, Started) and record.name != name:
            raise InvalidInput(
                f"is a run of {record.name}", where=folder.name, hint=f"the lesson is about {name}"
            )
        _retell(record, world)
    return Outcome(path.name, lesson, frozenset(judge.met), passed)


def _classroom(lesson: Lesson) -> tuple[World, Judge]:
    """A world that looks whether what a lesson asks for happens."""
    world = World()
    world.teach(lesson)
    assert world.judge is not None
    return world, world.judge


def _retell(record: Record, world: World) -> None:
    """The world takes a record in, and where training stood by it."""
    world.take(record)
    state = world.present.state
    if isinstance(record, Ended):
        state = STATE_AFTER[record.reason]
    elif isinstance(record, Started | Stepped):
        state = "running"
    world.take(structs.replace(world.present, state=state))
    if isinstance(record, Stepped | Evaluated):
        world.stand_by(record)


@contextmanager
def playing() -> "Iterator[Player]":
    """An engine of this machine, for one lesson after another."""
    told: SimpleQueue[Told] = SimpleQueue()
    client = Client(engine_command(), told.put)
    client.start()
    try:
        yield Player(client, told)
    finally:
        client.close()


class Player:
    """Does what lessons ask for, and looks whether it has happened."""

    def __init__(self, client: Client, told: "SimpleQueue[Told]") -> None:
        self._client, self._told = client, told
        self._world = World()

    def play(self, lesson: Lesson, path: Path) -> Outcome:
        """Go through the slides; InvalidInput where the engine refuses what one of them asks."""
        self._world, judge = _classroom(lesson)
        self._have(Load(experiment=str(experiment_beside(path)), runs=None))
        for index, slide in enumerate(lesson.slides):
            try:
                judge.turn_to((), self._world)
                self._do(way_to(slide.step, slide.phase, self._world.present))
                judge.turn_to((index,), self._world)
                self._do(map(command_of, slide.do))
            except InvalidInput as error:
                raise error.at(f"{shown(path)}: slide[{index}]") from None
        return Outcome(path.name, lesson, frozenset(judge.met))

    def _do(self, commands: Iterable[Commands]) -> None:
        """Have them carried out one by one, and hear all that came of them."""
        for command in commands:
            self._have(command)
            while isinstance(command, Run) and self._world.running:
                self._take()
        self._have(Drive())  # answered behind what is still to be told

    def _have(self, command: Commands) -> None:
        """Have a command carried out; what the engine refuses is InvalidInput."""
        number = self._client.send(command)
        while True:
            told = self._take()
            if isinstance(told, Answer) and told.id == number:
                return
            if isinstance(told, Problem) and told.id == number:
                raise InvalidInput(told.message, where=told.where, hint=told.hint)

    def _take(self) -> Told:
        told = self._told.get()
        if isinstance(told, Present) and told.state == "offline":
            raise NNError(told.words)
        self._world.take(told)
        return told


def _report(outcomes: Sequence[Outcome]) -> int:
    """A line for each lesson, and one for each check that was not met."""
    for outcome in outcomes:
        met = f"{len(outcome.met)} of {len(outcome.asked)} checks met"
        print_text(f"{outcome.lesson.title or outcome.name}: {met}")
        for index in outcome.asked:
            if index not in outcome.met:
                print_text(f"  ✗ slide {index + 1}: {_words(outcome, index)}")
        for index in sorted(outcome.passed):
            print_text(f"  – slide {index + 1}: {_words(outcome, index)} (no record tells)")
    return Exit.DONE if all(outcome.is_met for outcome in outcomes) else Exit.GOAL_MISSED


def _words(outcome: Outcome, index: int) -> str:
    return ", ".join(map(str, outcome.lesson.slides[index].check))
