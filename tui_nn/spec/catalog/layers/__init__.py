"""The layers: what torch.nn has, and two of our own.

Beside each entry stands its size: output shape, tensors and multiply-adds for one sample, by
arithmetic alone. Multiply-adds count the products of weights; element-wise work is not counted.
"""

from tui_nn.spec.catalog.layers.activation import ACTIVATIONS
from tui_nn.spec.catalog.layers.convolution import CONVOLUTIONS
from tui_nn.spec.catalog.layers.linear import LINEAR
from tui_nn.spec.catalog.layers.norm import NORMS
from tui_nn.spec.catalog.layers.pooling import POOLS
from tui_nn.spec.catalog.layers.reshape import RESHAPES
from tui_nn.spec.catalog.layers.residual import RESIDUAL

LAYERS = (*LINEAR, *CONVOLUTIONS, *POOLS, *NORMS, *RESHAPES, *ACTIVATIONS, RESIDUAL)
