"""Everything that is wrong with an input at once, each fault where it is."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from domain.refusal import Refused, Unusual

Value = TypeVar("Value")


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault of an input."""

    pointer: str
    """RFC 6901, into the input: ``/measurements/2/value``."""
    message: str
    """English; what to change."""
    unusual: bool = False
    """Possible, but so rare that it needs to be confirmed."""


class Faulty(Refused):
    """An input with at least one fault. Carries them all, in the order of the input."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].message, faults[0].pointer.removeprefix("/"))
        self.faults = tuple(faults)

    @property
    def only_unusual(self) -> bool:
        """Whether confirming would be enough."""
        return all(fault.unusual for fault in self.faults)


class Faults:
    """Collects refusals, so that a form can show all of them and not one after the other."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    @contextmanager
    def at(self, pointer: str) -> Generator[None]:
        """Keep what the block refuses, under ``pointer`` and the field the refusal names."""
        try:
            yield
        except Faulty as error:
            self.found += [
                Fault(pointer=pointer + fault.pointer, message=fault.message, unusual=fault.unusual)
                for fault in error.faults
            ]
        except Refused as error:
            where = f"{pointer}/{error.field}" if error.field else pointer
            self.found.append(Fault(pointer=where, message=str(error), unusual=isinstance(error, Unusual)))

    def add(self, pointer: str, message: str) -> None:
        """One more."""
        self.found.append(Fault(pointer=pointer, message=message))

    def settle(self) -> None:
        """Raises ``Faulty`` if anything was found."""
        if self.found:
            raise Faulty(self.found)
