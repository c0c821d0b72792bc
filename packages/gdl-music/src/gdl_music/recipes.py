"""The named systems for music that can be trained here; the first is the default."""

from gdl_core.recipes import Recipe

_DECODER = {"width": 192, "layers": 4, "heads": 6, "dropout": 0.1}
_GENTLE = {"batch_size": 16, "learning_rate": 1e-3, "weight_decay": 0.01, "warmup_steps": 50}

RECIPES = (
    Recipe(
        name="music-transformer",
        summary="A transformer writes a piece event by event; places are rotated into attention where the paper has "
        "learned distances.",
        paper="Huang et al. (2018), Music Transformer, arXiv:1809.04281; Huang and Yang (2020), REMI, arXiv:2002.00212",
        family="autoregressive",
        representation="remi",
        network="transformer",
        network_options=_DECODER,
        training=_GENTLE,
    ),
)
