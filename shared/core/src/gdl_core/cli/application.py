"""The commands of `gdl`, built for the one call at hand: only the domain that is asked for gets its verbs."""

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from gdl_core import __version__
from gdl_core.cli.output import tell
from gdl_core.domains import Domain, Installed, discover
from gdl_core.errors import UsageError, nearest

VERBS = {
    "catalogue": ("models", "recipes"),
    "prepare": ("prepare",),
    "train": ("train",),
    "sample": ("sample",),
    "score": ("score",),
    "latent": ("reconstruct", "interpolate"),
    "evaluate": ("evaluate",),
    "report": ("report",),
}
"""The modules of this package and the verbs that each holds, in the order of the help page."""


def run(words: Sequence[str], *, quiet: bool = True, installed: Installed | None = None) -> None:
    """Do what the words of a command line say; errors are raised, not printed.

    `quiet` keeps the warnings of other libraries off the screen.
    """
    with warnings.catch_warnings():
        if quiet:
            warnings.simplefilter("ignore")
        _run(words, installed or discover())


def _run(words: Sequence[str], installed: Installed) -> None:
    for trouble in installed.troubles:
        tell(f"warning: {trouble}")
    wanted = next((word for word in words if not word.startswith("-")), None)
    domain = _asked(wanted, installed)
    arguments = list(words) if words else ["--help"]
    if domain and not any(word not in (wanted, "--json") for word in words):
        arguments.append("--help")
    command = typer.main.get_command(application(installed, domain))
    with command.make_context("gdl", arguments, obj=domain or installed) as context:
        command.invoke(context)


def _asked(wanted: str | None, installed: Installed) -> Domain | None:
    if wanted in (None, "info"):
        return None
    assert wanted is not None
    if wanted not in installed.domains and nearest(wanted, ["info"]).startswith("did"):
        raise UsageError(f"there is no command {wanted!r}; did you mean 'info'?")
    domain = installed.find(wanted)
    if domain.empty:
        raise UsageError(
            f"nothing is there yet for {domain.name} ({domain.summary}): this version has no models or verbs for it"
        )
    return domain


def application(installed: Installed, wanted: Domain | None) -> typer.Typer:
    """Build the commands; every domain is listed, and only the wanted one has verbs."""
    app = _group("Deep generative models of images, music, text, molecules and 3d shapes.")
    app.callback()(_root)
    app.command()(import_module("gdl_core.cli.info").info)
    for name, domain in sorted(installed.domains.items()):
        note = " (nothing is there yet)" if domain.empty else ""
        group = _group(f"{domain.summary[:1].upper()}{domain.summary[1:]}{note}.")
        if domain is wanted:
            _add_verbs(group, domain)
        else:
            group.command("models")(_placeholder)
        app.add_typer(group, name=name)
    return app


def _group(help: str) -> typer.Typer:
    return typer.Typer(help=help, add_completion=False, no_args_is_help=True, rich_markup_mode=None)


def _add_verbs(group: typer.Typer, domain: Domain) -> None:
    group.callback()(_domain)
    for module, verbs in VERBS.items():
        for verb in verbs:
            group.command(verb)(getattr(import_module(f"gdl_core.cli.{module}"), verb))
    if domain.commands:
        domain.load("commands")(group, domain)


def _placeholder() -> None:
    """Stand for the verbs of a domain that was not asked for."""


def _domain() -> None:
    """Keep a domain a group of verbs, even where it has one verb only."""


def _show_version(value: bool) -> None:
    if value:
        print(f"gdl {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> Any:
    pass
