"""Laws of domains."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points

from gdl_core.domains import GROUP, Domain, discover


def an_installed_domain_is_found(domain: Domain) -> None:
    """The entry point of its distribution names this very domain."""
    assert discover().find(domain.name) == domain


def a_domain_is_imported_without_anything_heavy(domain: Domain) -> None:
    """`gdl --help` lists every domain, and starts at once."""
    [point] = entry_points(group=GROUP, name=domain.name)
    code = f"import sys, {point.module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"torch", "numpy", "typer"} & set(loaded.split())


DOMAIN_LAWS: tuple[Callable[[Domain], None], ...] = (
    an_installed_domain_is_found,
    a_domain_is_imported_without_anything_heavy,
)
