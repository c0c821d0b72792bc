"""Autoregressive models of the symbols that an autoencoder sums samples up in."""

from gdl_core.families.vae.quantised import FiniteScalarVAE


class CodedAutoregressive(FiniteScalarVAE):
    """Writes a row of symbols one after the other, each given those before it, and draws a whole grid from them.

    That takes as many steps as there are symbols, where cell after cell would take as many as there are cells. The
    autoencoder and its options are those of the VAE with finite scalars (van den Oord et al. 2017, arXiv:1711.00937;
    Esser et al. 2021, arXiv:2012.09841), so that likelihoods are lower bounds.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Grid
        >>> options = {"levels": [5, 3], "symbols": 6}
        >>> design = Design("autoregressive", Grid(1, (8, 8, 8), levels=2), variant="coded", family_options=options)
        >>> build(design).prior.space
        Tokens(vocabulary_size=15, max_length=6, variable=False)
    """

    name = "autoregressive"
    variant = "coded"
    spaces = ("grid",)
