"""One page about a run, a sweep or a study: an HTML file with everything inside, for any browser, offline."""
from .command import main

__all__ = ["main"]
