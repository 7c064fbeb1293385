"""6 Gradient at length: what its verdict means and what helps, or how a neuron's error arises."""

from tui_nn.spec.diagnosis.gradients import EXPLODES, VANISHES
from tui_nn.views.neuron_pass import rule
from tui_nn.views.numbers import power
from tui_nn.views.verdict import Kind, verdict
from tui_nn.views.world import World

MEANINGS: dict[Kind, str] = {
    "vanishing": (
        f"vanishing  A layer has less than {power(VANISHES)} of the last layer's |gradient|. On "
        "the way back each layer multiplies the gradient by its weights and slopes: where these "
        "are small, little is left for the first layers, and they hardly learn. What helps: ReLU "
        "with init='kaiming_normal_()', BatchNorm or Residual. ReLU alone, ten layers deep at "
        "torch's own init, leaves about a thousandth: hundreds of times less than with that init."
    ),
    "exploding": (
        f"exploding  A layer has more than {EXPLODES:,.0f} times the |gradient| of the last layer, "
        "or of the first step: weights leap, and the loss may end in inf or nan. What helps: a "
        "smaller lr or train.clip_norm; norm layers or a smaller init where it is so from the "
        "first step on."
    ),
    "asleep": (
        "asleep  |gradient| is 0, and the layer stays as it is. Either this batch asks for no "
        "change, as where all of it is right; or every unit behind it is dead: it gives 0 for "
        "every sample, and the slope of ReLU there is 0. Such a unit wakes only if the layers "
        "before it change. What helps: a smaller lr or standardized inputs, from the start."
    ),
}
"""Of a verdict that is not good: what it says, why it is so, what helps."""
KEY = " The key i offers what helps."
STEP = (
    "The step function is flat on both sides of 0: it has no slope, and a true gradient would be 0 "
    "everywhere. The perceptron rule hands the error on as if the slope were 1: error = y − t. A "
    "right sample has the error 0 and changes nothing; a wrong one moves the bias and each weight "
    "whose input is not 0."
)


def explained(world: World) -> str:
    """What is said in 6 Gradient now comes first; empty before anything is known."""
    if world.kind == "neuron":
        found = rule(world)
        return STEP if found.is_step else found.why()
    now = verdict(world)
    if now is None:
        return ""
    said = " ".join(now.sentences) or f"{now.short[:1].upper()}{now.short[1:]}."
    said += KEY if now.kind else ""
    kinds = sorted(MEANINGS, key=lambda kind: kind != now.kind)
    return "\n\n".join([f"{now.sign} {said}", *(MEANINGS[kind] for kind in kinds)])
