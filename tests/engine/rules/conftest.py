import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Tensors this small go no faster on several."""
    torch.set_num_threads(1)
