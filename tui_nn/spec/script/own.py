"""What torch lacks, as classes."""

from collections.abc import Sequence

from tui_nn.spec.script.layout import Block, definition
from tui_nn.spec.script.placing import Part

HEAVISIDE = (
    definition(
        "class Step(torch.autograd.Function):",
        '    """1 where z > 0, else 0; the gradient passes as if the slope were 1."""',
        "",
        "    @staticmethod",
        "    def forward(context, z):",
        "        return (z > 0).to(z.dtype)",
        "",
        "    @staticmethod",
        "    def backward(context, gradient):",
        "        return gradient",
    ),
    definition(
        "class Heaviside(nn.Module):",
        '    """The perceptron\'s step."""',
        "",
        "    def forward(self, z):",
        "        return Step.apply(z)",
    ),
)
BILINEAR = (
    definition(
        "class Bilinear(nn.Bilinear):",
        '    """Splits what comes in in two and weighs every product of a number here with one '
        'there."""',
        "",
        "    def forward(self, x):",
        "        return super().forward(*x.split([self.in1_features, self.in2_features], dim=-1))",
    ),
)
RESIDUAL = (
    definition(
        "class Residual(nn.Sequential):",
        '    """Adds its input to what its layers make of it."""',
        "",
        "    def forward(self, x):",
        "        return x + super().forward(x)",
    ),
)
HALF_SQUARED_ERROR = (
    definition(
        "class HalfSquaredError(nn.Module):",
        '    """Half the sum of the squared differences of each sample, averaged over the '
        'batch."""',
        "",
        "    def forward(self, output, target):",
        "        return 0.5 * (output - target).square().flatten(1).sum(1).mean()",
    ),
)
OWN = {"Heaviside": HEAVISIDE, "Bilinear": BILINEAR, "Residual": RESIDUAL}
"""The layers that torch lacks, as classes."""


def own_classes(layers: Sequence[Part], *, without: Sequence[str] = ()) -> tuple[Block, ...]:
    """The classes of the layers that torch lacks, each once."""
    used = {layer.name for layer in layers} - set(without)
    return tuple(block for name, blocks in OWN.items() if name in used for block in blocks)
