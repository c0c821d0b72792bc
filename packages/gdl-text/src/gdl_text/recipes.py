"""The named systems for text that can be trained here; the first is the default."""

from gdl_core.recipes import Recipe

_GPT = {"width": 256, "layers": 4, "heads": 8}
_VERSES = {"lines": True, "max_length": 64}

RECIPES = (
    Recipe(
        name="gpt",
        summary="A decoder-only transformer that writes byte pairs one by one; GPT-2's shape with today's block "
        "(rotary positions, gated perceptrons, RMS normalisation).",
        paper="Radford et al. (2019), Language Models are Unsupervised Multitask Learners",
        family="autoregressive",
        representation="bpe",
        network="transformer",
        network_options=_GPT,
        training={"batch_size": 16},
    ),
    Recipe(
        name="gpt-mini",
        summary="The transformer of gpt at two fifths of its size, which learns more where there are only minutes.",
        paper="Radford et al. (2019), Language Models are Unsupervised Multitask Learners",
        family="autoregressive",
        representation="bpe",
        network="transformer",
        network_options={"width": 160, "layers": 3, "heads": 4},
        training={"batch_size": 8, "learning_rate": 3e-3, "ema_decay": 0.99},
    ),
    Recipe(
        name="char-gpt",
        summary="The transformer of gpt over characters.",
        paper="Radford et al. (2019), Language Models are Unsupervised Multitask Learners",
        family="autoregressive",
        representation="characters",
        network="transformer",
        network_options=_GPT,
        training={"batch_size": 16},
    ),
    Recipe(
        name="char-gpt-mini",
        summary="The transformer of char-gpt at a fourth of its size, which is told the characters just before each: "
        "it learns more where there are only minutes.",
        paper="Radford et al. (2019), Language Models are Unsupervised Multitask Learners",
        family="autoregressive",
        representation="characters",
        representation_options={"max_length": 128},
        network="transformer",
        network_options={"width": 128, "layers": 4, "heads": 4, "window": 6},
        training={"batch_size": 12, "learning_rate": 3e-3, "ema_decay": 0.99},
    ),
    Recipe(
        name="char-rnn",
        summary="Two LSTM layers that write character by character.",
        paper="Graves (2013), arXiv:1308.0850",
        family="autoregressive",
        representation="characters",
        network="recurrent",
        network_options={"cell": "lstm", "width": 512, "layers": 2},
        training={"batch_size": 32, "learning_rate": 2e-3, "weight_decay": 0.0},
    ),
    Recipe(
        name="masked-diffusion",
        summary="Characters are hidden one after the other, and a transformer that sees both sides guesses them back.",
        paper="Sahoo et al. (2024), MDLM, arXiv:2406.07524",
        family="diffusion",
        variant="masked",
        representation="characters",
        representation_options={"max_length": 128},
        network_options={"width": 128, "layers": 3, "heads": 4},
        training={"batch_size": 32, "learning_rate": 2e-3, "weight_decay": 0.01, "ema_decay": 0.99},
    ),
    Recipe(
        name="text-vae",
        summary="A recurrent decoder writes a line of text from a code of 32 numbers; free bits keep it from ignoring "
        "the code, where the paper weakens the decoder.",
        paper="Bowman et al. (2016), arXiv:1511.06349; Kingma et al. (2016), arXiv:1606.04934",
        family="vae",
        variant="sequence",
        representation="characters",
        representation_options=_VERSES,
        network="recurrent",
        network_options={"encoder": {"width": 128}, "autoregressor": {"cell": "gru", "width": 256, "layers": 1}},
        family_options={"latent": 32, "free_bits": 0.125},
        training={"batch_size": 64, "learning_rate": 3e-3, "weight_decay": 0.0, "ema_decay": 0.99},
    ),
    Recipe(
        name="text-flow",
        summary="The code of a line of text has a prior of affine couplings, and a recurrent decoder writes the line "
        "in the light of it: what the characters tell of one another need not be in the code.",
        paper="Chen et al. (2016), arXiv:1611.02731; Ziegler and Rush (2019), arXiv:1901.10548",
        family="flow",
        variant="sequence",
        representation="characters",
        representation_options=_VERSES,
        network="recurrent",
        network_options={"encoder": {"width": 128}, "autoregressor": {"cell": "gru", "width": 256, "layers": 1}},
        family_options={"latent": 32, "steps": 4, "free_nats": 4.0},
        training={"batch_size": 64, "learning_rate": 3e-3, "weight_decay": 0.0, "ema_decay": 0.99},
    ),
    Recipe(
        name="seq-gan",
        summary="A generator writes all characters of a line at once, and a critic teaches it through the "
        "straight-through estimate, where SeqGAN writes one by one and learns by reward.",
        paper="Yu et al. (2017), SeqGAN, arXiv:1609.05473; Kusner and Hernández-Lobato (2016), arXiv:1611.04051",
        family="gan",
        variant="relativistic",
        representation="characters",
        representation_options=_VERSES,
        network_options={"generator": {"width": 128, "layers": 2}, "discriminator": {"width": 64, "layers": 2}},
        family_options={"latent": 64},
        training={"batch_size": 32, "learning_rate": 5e-4, "weight_decay": 0.0, "ema_decay": 0.99},
    ),
    Recipe(
        name="text-ebm",
        summary="A recurrent network writes a line of text character by character, and another, which reads the whole "
        "line from both ends, chooses among some that it wrote. Both learn side by side from nothing, where the "
        "paper's energy is a large pretrained network.",
        paper="Deng et al. (2020), arXiv:2004.11714",
        family="energy",
        variant="residual",
        representation="characters",
        representation_options=_VERSES,
        network="recurrent",
        network_options={"autoregressor": {"cell": "gru", "width": 320, "layers": 1}, "energy": {"width": 64}},
        training={"batch_size": 64, "learning_rate": 3e-3, "weight_decay": 0.0, "ema_decay": 0.99},
    ),
)
