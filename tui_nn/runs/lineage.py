"""The branches of a run: where each left another, how far it is recorded, what was changed."""

from dataclasses import dataclass, field

from tui_nn.spec.protocol import Changed, Evaluated, Record, Stepped


@dataclass
class Branch:
    """One future of a run."""

    number: int
    parent: int | None = None
    start: int = 0
    """The step at which it left its parent."""
    head: int = 0
    """The last step that is recorded."""
    evaluated: int = -1
    """The last step whose evaluation is recorded."""
    changes: list[Changed] = field(default_factory=list)
    inherited: tuple[Changed, ...] = ()
    """Those in force where it left its parent, which may have been changed there since."""


class Lineage:
    """Takes records in order.

    A change at step k holds from step k + 1 on. Whoever arrives at step k of a branch finds all
    changes before k in force and, where the branch begins there, those that began it.
    """

    def __init__(self) -> None:
        self.branches = {0: Branch(0)}

    def take(self, record: Record) -> None:
        """Take in the next record."""
        match record:
            case Changed():
                if record.parent is not None and record.branch not in self.branches:
                    self._begin(record.branch, record.parent, record.step)
                self._of(record).changes.append(record)
            case Stepped():
                branch = self._of(record)
                branch.head = max(branch.head, record.step)
            case Evaluated():
                branch = self._of(record)
                branch.evaluated = max(branch.evaluated, record.step)

    def _begin(self, number: int, parent: int, step: int) -> None:
        """A branch that leaves its parent; before that began, it leaves the parent's parent."""
        node = self.branches.setdefault(parent, Branch(parent))
        while step < node.start and node.parent is not None:
            node = self.branches[node.parent]
        if number != parent:
            inherited = tuple(self.in_force(node.number, step))
            self.branches[number] = Branch(number, node.number, step, step, inherited=inherited)

    def _of(self, record: Record) -> Branch:
        return self.branches.setdefault(record.branch, Branch(record.branch))

    @property
    def has_steps(self) -> bool:
        """Whether any step is recorded."""
        return any(branch.head for branch in self.branches.values())

    def next_number(self) -> int:
        """A number no branch has yet."""
        return max(self.branches) + 1

    def path(self, branch: int) -> dict[int, int]:
        """The branches that lead to this one, itself included, each with its last step on the way.

        For itself that is its head.
        """
        node = self.branches[branch]
        steps = {branch: node.head}
        while node.parent is not None:
            steps[node.parent] = node.start
            node = self.branches[node.parent]
        return steps

    def way(self, branch: int) -> dict[int, tuple[int, int]]:
        """The branches that lead to this one: each one's last step and changes on the way."""
        node, found = self.branches[branch], {}
        while node.parent is not None:
            found[node.parent] = (node.start, len(node.inherited))
            node = self.branches[node.parent]
        return found

    def in_force(self, branch: int, step: int) -> list[Changed]:
        """The changes that whoever arrives at `step` of a branch finds, in order."""
        node = self.branches[branch]
        own = [c for c in node.changes if c.step < step or c.step == step == node.start]
        return [*node.inherited, *own]

    def all_changes(self, branch: int) -> list[Changed]:
        """The changes on the way to a branch and along it, in order; none of one that isn't."""
        node = self.branches.get(branch)
        return [] if node is None else [*node.inherited, *node.changes]
