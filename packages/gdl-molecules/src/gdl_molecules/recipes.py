"""The named systems for molecules that can be trained here; the first is the default."""

from gdl_core.recipes import Recipe

_DECODER = {"width": 256, "layers": 4, "heads": 8, "key_value_heads": 2}
_DENOISER = {"width": 96, "layers": 4, "heads": 4, "lengths": 6}

RECIPES = (
    Recipe(
        name="smiles-gpt",
        summary="A small decoder-only transformer that writes SMILES token by token, as MolGPT does.",
        paper="Bagal et al. (2022), MolGPT, doi:10.1021/acs.jcim.1c00600",
        family="autoregressive",
        representation="smiles",
        network="transformer",
        network_options=_DECODER,
    ),
    Recipe(
        name="char-rnn",
        summary="Three LSTM layers that write SMILES token by token, in the size of the MOSES benchmark.",
        paper="Segler et al. (2018), arXiv:1701.01329; Polykovskiy et al. (2020), arXiv:1811.12823",
        family="autoregressive",
        representation="smiles",
        network="recurrent",
        network_options={"cell": "lstm", "width": 768, "layers": 3, "dropout": 0.2},
        training={"batch_size": 64, "learning_rate": 1e-3, "weight_decay": 0.0},
    ),
    Recipe(
        name="selfies-gpt",
        summary="The transformer of smiles-gpt over SELFIES, in which every sample is a valid molecule.",
        paper="Bagal et al. (2022), doi:10.1021/acs.jcim.1c00600; Krenn et al. (2020), arXiv:1905.13741",
        family="autoregressive",
        representation="selfies",
        network="transformer",
        network_options=_DECODER,
    ),
    Recipe(
        name="digress",
        summary="Atoms and bonds of a graph are exchanged for random ones, and guessed back all at once.",
        paper="Vignac et al. (2022), DiGress, arXiv:2209.14734",
        family="diffusion",
        variant="marginal",
        representation="graph",
        network_options=_DENOISER,
        training={"batch_size": 128, "learning_rate": 2e-3, "warmup_steps": 100, "weight_decay": 0.01},
    ),
    Recipe(
        name="masked-graph",
        summary="Bonds, then atoms of a graph are uncovered one by one: better than digress where time is short.",
        paper="Shi et al. (2024), arXiv:2406.04329; network of Vignac et al. (2022), arXiv:2209.14734",
        family="diffusion",
        variant="staged",
        representation="graph",
        network_options=_DENOISER,
        training={"batch_size": 128, "learning_rate": 2e-3, "warmup_steps": 100, "weight_decay": 0.01},
    ),
)
