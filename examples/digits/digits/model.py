"""The two models that are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES = 10


class Mlp(nn.Module):
    """One hidden layer on the 64 pixels."""

    def __init__(self, hidden: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(64, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, CLASSES),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Map images (n, 1, 8, 8) to logits (n, 10)."""
        return self.layers(images)


class Cnn(nn.Module):
    """Two 3x3 convolutions, pooled to 2x2 before the linear layer."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(channels, 2 * channels, 3, padding=1),
            nn.BatchNorm2d(2 * channels),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(2 * channels * 4, CLASSES),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Map images (n, 1, 8, 8) to logits (n, 10)."""
        return self.layers(images)


def build_model(spec: Mapping[str, Any]) -> nn.Module:
    """Build what `configs/model/*.yaml` describes; the weights come from PyTorch's generator."""
    if spec["kind"] == "mlp":
        return Mlp(hidden=spec["hidden"], dropout=spec["dropout"])
    if spec["kind"] == "cnn":
        return Cnn(channels=spec["channels"], dropout=spec["dropout"])
    raise ValueError(f"unknown model kind {spec['kind']!r}; choose mlp or cnn")
