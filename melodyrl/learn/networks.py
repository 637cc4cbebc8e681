"""The networks that the learner can teach, and how each is made of a run's choices."""

from collections.abc import Callable

import torch

from melodyrl.core.canvas import Size
from melodyrl.core.canvas.network import Form
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.conv_network import ConvolutionalNetwork
from melodyrl.learn.network import DuelingNetwork

AnyNetwork = DuelingNetwork | ConvolutionalNetwork

MakeNetwork = Callable[[TrainConfig, int, int, int], AnyNetwork]
"""Makes a fresh network: (choices, features, actions, terms)."""


def dense(config: TrainConfig, features: int, actions: int, terms: int) -> DuelingNetwork:
    """Two layers that see all features at once."""
    return DuelingNetwork(
        features,
        actions,
        terms,
        generator=torch.Generator().manual_seed(config.seed),
        hidden=config.hidden,
        layer_norm=config.layer_norm,
        dueling=config.dueling,
        known_reward=config.known_reward,
        future_scale=config.future_scale,
    )


def convolutional(size: Size) -> MakeNetwork:
    """Layers that read every cell of a canvas with the same weights."""

    def make(config: TrainConfig, features: int, actions: int, terms: int) -> ConvolutionalNetwork:
        assert actions == size.actions, "the canvas is of another size"
        form = Form(
            size,
            planes=features // size.cells,
            terms=terms,
            hidden=config.hidden,
            dueling=config.dueling,
            known_reward=config.known_reward,
            future_scale=config.future_scale,
        )
        return ConvolutionalNetwork(form, torch.Generator().manual_seed(config.seed))

    return make
