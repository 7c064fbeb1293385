"""The file of a lesson, a slide more or less: all else stays as it was written."""

from pathlib import Path

from tui_nn.app.editing.writing import replace_text
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.finding import read_text, shown
from tui_nn.spec.lesson import Lesson, Slide, lesson_of, load_lesson, write_lesson

CHANGED = "is another now than the lesson that is shown"


def add_slide(path: Path, slide: Slide, title: str) -> Lesson:
    """Write it behind the others; the lesson. InvalidInput where that can't be."""
    if not path.is_file():
        replace_text(path, write_lesson(Lesson((slide,), title)))
        return load_lesson(path)
    before, old = read_text(path, "a lesson"), load_lesson(path)
    new = f"{before.rstrip()}\n\n{write_lesson(Lesson((slide,)))}"
    try:
        lesson_of(new, shown(path))
    except InvalidInput:  # slides in one list: no table can follow it
        new = write_lesson(Lesson((*old.slides, slide), old.title))
    replace_text(path, new)
    return load_lesson(path)


def remove_slide(path: Path, index: int, shown_lesson: Lesson) -> Lesson | None:
    """Take it out; the lesson, None where it was the last slide and the file is gone, too.

    InvalidInput where that can't be, or the file is not the lesson that is shown.
    """
    import tomlkit  # takes a quarter of a second

    if load_lesson(path) != shown_lesson:
        raise InvalidInput(CHANGED, where=shown(path), hint="open it again")
    if len(shown_lesson.slides) == 1:
        path.unlink(missing_ok=True)
        return None
    document = tomlkit.parse(read_text(path, "a lesson"))
    del document["slide"][index]
    replace_text(path, tomlkit.dumps(document))
    return load_lesson(path)
