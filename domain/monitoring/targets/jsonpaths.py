"""JSONPath (RFC 9535) assertions, bounded: a hostile body or a clumsy path must not stall the prober.

``match`` and ``search`` are left out because a regular expression can take exponential time; one descendant segment,
one filter and few selectors keep the work proportional to the size of the body: ``[0,0]`` visits everything below it
twice, and one after the other they multiply.
"""

from __future__ import annotations

import re
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError

from domain.refusal import Refused

MAX_PATH = 500
MAX_COMMAS = 4
"""At most sixteen visits of the same value, were each in brackets of its own."""
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_environment = JSONPathEnvironment(strict=True)
for _function in ("match", "search"):
    del _environment.function_extensions[_function]


def compile_path(path: str) -> JSONPath:
    """Raises ``Refused`` when it is no JSONPath, or one whose cost has no bound."""
    if not path or len(path) > MAX_PATH:
        raise Refused(f"expect.json.path must have 1 to {MAX_PATH} characters.", "expect")
    if path.count("..") > 1 or path.count("?") > 1:
        raise Refused("expect.json.path may hold one descendant segment (..) and one filter (?).", "expect")
    if _QUOTED.sub("", path).count(",") > MAX_COMMAS:
        raise Refused(f"expect.json.path may list alternatives with {MAX_COMMAS} commas at most.", "expect")
    try:
        compiled = _environment.compile(path)
    except (JSONPathError, ValueError, RecursionError) as error:
        # str() of the library's errors can itself fail, on an empty path for one.
        what = str(error.args[0])[:120] if error.args else "syntax error"
        raise Refused(f"expect.json.path is not an RFC 9535 JSONPath: {what}", "expect") from None
    if not isinstance(compiled, JSONPath):
        raise Refused("expect.json.path must be a single JSONPath.", "expect")
    return compiled


def mismatch(path: JSONPath, document: Any, equals: Any, *, any_value: bool) -> str | None:
    """Why the document does not fit, as a short sentence without any of its content; None when it fits.

    Numbers compare as JSON does (1 equals 1.0); true does not equal 1.
    """
    found = False
    for node in path.finditer(document):
        found = True
        if any_value:
            return None
        value: Any = node.value
        if isinstance(value, bool) is not isinstance(equals, bool) or value != equals:
            return f"the value at {str(path)[:60]} is not the expected one"
    return None if found else f"nothing matches {str(path)[:60]}"
