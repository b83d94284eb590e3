"""What is secret in a target or its expectations is taken out before anything is stored, and put back at probe time.

Secret are: what stands before ``@`` in a URL, query values whose name looks like a credential's, every header value,
and what is sent (HTTP body, TCP ``send``). Each is replaced by ``***`` and kept under a name, such as
``header:authorization``. A secret in the path of a URL cannot be told from any other path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import unquote

import msgspec

MASK = "***"
_SECRET_NAME = re.compile(r"token|key|secret|pass|pwd|sig|auth|cred|session|jwt|bearer", re.IGNORECASE)
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)@")
_SENT = ("body", "send")


class Split(msgspec.Struct, frozen=True):
    """A target and its expectations without their secrets."""

    target: str
    expect: dict[str, Any]
    secrets: dict[str, str]
    """By name, verbatim (percent-encoded where the URL was)."""
    kept: frozenset[str]
    """Names whose value was given as ``***``: a revision keeps the stored secret, a registration cannot have any."""


def split_secrets(target: str, expect: Mapping[str, Any]) -> Split:
    """Take the secrets out. Works on any input, well-formed or not, so that nothing slips through before validation."""
    found: dict[str, str] = {}
    kept: set[str] = set()

    def mask(name: str, value: str) -> str:
        if value == MASK:
            kept.add(name)
        else:
            found[name] = value
        return MASK

    clean_target = _map_target(target, mask)
    clean_expect = _map_expect(expect, mask)
    return Split(clean_target, clean_expect, found, frozenset(kept))


def split_credentials(target: str) -> tuple[str, dict[str, str]]:
    """The target without its secrets, and those by name."""
    split = split_secrets(target, {})
    return split.target, split.secrets


def restore(target: str, expect: Mapping[str, Any], secrets: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The target and expectations as they were given.

    Raises:
        KeyError: a masked secret is not among ``secrets``; holds its name.
    """

    def unmask(name: str, value: str) -> str:
        return secrets[name] if value == MASK else value

    return _map_target(target, unmask), _map_expect(expect, unmask)


def _map_target(target: str, change: Callable[[str, str], str]) -> str:
    def userinfo(match: re.Match[str]) -> str:
        if ":" not in match[2] and match[1].lower().startswith("postgres") and match[2] != MASK:
            return match[0]  # a database role without a password is a name, not a secret
        return f"{match[1]}{change('userinfo', match[2])}@"

    target = _USERINFO.sub(userinfo, target.strip())
    base, question, rest = target.partition("?")
    if not question:
        return target
    query, hash_sign, fragment = rest.partition("#")
    seen: dict[str, int] = {}
    pairs: list[str] = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if equals and value and _SECRET_NAME.search(unquote(name)):
            seen[name] = seen.get(name, 0) + 1
            key = f"query:{name}" if seen[name] == 1 else f"query:{name}#{seen[name]}"
            pair = f"{name}={change(key, value)}"  # noqa: PLW2901
        pairs.append(pair)
    return f"{base}?{'&'.join(pairs)}{hash_sign}{fragment}"


def _map_expect(expect: Mapping[str, Any], change: Callable[[str, str], str]) -> dict[str, Any]:
    changed = dict(expect)
    headers = changed.get("headers")
    if isinstance(headers, Mapping):
        changed["headers"] = {
            name: change(f"header:{str(name).lower()}", value) if isinstance(value, str) else value
            for name, value in cast("Mapping[Any, Any]", headers).items()
        }
    for name in _SENT:
        value = changed.get(name)
        if isinstance(value, str):
            changed[name] = change(name, value)
    return changed
