"""Which network serves which role on which space: the only place that knows families and networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Self

import torch
from torch import nn

from gdl_core.conditions import Condition, conditions_from_config, conditions_to_config
from gdl_core.errors import UsageError, nearest
from gdl_core.families import VARIANTS, Family
from gdl_core.networks.augmentation import GridAugmentation
from gdl_core.networks.causal import CausalTransformer, MaskedPerceptron
from gdl_core.networks.convolution import ConvolutionDecoder, ConvolutionEncoder
from gdl_core.networks.coupling import GridCoupling, SetCoupling, VectorConditioner
from gdl_core.networks.dcgan import DcganDiscriminator, DcganGenerator
from gdl_core.networks.elements import TransformerDecoder, TransformerDenoiser, TransformerEncoder
from gdl_core.networks.graph_perceptron import GraphPerceptronCritic, GraphPerceptronDecoder
from gdl_core.networks.graphs import GraphDecoder, GraphDenoiser, GraphEncoder
from gdl_core.networks.grid_perceptron import GridPerceptronDecoder, GridPerceptronEncoder
from gdl_core.networks.maps import MapDecoder, MapEncoder
from gdl_core.networks.masked import PixelCNN, PixelRNN, WaveNet
from gdl_core.networks.patches import PatchTransformer
from gdl_core.networks.perceptron import VectorDecoder, VectorDenoiser, VectorEncoder
from gdl_core.networks.points_sequence import PointsTransformer
from gdl_core.networks.progressive import ProgressiveDiscriminator, ProgressiveGenerator
from gdl_core.networks.recurrent import Recurrent, RecurrentEncoder
from gdl_core.networks.relational import RelationalDiscriminator
from gdl_core.networks.residual import ResidualDiscriminator, ResidualGenerator
from gdl_core.networks.samplernn import SampleRNN
from gdl_core.networks.style import StyleGenerator
from gdl_core.networks.symbols import SymbolPerceptron
from gdl_core.networks.transformer import Transformer
from gdl_core.networks.unet import UNet
from gdl_core.outside import outside
from gdl_core.spaces import Space, space_from_config

NETWORKS: dict[tuple[str, str], dict[str, type[nn.Module]]] = {
    ("analysis", "grid"): {"convolution": MapEncoder},
    ("augmentation", "grid"): {"augmentation": GridAugmentation},
    ("autoregressor", "grid"): {"pixelcnn": PixelCNN, "pixelrnn": PixelRNN, "wavenet": WaveNet, "samplernn": SampleRNN},
    ("autoregressor", "points"): {"transformer": PointsTransformer},
    ("autoregressor", "tokens"): {"transformer": Transformer, "recurrent": Recurrent, "perceptron": SymbolPerceptron},
    ("autoregressor", "vector"): {"perceptron": MaskedPerceptron},
    ("causal", "grid"): {"transformer": CausalTransformer},
    ("causal", "vector"): {"perceptron": MaskedPerceptron},
    ("conditioner", "vector"): {"perceptron": VectorConditioner},
    ("coupling", "grid"): {"convolution": GridCoupling},
    ("coupling", "points"): {"perceptron": SetCoupling},
    ("decoder", "graph"): {"transformer": GraphDecoder, "perceptron": GraphPerceptronDecoder},
    ("decoder", "grid"): {"convolution": ConvolutionDecoder, "perceptron": GridPerceptronDecoder},
    ("decoder", "points"): {"transformer": TransformerDecoder},
    ("decoder", "tokens"): {"transformer": TransformerDecoder},
    ("decoder", "vector"): {"perceptron": VectorDecoder},
    ("denoiser", "graph"): {"transformer": GraphDenoiser},
    ("denoiser", "grid"): {"unet": UNet, "dit": PatchTransformer},
    ("denoiser", "points"): {"transformer": TransformerDenoiser},
    ("denoiser", "tokens"): {"transformer": TransformerDenoiser},
    ("denoiser", "vector"): {"perceptron": VectorDenoiser},
    ("discriminator", "graph"): {"relational": RelationalDiscriminator, "perceptron": GraphPerceptronCritic},
    ("discriminator", "grid"): {
        "residual": ResidualDiscriminator,
        "dcgan": DcganDiscriminator,
        "progressive": ProgressiveDiscriminator,
    },
    ("encoder", "graph"): {"transformer": GraphEncoder},
    ("encoder", "grid"): {"convolution": ConvolutionEncoder, "perceptron": GridPerceptronEncoder},
    ("encoder", "points"): {"transformer": TransformerEncoder},
    ("encoder", "tokens"): {"transformer": TransformerEncoder, "recurrent": RecurrentEncoder},
    ("encoder", "vector"): {"perceptron": VectorEncoder},
    ("energy", "graph"): {"transformer": GraphEncoder, "perceptron": GraphPerceptronCritic},
    ("generator", "grid"): {
        "residual": ResidualGenerator,
        "dcgan": DcganGenerator,
        "style": StyleGenerator,
        "progressive": ProgressiveGenerator,
    },
    ("synthesis", "grid"): {"convolution": MapDecoder},
}
"""For each (role, space kind) the networks by name; the first is the default."""

STANDS_IN = {
    "classifier": "encoder",
    "conditioner": "decoder",
    "coupling": "denoiser",
    "discriminator": "encoder",
    "energy": "encoder",
    "generator": "decoder",
}
"""Whose networks serve a role for which a space has none of its own."""


def variants() -> tuple[type[Family], ...]:
    """Return every variant of every family, our own before those of other distributions."""
    return VARIANTS + outside().families


@dataclass(frozen=True)
class Design:
    """All that is needed to build a model, trained or not, as JSON values.

    `variant` is the form of the family (None: the first that fits the space). `network` names the networks, wherever
    a role has one of that name (None: the default of each role). `network_options` go to every network that takes
    them; those under the name of a role go to that role alone.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> design = Design("autoregressive", Tokens(30, 60), network="recurrent", network_options={"width": 32})
        >>> Design.from_config(design.to_config()) == design
        True
    """

    family: str
    space: Space
    network: str | None = None
    family_options: Mapping[str, Any] = field(default_factory=dict)
    network_options: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    variant: str | None = None

    def to_config(self) -> dict[str, Any]:
        """Describe the design as JSON values."""
        return {
            "family": self.family,
            "variant": self.variant,
            "space": self.space.to_config(),
            "network": self.network,
            "family_options": dict(self.family_options),
            "network_options": dict(self.network_options),
            "conditions": conditions_to_config(self.conditions),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Rebuild what `to_config` described."""
        return cls(
            config["family"],
            space_from_config(config["space"]),
            config["network"],
            config["family_options"],
            config["network_options"],
            conditions_from_config(config["conditions"]),
            config.get("variant"),
        )


def families() -> list[str]:
    """Return the names of the families."""
    return sorted({variant.name for variant in variants()})


def pairs() -> list[tuple[str, str]]:
    """Return the (family, space kind) pairs that can be built.

    Example:
        >>> ("autoregressive", "tokens") in pairs()
        True
    """
    return sorted(
        {
            (variant.name, kind)
            for variant in variants()
            for kind in variant.spaces
            if all(_networks(role, kind) for role in variant.roles)
        }
    )


def build(design: Design, *, seed: int = 0) -> Family:
    """Build an untrained model, its weights drawn from the seed. The global random state is left as it was.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> build(Design("autoregressive", Tokens(30, 60))).network.__class__.__name__
        'Transformer'
    """
    family = find_family(design.family, design.space, design.variant)
    maker = Maker(design)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # noqa: TID251 - only within the fork
        try:
            model = family(design.space, maker, **design.family_options)
        except (TypeError, ValueError) as error:
            if isinstance(error, UsageError):
                raise
            raise UsageError(f"{design.family} on {design.space.kind} cannot be built: {error}") from error
    maker.check_all_used()
    return model


def find_family(name: str, space: Space, variant: str | None = None) -> type[Family]:
    """Return the class of a family for a space, the first that fits unless a variant is named."""
    named = [family for family in variants() if family.name == name]
    if not named:
        raise UsageError(f"there is no family {name!r}; {nearest(name, families())}")
    fitting = {family.variant: family for family in named if family.fits(space)}
    if not fitting:
        there = ", ".join(f"{family} on {kind}" for family, kind in pairs())
        raise UsageError(f"the family {name} cannot model {space}; there is: {there}")
    if variant is None:
        return next(iter(fitting.values()))
    if variant not in fitting:
        raise UsageError(f"the family {name} has no variant {variant!r} for {space}; {nearest(variant, fitting)}")
    return fitting[variant]


@dataclass
class Maker:
    """Makes the networks that a family asks for, as the design says, and knows what of it nobody asked for."""

    design: Design
    made: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def __call__(
        self, role: str, *, space: Space | None = None, inputs: int = 0, outputs: Sequence[int] = ()
    ) -> nn.Module:
        space = space or self.design.space
        network = find_network(role, space.kind, self.design.network)
        self.made.append(network.__name__)
        self.names |= _networks(role, space.kind).keys()
        sizes = {**({"inputs": inputs} if inputs else {}), **({"outputs": tuple(outputs)} if outputs else {})}
        return network(space, conditions=self.design.conditions, **sizes, **self._options(role, network))

    def _options(self, role: str, network: type[nn.Module]) -> dict[str, Any]:
        """Return what the design says of this network: what all of them share, then what is said of the role."""
        taken = signature(network).parameters
        given = self.design.network_options
        shared = {name: value for name, value in given.items() if name in taken}
        own = given.get(role, {}) if isinstance(given.get(role), Mapping) else {}
        self.used |= {*shared, *([role] if own else [])}
        return {**shared, **own}

    def check_all_used(self) -> None:
        """Refuse a design that says what no network of the model takes."""
        name = self.design.network
        if name is not None and name not in self.names:
            pair = f"{self.design.family} on {self.design.space.kind}"
            raise UsageError(f"no network {name!r} serves {pair}; {nearest(name, self.names)}")
        unused = sorted(self.design.network_options.keys() - self.used)
        if unused:
            made = ", ".join(dict.fromkeys(self.made))
            raise UsageError(f"no network of this model ({made}) takes the option {unused[0]!r}")


def widen(model: Family, design: Design, *, seed: int = 0) -> Family:
    """Return the model for a space that holds more, with all that it has learned.

    A tensor that has grown keeps its old part at its beginning; the rest is as in a new model. A network with weights
    for each place of a sample says `widens = False`, and is refused.

    Example:
        >>> from gdl_core.spaces import Tokens
        >>> small = build(Design("autoregressive", Tokens(5, 8)))
        >>> large = widen(small, Design("autoregressive", Tokens(7, 8)))
        >>> torch.equal(large.network.embedding.weight[:6], small.network.embedding.weight)
        True
    """
    fixed = [type(part).__name__ for part in model.modules() if not getattr(part, "widens", True)]
    if fixed and design.space != model.space:
        raise UsageError(f"{fixed[0]} has weights for each place of {model.space}: {design.space} needs a new model")
    wide = build(design, seed=seed)
    learned = model.state_dict()
    with torch.no_grad():
        for name, tensor in wide.state_dict().items():
            old = learned[name]
            if any(now < before for now, before in zip(tensor.shape, old.shape, strict=True)):
                raise UsageError(f"{name} would shrink from {tuple(old.shape)} to {tuple(tensor.shape)}")
            tensor[tuple(slice(size) for size in old.shape)] = old
    return wide


def find_network(role: str, kind: str, name: str | None) -> type[nn.Module]:
    """Return the network for a role on a kind of space: the one of this name where there is one, else the default."""
    networks = _networks(role, kind)
    if not networks:
        there = ", ".join(f"{role} on {kind}" for role, kind in sorted(NETWORKS))
        raise UsageError(f"no network serves as {role} on {kind}; there is: {there}")
    return networks.get(name or "", next(iter(networks.values())))


def _networks(role: str, kind: str) -> dict[str, type[nn.Module]]:
    """Return the networks that serve a role on a kind of space: its own, those that stand in, those from outside."""
    found: dict[str, type[nn.Module]] = {}
    for table in (NETWORKS, outside().networks):
        for pair in ((role, kind), (STANDS_IN.get(role, ""), kind)):
            found |= {name: network for name, network in table.get(pair, {}).items() if name not in found}
    return found
