"""Is a body JSON that every later reader can hold? Checked once, before any model looks at it.

Python's own parser lets through what others cannot store: NaN, lone surrogates, NUL characters, integers without bound.
"""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec

from api.problems import FieldError, Problem

MAX_DEPTH = 32
MAX_INTEGER = 2**53
"""Beyond it a JSON number is not the same number for every reader (RFC 8259, 6)."""
_NUMBERS = f"Use a number between -{MAX_INTEGER} and {MAX_INTEGER}."


def check_json(body: bytes) -> None:
    """Raises ``Problem``: the body is not JSON, or holds something that cannot be kept."""
    try:
        msgspec.json.decode(body)
        value = json.loads(body, object_pairs_hook=_object, parse_int=_integer)
    except msgspec.ValidationError:  # the one thing an untyped reader refuses: an integer of hundreds of digits
        raise _refusal("", _NUMBERS) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Problem("bad-json", at=_position(body), reason=str(error).removeprefix("JSON is malformed: ")) from None
    _check(value, "", 0)


def _integer(digits: str) -> int:
    """What is too long to be an integer for anybody is told apart from one by its size alone."""
    return int(digits) if len(digits) <= 20 else MAX_INTEGER * 2 + 1


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name given twice some readers take the first value and some the last (RFC 8259, 4): nobody's is taken."""
    found = dict(members)
    if len(found) < len(members):
        seen: set[str] = set()
        twice = next(name for name, _ in members if name in seen or seen.add(name))
        raise _refusal(f"/{escape(twice)}", "Give this name once: the object has it twice.")
    return found


def _check(value: Any, pointer: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _refusal(pointer[:100], f"Nest at most {MAX_DEPTH} levels deep.")
    match value:
        case str():
            _check_text(value, pointer)
        case int() if abs(value) > MAX_INTEGER:
            raise _refusal(pointer, _NUMBERS)
        case list():
            for index, item in enumerate(cast("list[Any]", value)):
                _check(item, f"{pointer}/{index}", depth + 1)
        case dict():
            for name, item in cast("dict[str, Any]", value).items():
                _check_text(name, pointer)
                _check(item, f"{pointer}/{escape(name)}", depth + 1)
        case _:
            pass


def _check_text(text: str, pointer: str) -> None:
    if "\0" in text:
        raise _refusal(pointer, "Remove the NUL character (\\u0000).")


def escape(name: str) -> str:
    """A member's name as part of a JSON pointer (RFC 6901, 3)."""
    return name[:100].replace("~", "~0").replace("/", "~1")


def _refusal(pointer: str, detail: str) -> Problem:
    return Problem("invalid", errors=[FieldError(pointer, detail)])


def _position(body: bytes) -> int:
    try:
        json.loads(body)
    except json.JSONDecodeError as error:
        return error.pos
    except (UnicodeDecodeError, RecursionError):
        pass
    return 0
