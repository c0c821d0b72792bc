"""Which molecules are wanted, written in one line: ``pains,brenk,qed>=0.6,mw=250..450``."""

import re
from dataclasses import dataclass
from math import inf, isnan, nextafter
from typing import Self

from rdkit.Chem import Mol

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_molecules.alerts import ALERTS
from gdl_molecules.chemistry import parse
from gdl_molecules.descriptors import DESCRIPTORS

_RANGE = re.compile(r"(?P<name>\w+)\s*(?P<sign>>=|<=|=|>|<)\s*(?P<value>.+)")


@dataclass(frozen=True)
class Alert:
    """A molecule must have none of the substructures of a set."""

    name: str

    def reason(self, mol: Mol) -> str | None:
        """Name what the molecule has, or return None."""
        found = ALERTS[self.name](mol)
        return None if found is None else f"{self.name} finds {found}"


@dataclass(frozen=True)
class Range:
    """A number about a molecule must lie between two bounds, which belong to the range."""

    name: str
    low: float
    high: float
    text: str

    def reason(self, mol: Mol) -> str | None:
        """Say what the number is when it lies outside, or return None."""
        value = DESCRIPTORS[self.name](mol)
        return None if self.low <= value <= self.high else f"{self.name} is {value:.6g}, and {self.text} was asked for"


@dataclass(frozen=True)
class Filters:
    """A list of rules that a molecule must all pass.

    Sets of substructures are ``pains``, ``brenk``, ``nibr`` and ``moses``. Ranges are of ``mw`` (weight), ``logp``,
    ``qed``, ``sa``, ``tpsa``, ``hbd`` and ``hba`` (donors and acceptors of hydrogen bonds), ``rotatable`` (bonds),
    ``rings`` and ``heavy`` (atoms), written ``qed>=0.6``, ``mw<500``, ``mw=250..450`` or ``rings=2``.

    Example:
        >>> wanted = Filters.parse("pains,mw=100..450,hbd<2")
        >>> wanted.accepts("CC(=O)Oc1ccccc1")
        True
        >>> wanted.reason("CCO")
        'mw is 46.069, and mw=100..450 was asked for'
    """

    rules: tuple[Alert | Range, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read rules between commas; what is not understood is a `UsageError` that names the nearest rule."""
        return cls(tuple(_rule(part.strip()) for part in text.split(",") if part.strip()))

    def reason(self, molecule: str | Mol) -> str | None:
        """Say which rule a molecule breaks first, or return None when it is wanted."""
        try:
            mol = molecule if isinstance(molecule, Mol) else parse(molecule)
        except RepresentationError as error:
            return str(error)
        return next((reason for rule in self.rules if (reason := rule.reason(mol)) is not None), None)

    def accepts(self, molecule: str | Mol) -> bool:
        """Tell whether a molecule passes every rule."""
        return self.reason(molecule) is None

    def __call__(self, molecule: str | Mol) -> bool:
        """Tell whether a molecule passes every rule; a `Filters` can stand where a function is asked for."""
        return self.accepts(molecule)


def _rule(text: str) -> Alert | Range:
    if text.lower() in ALERTS:
        return Alert(text.lower())
    match = _RANGE.fullmatch(text)
    if match is None:
        known = nearest(text, [*ALERTS, *DESCRIPTORS])
        if text.lower() in DESCRIPTORS:
            known = "write a range, such as qed>=0.6 or mw=250..450"
        raise UsageError(f"the filter {text!r} is not known; {known}")
    name = match["name"].lower()
    if name not in DESCRIPTORS:
        raise UsageError(
            f"the filter {text!r} asks for {match['name']!r}, which is not known; {nearest(name, DESCRIPTORS)}"
        )
    low, high = _bounds(match["sign"], match["value"].strip(), text)
    if low > high:
        raise UsageError(f"the filter {text!r} lets nothing through: its lower bound is above its upper one")
    return Range(name, low, high, text)


def _bounds(sign: str, value: str, text: str) -> tuple[float, float]:
    if sign == "=":
        low, dots, high = value.partition("..")
        start = _number(low, text) if low or not high else -inf
        end = _number(high, text) if high else inf if dots else start
        return start, end
    number = _number(value, text)
    match sign:
        case ">=":
            return number, inf
        case ">":
            return nextafter(number, inf), inf
        case "<=":
            return -inf, number
        case _:
            return -inf, nextafter(number, -inf)


def _number(value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if isnan(number):
        raise UsageError(f"the filter {text!r} needs a number where it says {value!r}, as in mw=250..450 or qed>=0.6")
    return number
