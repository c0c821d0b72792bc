"""The named systems for pictures that can be trained here; the first is the default."""

from gdl_core.recipes import Recipe

_CRITIC = {"batch_size": 64, "weight_decay": 0.0, "gradient_clip": 10.0}
_GENTLE = {"batch_size": 64, "weight_decay": 0.0}
_QUICK = {"batch_size": 32, "learning_rate": 2e-3, "weight_decay": 0.0, "ema_decay": 0.99}
_MAPS = {"analysis": {"width": 32, "layers": 1}, "synthesis": {"width": 32, "layers": 1}}

RECIPES = (
    Recipe(
        name="flow-matching",
        summary="A U-Net learns the velocity along straight lines between pictures and noise, and samples follow it.",
        paper="Lipman et al. (2022), arXiv:2210.02747; Liu et al. (2022), arXiv:2209.03003",
        family="diffusion",
        variant="flow-matching",
        representation="pixels",
        network="unet",
        training=_GENTLE,
    ),
    Recipe(
        name="ddpm",
        summary="A U-Net guesses the noise in a picture, which is taken off a little at a time.",
        paper="Ho et al. (2020), arXiv:2006.11239",
        family="diffusion",
        variant="ddpm",
        representation="pixels",
        network="unet",
        training=_GENTLE,
    ),
    Recipe(
        name="vae",
        summary="A code of 32 numbers between an encoder and a decoder of convolutions; each pixel is a mixture of "
        "logistics where Kingma and Welling have a Gaussian or two levels.",
        paper="Kingma and Welling (2013), arXiv:1312.6114",
        family="vae",
        variant="gaussian",
        representation="pixels",
        family_options={"latent": 32},
        training=_GENTLE,
    ),
    Recipe(
        name="vq-vae",
        summary="A map of symbols, each a learned vector, between an encoder and a decoder of convolutions; a "
        "recurrent network writes such maps where the paper has a PixelCNN.",
        paper="van den Oord et al. (2017), arXiv:1711.00937",
        family="vae",
        variant="vq",
        representation="pixels",
        network="recurrent",
        network_options={**_MAPS, "autoregressor": {"width": 128, "layers": 1}},
        family_options={"codes": 256},
        training=_QUICK,
    ),
    Recipe(
        name="vq-transformer",
        summary="A map of symbols, each a learned vector, which a transformer writes one by one; no critic sharpens "
        "the decoder.",
        paper="Esser et al. (2020), arXiv:2012.09841; van den Oord et al. (2017), arXiv:1711.00937",
        family="vae",
        variant="vq",
        representation="pixels",
        network="transformer",
        network_options={**_MAPS, "autoregressor": {"width": 96, "layers": 3, "heads": 4}},
        family_options={"codes": 256},
        training=_QUICK,
    ),
    Recipe(
        name="latent-diffusion",
        summary="A map of real vectors between an encoder and a decoder of convolutions, and a U-Net that takes noise "
        "off such maps; the decoder is trained by likelihood, without a critic.",
        paper="Rombach et al. (2021), arXiv:2112.10752; Karras et al. (2022), arXiv:2206.00364",
        family="diffusion",
        variant="latent",
        representation="pixels",
        network_options={**_MAPS, "denoiser": {"width": 48}},
        family_options={"width": 4, "beta": 0.1},
        training=_QUICK,
    ),
    Recipe(
        name="pixelcnn++",
        summary="Pixels one by one, each a mixture of five logistics that sees those above and to the left through "
        "gated convolutions.",
        paper="Salimans et al. (2017), arXiv:1701.05517; van den Oord et al. (2016), arXiv:1606.05328",
        family="autoregressive",
        variant="pixel",
        representation="pixels",
        network="pixelcnn",
        network_options={"width": 32, "layers": 5},
        family_options={"components": 5},
        training={**_GENTLE, "batch_size": 16, "learning_rate": 1.5e-3, "ema_decay": 0.99},
    ),
    Recipe(
        name="dcgan",
        summary="Transposed convolutions make a picture of noise, and strided ones judge it; normalised cell by cell "
        "where the paper normalises over the batch, and the critic is kept flat at data, without which it swings.",
        paper="Radford et al. (2015), arXiv:1511.06434; Mescheder et al. (2018), arXiv:1801.04406",
        family="gan",
        variant="standard",
        representation="pixels",
        network="dcgan",
        family_options={"latent": 100, "betas": [0.5, 0.999]},
        training={**_CRITIC, "learning_rate": 2e-4},
    ),
    Recipe(
        name="wgan-gp",
        summary="A critic measures how far generated pictures are from data; its slope is held at one.",
        paper="Gulrajani et al. (2017), arXiv:1704.00028",
        family="gan",
        variant="wasserstein",
        representation="pixels",
        network="dcgan",
        family_options={"latent": 128, "betas": [0.0, 0.9]},
        training={**_CRITIC, "learning_rate": 1e-4},
    ),
    Recipe(
        name="r3gan",
        summary="Residual generator and critic; each picture is compared with a generated one, and the critic is kept "
        "flat at both.",
        paper="Huang et al. (2025), arXiv:2501.05441",
        family="gan",
        variant="relativistic",
        representation="pixels",
        network="residual",
        network_options={"width": 16},
        family_options={"latent": 64},
        training={**_CRITIC, "batch_size": 32, "learning_rate": 8e-4, "ema_decay": 0.995},
    ),
    Recipe(
        name="realnvp",
        summary="Affine couplings over checkerboards and over channels turn a picture into noise and back, exactly.",
        paper="Dinh et al. (2016), arXiv:1605.08803",
        family="flow",
        variant="realnvp",
        representation="pixels",
        network_options={"width": 48},
        training=_GENTLE,
    ),
    Recipe(
        name="glow",
        summary="Steps of normalisation, channel mixing and affine couplings turn a picture into noise and back, "
        "exactly.",
        paper="Kingma and Dhariwal (2018), arXiv:1807.03039",
        family="flow",
        variant="glow",
        representation="pixels",
        network_options={"width": 32},
        training={**_QUICK, "batch_size": 16},
    ),
    Recipe(
        name="ebm",
        summary="A convolutional network gives each blurred picture an energy, learned by what its slope says of the "
        "clean one; samples walk down it from noise, and jump to a clean picture.",
        paper="Saremi and Hyvärinen (2019), arXiv:1903.02334; Vincent (2011), doi:10.1162/NECO_a_00142",
        family="energy",
        variant="score-matching",
        representation="pixels",
        network_options={"width": 16},
        family_options={"blur": 1.0},
        training=_QUICK,
    ),
)
