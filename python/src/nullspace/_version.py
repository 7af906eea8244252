"""Version of the package."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("nullspace-python")
except PackageNotFoundError:
    # Run from the source tree.
    __version__ = "0+source"
