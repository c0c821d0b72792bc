"""The shared core of GDL: sample spaces, model families, training and the command `gdl`."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gdl-core")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+source"
