"""The original's arguments as the engine's settings."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Callable


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _side(size: Iterable[int]) -> int:
    """Returns the side of a square with as many values."""
    return round(math.sqrt(math.prod(size)))


# The engine's setting, its argument, the argument's default, its value in the setting's unit, and the
# range that the engine takes.
_ARGUMENTS: tuple[tuple[str, str, object, Callable[[Any], Any], tuple[int, int] | None], ...] = (
    ("pulse.interval_ms", "keepalive_interval", 0.1, _milliseconds, (100, 60_000)),
    ("pulse.matrix_size", "tensor_size", (256, 256), _side, (16, 4096)),
    ("thermal.enabled", "auto_thermal_protection", True, bool, None),
    ("thermal.max_temperature", "max_temperature", 83.0, float, (50, 95)),
)


def settings(keepalive: object) -> dict[str, object]:
    """Returns the arguments that differ from their defaults, as the nearest that the engine takes."""
    taken: dict[str, object] = {}
    for key, _, value, limits in _given(keepalive):
        taken[key] = value if limits is None else min(max(round(value), limits[0]), limits[1])
    return taken


def not_in_force(keepalive: object, in_force: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yields each given argument that an engine with those settings does not follow, with a sentence."""
    for key, name, value, _ in _given(keepalive):
        found = in_force.get(key)
        if found != value:
            yield (
                name,
                f"{name}={getattr(keepalive, name)!r} is not in force: the running GPU Keepalive has "
                f"{key} = {found!r}. Settings of a running engine are its user's.",
            )


def _given(keepalive: object) -> Iterator[tuple[str, str, Any, tuple[int, int] | None]]:
    for key, name, default, convert, limits in _ARGUMENTS:
        value = convert(getattr(keepalive, name))
        if value != convert(default):
            yield key, name, value, limits
