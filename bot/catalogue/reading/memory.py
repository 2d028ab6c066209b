"""What was read before, so that only what has changed is read again."""

from collections.abc import Callable
from typing import TypeVar

from bot.catalogue.reading.parsing import Findings

Read = TypeVar("Read")


class Memory:
    """Keeps what was made from which files, by place; what is no longer asked for goes."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: dict[str, tuple[object, object, Findings]] = {}
        self._used: dict[str, tuple[object, object, Findings]] = {}

    def recall(
        self, place: str, inputs: object, findings: Findings, make: Callable[[Findings], Read]
    ) -> Read:
        """Give what was made from the same inputs, or make it; note what was found on the way.

        Inputs are compared by `==`, which is quick for what is the very same object.
        """
        kept = self._used.get(place) or self._kept.get(place)
        if kept is None or kept[0] != inputs:
            found = type(findings)()
            kept = (inputs, make(found), found)
        self._used[place] = kept
        findings.add(kept[2])
        return kept[1]  # type: ignore[return-value]  # what stands at a place has one type

    def lacks(self, place: str, inputs: object) -> bool:
        """Say whether something is still to be made from these inputs."""
        kept = self._kept.get(place)
        return kept is None or kept[0] != inputs

    def keep(self, place: str, inputs: object, made: object, found: Findings) -> None:
        """Take over what was made elsewhere, to be recalled."""
        self._kept[place] = (inputs, made, found)

    def turn(self) -> None:
        """Let go of what was not asked for since the last time."""
        self._kept, self._used = self._used, {}
