"""The layers and the loss that torch.nn doesn't have."""

from typing import Any

import torch
from torch import Tensor, nn


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, z: Tensor) -> Tensor:
        return (z > 0).to(z.dtype)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        return gradients[0]


class Heaviside(nn.Module):
    """1 where z > 0, else 0, of any shape; the gradient passes unchanged (straight-through)."""

    def forward(self, z: Tensor) -> Tensor:
        output: Tensor = _Step.apply(z)  # type: ignore[no-untyped-call]
        return output


class Bilinear(nn.Bilinear):
    """x₁ᵀ·A·x₂ + b, where the last dimension of x is the in1_features of x₁, then the in2 of x₂."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(*x.split([self.in1_features, self.in2_features], dim=-1))


class Residual(nn.Sequential):
    """x + f(x), where f is the layers in order; f gives back the shape it gets."""

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = x + super().forward(x)  # type: ignore[no-untyped-call]
        return output


class HalfSquaredError(nn.Module):
    """½ Σ (y − t)² of each sample, averaged over the batch.

    `output` and `target` have the same shape (n, …); the result is a scalar.
    """

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        return 0.5 * (output - target).square().flatten(1).sum(1).mean()
