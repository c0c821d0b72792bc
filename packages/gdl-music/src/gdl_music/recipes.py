"""The named systems for music that can be trained here; the first is the default."""

from typing import Any

from gdl_core.recipes import Recipe

_DECODER = {"width": 192, "layers": 4, "heads": 6, "dropout": 0.1}
_GENTLE = {"batch_size": 16, "learning_rate": 1e-3, "weight_decay": 0.01, "warmup_steps": 50}
_QUICK = {"batch_size": 4, "learning_rate": 4e-3, "weight_decay": 0.1, "warmup_steps": 50, "ema_decay": 0.99}
"""For small networks that are told much, and minutes."""
_ONE_LENGTH = {"variable": False}
_GRID: dict[str, Any] = {"periods": [4, 16, 64]}
"""What networks over four voices are told of each cell: its voice, its place in the beat and in a bar of four beats."""
_WRITER = {"width": 128, "layers": 2, "heads": 4, "window": 8, "dropout": 0.1}
_ENCODER = {"width": 96, "layers": 2, "heads": 4, "window": 9}

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
    Recipe(
        name="chorale-transformer",
        summary="The transformer of music-transformer over a grid of voices: sixteenth by sixteenth, and in each the "
        "voices from the highest, as the paper does with Bach's chorales.",
        paper="Huang et al. (2018), Music Transformer, arXiv:1809.04281",
        family="autoregressive",
        representation="voices",
        network="transformer",
        network_options={**_WRITER, **_GRID},
        training=_QUICK,
    ),
    Recipe(
        name="musenet",
        summary="A deeper transformer over events of many instruments; train it with the conditions class (the style, "
        "a folder of files each) and instruments, which stand where MuseNet has tokens before the music.",
        paper="Payne (2019), MuseNet, openai.com/index/musenet; Child et al. (2019), arXiv:1904.10509",
        family="autoregressive",
        representation="remi",
        network="transformer",
        network_options={"width": 256, "layers": 8, "heads": 8, "dropout": 0.1},
        representation_options={"steps": 8},
        training={**_GENTLE, "batch_size": 8, "learning_rate": 5e-4},
    ),
    Recipe(
        name="musicvae",
        summary="A code between two transformers over a grid of voices (voices=1: melodies), where the paper has "
        "recurrent networks. The decoder writes symbol by symbol in one layer of time; the variant hierarchical has a "
        "conductor over the bars.",
        paper="Roberts et al. (2018), MusicVAE, arXiv:1803.05428",
        family="vae",
        variant="sequence",
        representation="voices",
        network_options={"encoder": _ENCODER, "autoregressor": _WRITER, **_GRID},
        family_options={"latent": 64, "free_bits": 0.25},
        representation_options=_ONE_LENGTH,
        training={**_QUICK, "batch_size": 8},
    ),
    Recipe(
        name="coconet",
        summary="Cells of a grid of voices are hidden and guessed back in any order, so that any of them can be given. "
        "It is trained as masked diffusion, and a transformer stands for the paper's convolutions.",
        paper="Huang et al. (2017), Coconet, arXiv:1903.07227; Sahoo et al. (2024), MDLM, arXiv:2406.07524",
        family="diffusion",
        variant="masked",
        representation="voices",
        network_options={"width": 128, "layers": 3, "heads": 4, "window": 9, **_GRID},
        representation_options=_ONE_LENGTH,
        training={**_QUICK, "batch_size": 8},
    ),
    Recipe(
        name="musegan",
        summary="Convolutions make a piano roll for each of five groups of instruments out of noise, all bars at once, "
        "beat by beat; a critic compares each with a real one. One code for all where the paper has codes for bars and "
        "tracks.",
        paper="Dong et al. (2017), MuseGAN, arXiv:1709.06298; Huang et al. (2025), R3GAN, arXiv:2501.05441",
        family="gan",
        variant="relativistic",
        representation="piano-roll",
        network="residual",
        network_options={"patch": 4},
        family_options={"latent": 64},
        representation_options={"instruments": 5},
        training={
            "batch_size": 16,
            "learning_rate": 8e-4,
            "weight_decay": 0.0,
            "gradient_clip": 10.0,
            "ema_decay": 0.995,
        },
    ),
    Recipe(
        name="piano-roll-diffusion",
        summary="A U-Net learns the way from noise to piano rolls along straight lines, and levels are rounded at the "
        "end; the paper hides symbols of a roll in place of adding noise.",
        paper="Lipman et al. (2022), arXiv:2210.02747; Plasser et al. (2023), arXiv:2305.09489",
        family="diffusion",
        variant="flow-matching",
        representation="piano-roll",
        network="unet",
        training={"batch_size": 32, "weight_decay": 0.0},
    ),
    Recipe(
        name="music-flow",
        summary="A code whose prior is a flow of affine couplings, and a transformer that writes voice after voice in "
        "the light of it: what the cells tell of one another need not be in the code.",
        paper="Chen et al. (2016), arXiv:1611.02731; Dinh et al. (2016), arXiv:1605.08803",
        family="flow",
        variant="sequence",
        representation="voices",
        network_options={"encoder": _ENCODER, "autoregressor": _WRITER, **_GRID},
        family_options={"latent": 32, "steps": 4, "free_nats": 16.0},
        representation_options=_ONE_LENGTH,
        training={**_QUICK, "batch_size": 8},
    ),
    Recipe(
        name="music-ebm",
        summary="A transformer writes grids of voices, and an energy that has seen whole ones chooses among them.",
        paper="Deng et al. (2020), Residual Energy-Based Models for Text Generation, arXiv:2004.11714",
        family="energy",
        variant="residual",
        representation="voices",
        network_options={"autoregressor": _WRITER, "energy": _ENCODER, **_GRID},
        family_options={"negatives": 4},
        representation_options=_ONE_LENGTH,
        training={**_QUICK, "batch_size": 8},
    ),
)
