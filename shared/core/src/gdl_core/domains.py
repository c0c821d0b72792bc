"""What a domain package tells the core about itself, and how the core finds the installed ones.

A distribution names one `Domain` in the entry-point group ``gdl.domains``. The description is light: whatever is heavy
stands in it as ``"module:attribute"`` and is imported when it is first needed, so that `gdl --help` loads no torch.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gdl_core.errors import UsageError, nearest
from gdl_core.plugins import load_plugins

API = 1
"""The version of the plug-in contract that this core speaks."""

GROUP = "gdl.domains"
"""The entry-point group in which a distribution names its `Domain`."""

OFFICIAL = ("3d", "image", "molecules", "music", "text")
"""The domains of this project: the only ones for which an install command is suggested."""


@dataclass(frozen=True)
class Domain:
    """A kind of object that models can be trained on, described without importing anything heavy.

    Every field whose value looks like ``"module:attribute"`` is resolved by `load`.

    Example:
        >>> words = Domain("words", "Words of a language", "word", identity="builtins:str")
        >>> words.load("identity")
        <class 'str'>
        >>> words.has("draw")
        False
    """

    name: str
    summary: str
    object_name: str
    api: int = 1
    representations: Mapping[str, str] = field(default_factory=dict)
    """Name -> class; the first one is the default."""
    recipes: str | None = None
    """A tuple of `gdl_core.recipes.Recipe`."""
    read: str | None = None
    """(source, *, column, skipped) -> iterator of `Record`."""
    textual: bool = True
    """Whether an object is one line of text, such as a SMILES; else verbs read and write objects as files alone."""
    labels: tuple[str, ...] = ()
    """Properties of records that name a class, even where they look like numbers."""
    standard_input: str = "stdin.txt"
    """As a file of which name `read` takes the standard input."""
    identity: str | None = None
    """object -> hashable; raises `RepresentationError` when the object is not valid."""
    collection: str | None = None
    """What `Pipeline.sample` returns: a sequence of objects with `save(path, *, force, skipped)` and, to show
    some of them, `draw(path, *, count, columns, legends, force)`."""
    evaluate: str | None = None
    """(samples, reference, ...) -> dict of measures."""
    draw: str | None = None
    """(objects, *, columns, legends) -> one picture of them as SVG text; without legends and columns as it likes."""
    view: str | None = None
    """objects -> (HTML, script): the reader of a report explores them; neither may load anything."""
    histograms: str | None = None
    """objects -> dict of name -> numbers, for the report."""
    properties: tuple[str, ...] = ()
    """The numbers that `measure` finds: what samples can be asked for where the data have no such column."""
    measure: str | None = None
    """(object, names of properties) -> a number for each name; not-a-number where there is none."""
    neighbours: str | None = None
    """(objects, known) -> for each object the place of the nearest among the known, and how similar it is, 0 to 1."""
    shade: str | None = None
    """(pipeline, objects) -> HTML that shows which parts of them the model finds likely, empty where it cannot tell."""
    commands: str | None = None
    """(typer app, domain) -> None: adds verbs to ``gdl <name>``, or replaces them."""
    models: str | None = None
    """An importable package whose folders are shipped checkpoints."""
    default_model: str | None = None

    @property
    def empty(self) -> bool:
        """Whether this domain is only a name so far, with nothing to train or sample."""
        return not self.representations

    def has(self, part: str) -> bool:
        """Tell whether this domain offers a part, such as ``"draw"``."""
        return getattr(self, part) is not None

    def load(self, part: str) -> Any:
        """Import and return a part, such as ``"read"``.

        Raises:
            UsageError: This domain does not offer that part.
        """
        target = getattr(self, part)
        if target is None:
            raise UsageError(f"the domain {self.name!r} offers no {part!r}")
        return resolve(target)

    def representation(self, name: str | None = None) -> Any:
        """Import and return the representation class called `name`; without a name, the default one.

        Raises:
            UsageError: There is no such representation; the nearest name is suggested.
        """
        if self.empty:
            raise UsageError(f"nothing is there yet for {self.name}: the domain has no representation")
        name = name or next(iter(self.representations))
        if name not in self.representations:
            hint = nearest(name, self.representations)
            raise UsageError(f"{self.name} has no representation {name!r}; {hint}")
        return resolve(self.representations[name])

    def shipped_models(self) -> dict[str, Path]:
        """Return the folders of the models that come with this domain, by name."""
        if self.models is None:
            return {}
        package = find_spec(self.models)
        places = list(package.submodule_search_locations or ()) if package else []
        return {path.parent.name: path.parent for place in places for path in sorted(Path(place).glob("*/config.json"))}


def attributes(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a package's `__getattr__`: what stands in its modules is imported when it is first asked for.

    `places` says in which module each name stands; ``__version__`` is that of the distribution.

    Example:
        >>> attributes("xml", {"parse": "dom.minidom"})("parse").__name__
        'parse'
    """

    def find(name: str) -> Any:
        if name == "__version__":
            return version(package.replace("_", "-"))
        if name in places:
            return getattr(import_module(f"{package}.{places[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find


def resolve(target: str) -> Any:
    """Import what ``"module:attribute"`` names.

    Example:
        >>> resolve("math:pi")
        3.141592653589793
    """
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


@dataclass(frozen=True)
class Installed:
    """The domains that were found, by name, and one line for each that could not be used."""

    domains: Mapping[str, Domain]
    troubles: tuple[str, ...] = ()

    def find(self, name: str) -> Domain:
        """Return the domain called `name`.

        Raises:
            UsageError: It is not installed; says how to install it, or names the nearest one.
        """
        if name in self.domains:
            return self.domains[name]
        if name in OFFICIAL:
            raise UsageError(f"the domain {name!r} is not installed; `pip install gdl-{name}` brings it")
        raise UsageError(f"there is no domain {name!r}; {nearest(name, {*self.domains, *OFFICIAL})}")


def discover(points: Iterable[EntryPoint] | None = None) -> Installed:
    """Find the installed domains. One that cannot be used is reported in a line, and hides no other."""
    found, troubles = load_plugins(GROUP, "domain", _made_for_another_api, _misnamed, points=points)
    return Installed(found, troubles)


def _made_for_another_api(domain: Any, point: EntryPoint) -> str | None:
    api = getattr(domain, "api", None)
    if api == API:
        return None
    return f"is made for plug-in API {api}, and this gdl-core speaks {API}: install versions that fit each other"


def _misnamed(domain: Any, point: EntryPoint) -> str | None:
    if not isinstance(domain, Domain):
        return f"names {point.value!r}, which is no gdl_core.domains.Domain"
    if domain.name != point.name:
        return f"calls itself {domain.name!r}: both names must be equal"
    return None


Register = Callable[[Any, Domain], None]
"""The form of a domain's `commands`: it is handed the domain's typer app and the description."""
