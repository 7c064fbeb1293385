from hypothesis import given
from hypothesis import strategies as st

from tests.runs.support import changed, stepped
from tui_nn.runs.lineage import Lineage
from tui_nn.spec.protocol import Record


def lineage(*records: Record) -> Lineage:
    found = Lineage()
    for record in records:
        found.take(record)
    return found


def keys(found: Lineage, branch: int, step: int | None = None) -> list[str]:
    changes = found.all_changes(branch) if step is None else found.in_force(branch, step)
    return [change.key for change in changes]


def branched() -> Lineage:
    """0: a change after 2 and one after 4; from 4 a branch 1, from its 6 a branch 2."""
    return lineage(
        stepped(1, [1, 2]), changed(0, 2, "train.seed"), stepped(3, [3, 4]),
        changed(0, 4, "loss"), stepped(5, [5, 6, 7, 8, 9]),
        changed(1, 4, "optimizer", parent=0), stepped(5, [50, 60, 70], branch=1),
        changed(2, 6, "schedule", parent=1), changed(2, 6, "train.clip_norm", parent=1),
    )  # fmt: skip


def test_the_path_to_a_branch_names_each_with_its_last_step_on_it() -> None:
    found = branched()
    assert [found.path(branch) for branch in range(3)] == [
        {0: 9}, {1: 7, 0: 4}, {2: 6, 1: 6, 0: 4},
    ]  # fmt: skip
    assert found.next_number() == 3


def test_a_change_at_a_step_where_a_branch_left_is_not_on_its_way() -> None:
    found = branched()
    assert [keys(found, branch) for branch in range(3)] == [
        ["train.seed", "loss"], ["train.seed", "optimizer"],
        ["train.seed", "optimizer", "schedule", "train.clip_norm"],
    ]  # fmt: skip


def test_a_change_holds_from_the_next_step_on_and_those_that_begin_a_branch_at_once() -> None:
    found = branched()
    assert keys(found, 0, 2) == []
    assert keys(found, 0, 3) == ["train.seed"]
    assert keys(found, 1, 4) == ["train.seed", "optimizer"]


def test_a_branch_from_before_its_parent_began_leaves_the_parents_parent() -> None:
    found = branched()
    found.take(changed(3, 3, "train.epochs", parent=2))
    assert found.path(3) == {3: 3, 0: 3}
    assert keys(found, 3) == ["train.seed", "train.epochs"]


def test_a_branch_that_is_not_there_has_no_changes() -> None:
    assert branched().all_changes(7) == []


@given(st.lists(st.tuples(st.integers(0, 4), st.none() | st.integers(0, 4), st.integers(0, 9))))
def test_whatever_the_parents_every_path_ends_and_never_goes_on_later(
    tree: list[tuple[int, int | None, int]],
) -> None:
    found = lineage(*(changed(b, step, "loss", parent=parent) for b, parent, step in tree))
    for branch in found.branches:
        steps = list(found.path(branch).values())
        assert steps[1:] == sorted(steps[1:], reverse=True)
        assert len(found.all_changes(branch)) <= len(tree)


class Model:
    """Branches as whole lists: what is in force at each step, and what was ever changed."""

    def __init__(self) -> None:
        self.arriving: dict[int, list[tuple[str, ...]]] = {0: [()]}
        self.all: dict[int, tuple[str, ...]] = {0: ()}
        self.parents: dict[int, tuple[int | None, int]] = {0: (None, 0)}
        self.branch = self.step = 0

    def train(self) -> Record:
        arriving = self.arriving[self.branch]
        self.step += 1
        if self.step == len(arriving):
            arriving.append(self.all[self.branch])
        return stepped(self.step, [0.0], branch=self.branch)

    def go_to(self, branch: int, step: int) -> None:
        while step < self.parents[branch][1]:
            branch = self.parents[branch][0] or 0
        self.branch, self.step = branch, step

    def change(self, key: str, *, apart: bool = False) -> Record:
        """`apart`: on a branch of its own in any case, as a reset."""
        arriving, step = self.arriving[self.branch], self.step
        parent = None
        is_behind = step < len(arriving) - 1
        is_told = self.parents[self.branch][1] == step or arriving[step] == self.all[self.branch]
        if is_behind or not is_told or apart:
            parent = self.branch
            self.branch = max(self.all) + 1
            self.arriving[self.branch] = arriving[: step + 1]
            self.all[self.branch] = arriving[step]
            self.parents[self.branch] = parent, step
        self.all[self.branch] += (key,)
        if step == self.parents[self.branch][1]:
            self.arriving[self.branch][step] = self.all[self.branch]
        return changed(self.branch, step, key, parent=parent)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["train", "change", "reset"]),
            st.tuples(st.integers(0, 9), st.integers(0, 99)),
        ),
        max_size=40,
    )
)
def test_a_lineage_knows_what_whole_lists_of_each_branch_know(
    moves: list[str | tuple[int, int]],
) -> None:
    model, found = Model(), Lineage()
    for number, move in enumerate(moves):
        if move == "train":
            found.take(model.train())
        elif move == "change":
            found.take(model.change(f"key {number}"))
        elif move == "reset":
            model.go_to(model.branch, 0)
            found.take(model.change(f"key {number}", apart=True))
        elif isinstance(move, tuple):
            branch = move[0] % len(model.all)
            model.go_to(branch, move[1] % len(model.arriving[branch]))
    assert found.branches.keys() == model.all.keys()
    for branch, arriving in model.arriving.items():
        node = found.branches[branch]
        assert (node.parent, node.start) == model.parents[branch]
        assert node.head == len(arriving) - 1
        assert keys(found, branch) == list(model.all[branch])
        way = {number: last for number, (last, _) in found.way(branch).items()}
        assert way | {branch: node.head} == found.path(branch)
        for step in range(node.start, node.head + 1):
            assert keys(found, branch, step) == list(arriving[step]), (branch, step)
