"""Changes of a run as they were recorded."""

from collections.abc import Iterable, Iterator

from tui_nn.spec.protocol import Changed


def made_at_once(changes: Iterable[Changed]) -> Iterator[list[Changed]]:
    """Recorded changes by what was asked for at once, in order.

    One after the other does not come to the same: a schedule that is left and chosen again at one
    step starts anew.
    """
    group: list[Changed] = []
    for change in changes:
        if group and (not change.index or change.step != group[0].step):
            yield group
            group = []
        group.append(change)
    if group:
        yield group
