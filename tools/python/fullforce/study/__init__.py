"""Makes the points of a study that are missing, then its table and figure; `studies` says which studies there are."""
from .command import main

__all__ = ["main"]
