"""A scaling study: how the time of a step changes with ranks and threads."""
from .command import main

__all__ = ["main"]
