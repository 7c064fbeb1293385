"""From numpy to the device."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def on_device(array: NDArray[np.generic], dtype: str, device: torch.device) -> Tensor:
    """Samples or targets as a tensor: numbers in `dtype`, class indices as int64.

    It is a copy: numpy's arrays start at other places in memory than torch's, where products round
    differently.
    """
    tensor = torch.tensor(np.ascontiguousarray(array))
    return tensor.to(device, getattr(torch, dtype) if tensor.is_floating_point() else None)
