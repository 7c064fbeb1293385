"""The rule of every layer of the catalog."""

from tui_nn.engine.inside.layers.activation import BENDS, Activation, PReLU, Shared
from tui_nn.engine.inside.layers.convolution import Convolution, Transposed
from tui_nn.engine.inside.layers.norm import BatchNorm, Dropout, GroupNorm, LayerNorm
from tui_nn.engine.inside.layers.passing_on import Reshape, Residual
from tui_nn.engine.inside.layers.pooling import AdaptiveAvgPool, AvgPool, MaxPool
from tui_nn.engine.inside.layers.weighted import Bilinear, Embedding, Linear
from tui_nn.engine.inside.rule import Rule

RULES: dict[str, Rule] = {
    "Linear": Linear(),
    "Bilinear": Bilinear(),
    "Embedding": Embedding(),
    "Conv1d": Convolution(),
    "Conv2d": Convolution(),
    "ConvTranspose2d": Transposed(),
    "MaxPool1d": MaxPool(),
    "MaxPool2d": MaxPool(),
    "AvgPool2d": AvgPool(),
    "AdaptiveAvgPool2d": AdaptiveAvgPool(),
    "BatchNorm1d": BatchNorm(),
    "BatchNorm2d": BatchNorm(),
    "LayerNorm": LayerNorm(),
    "GroupNorm": GroupNorm(),
    "Dropout": Dropout(),
    "Dropout2d": Dropout(),
    "Flatten": Reshape(),
    "Unflatten": Reshape(),
    "Identity": Reshape(),
    "Residual": Residual(),
    "PReLU": PReLU(),
    "Softmax": Shared(),
    "LogSoftmax": Shared(),
} | {name: Activation() for name in BENDS}
"""By its name; a lazy one has become another before it is built."""
