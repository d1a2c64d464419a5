"""What is said where a run has no targets for its init trials."""
from __future__ import annotations

import warnings
from typing import Any, Mapping

from .errors import RunWarning


def warn_without_targets(config: Mapping[str, Mapping[str, Any]], stacklevel: int = 3) -> None:
    """Warns where states run on from init trials whose targets are not known, since these drive the network."""
    if config["task"].get("reset", "none") == "none" and config["run"]["init_trials"] > 0:
        warnings.warn("without Y the targets are zero in the init trials before this run, which begins in the state that "
                      "they leave, so its outputs differ from those of a test with targets (give Y, or train with a "
                      "reset, such as reset=\"zero\")", RunWarning, stacklevel=stacklevel)
