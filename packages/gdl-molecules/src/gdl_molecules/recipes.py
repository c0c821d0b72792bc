"""The named systems for molecules that can be trained here; the first is the default."""

from gdl_core.recipes import Recipe

_DECODER = {"width": 256, "layers": 4, "heads": 8, "key_value_heads": 2}
_SMALL_BATCH = {"batch_size": 64}  # in minutes on a CPU more steps are worth more than larger ones
_DENOISER = {"width": 96, "layers": 4, "heads": 4, "lengths": 6}
_AUTOENCODER = {"encoder": {"width": 160}, "autoregressor": {"cell": "gru", "width": 256, "layers": 1}}

RECIPES = (
    Recipe(
        name="smiles-gpt",
        summary="A small decoder-only transformer that writes SMILES token by token, as MolGPT does.",
        paper="Bagal et al. (2022), MolGPT, doi:10.1021/acs.jcim.1c00600",
        family="autoregressive",
        representation="smiles",
        network="transformer",
        network_options=_DECODER,
        training=_SMALL_BATCH,
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
        training=_SMALL_BATCH,
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
    Recipe(
        name="graph-af",
        summary="An autoregressive flow over atoms and bonds in the order of the canonical SMILES. GraphAF maps "
        "blurred one-hot symbols by affine functions and checks valency; here maps are linear in each symbol's cell, "
        "the network is a masked perceptron, and nothing is checked.",
        paper="Shi et al. (2020), GraphAF, arXiv:2001.09382",
        family="flow",
        representation="graph",
        variant="rows",
        network="perceptron",
        network_options={"width": 704, "layers": 3},
        training={"learning_rate": 2e-3, "weight_decay": 0.01},
    ),
    Recipe(
        name="moflow",
        summary="Affine couplings over bonds, then over atoms that see all bonds. Perceptrons stand for MoFlow's "
        "convolutions, each pair of atoms counts once, and no draw is corrected.",
        paper="Zang and Wang (2020), MoFlow, arXiv:2006.10137",
        family="flow",
        representation="graph",
        variant="realnvp",
        network_options={"width": 256, "layers": 2},
        training={"weight_decay": 0.0},
    ),
    Recipe(
        name="molgan",
        summary="A perceptron makes atoms and bonds at once, a critic judges them. Against MolGAN's collapse all "
        "chance is in the code, each molecule is compared with a generated one, and the critic is kept flat at both; "
        "it is a perceptron too, which learns faster than MolGAN's relational one, and there is no reward.",
        paper="De Cao and Kipf (2018), MolGAN, arXiv:1805.11973; Huang et al. (2025), R3GAN, arXiv:2501.05441",
        family="gan",
        representation="graph",
        variant="relativistic",
        network="perceptron",
        network_options={"width": 256, "layers": 3},
        family_options={"relaxation": "straight_through", "penalty": 0.003, "generator_rate": 0.3, "every": 2},
        training={"batch_size": 128, "learning_rate": 2e-3, "weight_decay": 0.0, "gradient_clip": 10.0},
    ),
    Recipe(
        name="graph-ebm",
        summary="An energy over blurred one-hot atoms and bonds, walked down by Langevin steps from normal noise. It "
        "learns by score matching in place of GraphEBM's contrastive divergence, whose chains lag behind the energy "
        "here, with more blur, so that walks find from bond to bond, and a perceptron for its relational network.",
        paper="Liu et al. (2021), GraphEBM, arXiv:2102.00546; Saremi and Hyvärinen (2019), arXiv:1903.02334",
        family="energy",
        representation="graph",
        variant="score-matching",
        network="perceptron",
        network_options={"width": 256, "layers": 3},
        training={"batch_size": 128, "learning_rate": 2e-3, "weight_decay": 0.0},
    ),
    Recipe(
        name="smiles-vae",
        summary="A recurrent decoder writes SMILES from a code of 128 numbers; the small weight of the divergence "
        "lets the code hold the whole molecule.",
        paper="Gómez-Bombarelli et al. (2018), doi:10.1021/acscentsci.7b00572",
        family="vae",
        variant="sequence",
        representation="smiles",
        network="recurrent",
        network_options=_AUTOENCODER,
        family_options={"latent": 128, "beta": 0.003},
        training={"batch_size": 32, "learning_rate": 3e-3, "weight_decay": 0.0},
    ),
    Recipe(
        name="selfies-vae",
        summary="The autoencoder of smiles-vae over SELFIES, in which every code stands for a valid molecule.",
        paper="Gómez-Bombarelli et al. (2018), doi:10.1021/acscentsci.7b00572; Krenn et al. (2020), arXiv:1905.13741",
        family="vae",
        variant="sequence",
        representation="selfies",
        network="recurrent",
        network_options=_AUTOENCODER,
        family_options={"latent": 128, "beta": 0.003},
        training={"batch_size": 32, "learning_rate": 3e-3, "weight_decay": 0.0},
    ),
    Recipe(
        name="masked-diffusion",
        summary="Tokens of a SMILES are hidden one after the other, and a transformer guesses them back.",
        paper="Sahoo et al. (2024), MDLM, arXiv:2406.07524",
        family="diffusion",
        variant="masked",
        representation="smiles",
        network_options={"width": 96, "layers": 3, "heads": 4},
        training={"batch_size": 64, "learning_rate": 2e-3, "weight_decay": 0.01},
    ),
    Recipe(
        name="selfies-flow",
        summary="A code whose prior is a flow of affine couplings, and a decoder that writes all SELFIES tokens.",
        paper="Chen et al. (2016), arXiv:1611.02731; Krenn et al. (2020), arXiv:1905.13741",
        family="flow",
        variant="latent",
        representation="selfies",
        network_options={"encoder": {"width": 96, "layers": 2}, "decoder": {"width": 128, "layers": 3}},
        family_options={"latent": 48, "steps": 6},
        training={"batch_size": 64, "learning_rate": 1e-3, "weight_decay": 0.0},
    ),
    Recipe(
        name="selfies-gan",
        summary="A generator writes all SELFIES tokens at once, softened by the Gumbel-softmax so that a critic can "
        "teach it. After ORGAN, without its reward and without its recurrent generator.",
        paper="Guimaraes et al. (2017), ORGAN, arXiv:1705.10843; Jang et al. (2017), arXiv:1611.01144",
        family="gan",
        variant="relativistic",
        representation="selfies",
        network_options={"generator": {"width": 128, "layers": 3}, "discriminator": {"width": 96, "layers": 2}},
        family_options={"latent": 64},
        training={"batch_size": 64, "learning_rate": 5e-4, "weight_decay": 0.0},
    ),
    Recipe(
        name="selfies-ebm",
        summary="A transformer gives SELFIES an energy; samples walk down it as one-hot vectors, and are rounded. It "
        "learns by score matching, since the walks of contrastive divergence end at few molecules here.",
        paper="Saremi and Hyvärinen (2019), arXiv:1903.02334; Krenn et al. (2020), arXiv:1905.13741",
        family="energy",
        variant="score-matching",
        representation="selfies",
        network_options={"width": 64, "layers": 2},
        training={"batch_size": 64, "learning_rate": 1e-3, "weight_decay": 0.0},
    ),
)
