"""What is drawn by hand, written into a dataset's call: a sample more, or one less."""

from dataclasses import dataclass, replace

from tui_nn.spec.call import Call, Value, parse
from tui_nn.spec.catalog import bind_call
from tui_nn.spec.errors import InvalidInput

POINTS, EDITED = "points", "edited"
LONGEST = 40
"""Characters of a call that is written out."""
Sample = tuple[Value, ...]
"""Its numbers, or its picture as a text, and its answer behind."""


@dataclass(frozen=True)
class Edits:
    """A dataset's call as what is edited, and how."""

    data: Call
    add: tuple[Value, ...] = ()
    remove: tuple[int, ...] = ()

    @property
    def call(self) -> Call:
        """As it is written; the data alone where nothing is edited."""
        edits = (("add", self.add), ("remove", self.remove))
        given = tuple((name, value) for name, value in edits if value)
        return Call(EDITED, (self.data,), given) if given else self.data


def edits_of(text: str) -> Edits:
    """The edits that a dataset's call holds; InvalidInput for a call that can't be."""
    bound = bind_call("dataset", parse(text))
    if bound.entry.name == EDITED:
        return Edits(bound["data"], bound["add"], bound["remove"])
    return Edits(bound.call)


def with_sample(text: str, sample: Sample, *, is_split: bool) -> str:
    """The call with one sample more, which is trained on.

    It goes into `points` itself, but where that `is_split` and would be split anew. InvalidInput
    for data that can't be edited.
    """
    edits = edits_of(text)
    if edits.data.name == POINTS and not edits.add and not edits.remove and not is_split:
        return _checked(_with_points(edits.data, (*_points(edits.data), sample)))
    return _checked(replace(edits, add=(*edits.add, sample)).call)


def without_sample(text: str, index: int, count: int, *, is_split: bool) -> str:
    """The call without the sample that is `index` of the `count` there are now. InvalidInput."""
    edits = edits_of(text)
    kept = count - len(edits.add)
    if index >= kept:
        place = index - kept
        add = (*edits.add[:place], *edits.add[place + 1 :])
        return _checked(replace(edits, add=add).call)
    for gone in sorted(edits.remove):
        index += gone <= index
    if edits.data.name == POINTS and not edits.add and not edits.remove and not is_split:
        points = _points(edits.data)
        return _checked(_with_points(edits.data, (*points[:index], *points[index + 1 :])))
    return _checked(replace(edits, remove=(*edits.remove, index)).call)


def in_words(text: str) -> str:
    """A dataset's call, or in place of what was drawn how much: `spiral(), 3 added, 1 out`."""
    try:
        edits = edits_of(text)
    except InvalidInput:
        return text
    data, samples = str(edits.data), _points(edits.data) if edits.data.name == POINTS else ()
    words = [f"{len(samples)} points" if samples and len(data) > LONGEST else data]
    words += [f"{len(edits.add)} added"] if edits.add else []
    words += [f"{len(edits.remove)} out"] if edits.remove else []
    return ", ".join(words)


def _points(call: Call) -> tuple[Value, ...]:
    samples: tuple[Value, ...] = bind_call("dataset", call)["samples"]
    return samples


def _with_points(call: Call, samples: tuple[Value, ...]) -> Call:
    return bind_call("dataset", call).call_with(samples=samples)


def _checked(call: Call) -> str:
    """The call's text, as it may stand in a file."""
    text = str(call)
    bind_call("dataset", parse(text))
    return text
