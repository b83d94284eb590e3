"""Where a request really came from: the socket's other end, unless that is a proxy we were told to believe."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class Proxies:
    """Knows which addresses are proxies of ours."""

    def __init__(self, trusted: Sequence[str] = ()) -> None:
        """``trusted``: CIDR networks. Raises ``ValueError`` when one is none."""
        self._trusted: list[Network] = [ip_network(network.strip()) for network in trusted]

    def client(self, scope: Scope) -> tuple[str, bool]:
        """The client's address, and whether its connection is encrypted.

        Of ``X-Forwarded-For`` the last address that is no trusted proxy counts: whatever stands before it was written
        by the client itself.
        """
        peer: tuple[str, int] | None = scope.get("client")
        address, secure = (peer[0] if peer else ""), scope.get("scheme") in {"https", "wss"}
        if not self._trusted or not self._is_trusted(address):
            return address, secure
        forwarded: list[str] = []
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                forwarded += value.decode("latin-1").split(",")
            elif name == b"x-forwarded-proto":
                secure = value.strip().lower() in {b"https", b"wss"}
        for hop in reversed(forwarded):
            if _parsed(hop) is None:
                break
            address = str(_parsed(hop))
            if not self._is_trusted(address):
                break
        return address, secure

    def _is_trusted(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(address in network for network in self._trusted)


def network_of(address: str) -> str:
    """The /24 or /48 of an address: enough to see an attack, too little to name anyone."""
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))


def whom_to_limit(address: str) -> str:
    """What attempts are counted by: the address, or the /64 of IPv6, which is one customer's."""
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    return str(parsed) if parsed.version == 4 else str(ip_network(f"{parsed}/64", strict=False))


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
