"""The live tests that are too many for `make test`, on the same stack of fixtures."""

from tests.live.conftest import (
    between,
    findings,
    media,
    media_line,
    model,
    modelled,
    same_parts,
    scene,
    stack,
    stage,
)

__all__ = [
    "between",
    "findings",
    "media",
    "media_line",
    "model",
    "modelled",
    "same_parts",
    "scene",
    "stack",
    "stage",
]
