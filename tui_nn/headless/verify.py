"""`verify-resume`: the proof, and its hashes as text."""

from tui_nn.data.open import Opened
from tui_nn.headless.output import print_text
from tui_nn.headless.tables import folded
from tui_nn.headless.waiting import waiting
from tui_nn.spec.exits import Exit


def verify_resume(opened: Opened, steps: int | None) -> int:
    """Prove it, print it; the exit code."""
    with waiting() as tell:
        tell("loading PyTorch …")
        from tui_nn.engine.verifying import verify

        proof = verify(opened, steps, tell)
    title = opened.prepared.plan.experiment.title
    rows = [["", "at once", "resumed", ""]]
    for name, value in proof.whole.items():
        other = proof.halves[name]
        rows.append([name, value, other, "same" if value == other else "DIFFERENT"])
    lines = [
        f"{title}: {2 * proof.steps:,} steps at once against {proof.steps:,} + {proof.steps:,}",
        *folded(rows, left=range(4)),
    ]
    if proof.first_loss_apart is not None:
        lines.append(f"losses differ from step {proof.first_loss_apart:,} on")
    lines.append("goes on as if never stopped, to the bit" if proof.holds else "NOT the same bits")
    print_text("\n".join(lines))
    return Exit.DONE if proof.holds else Exit.FAILED
