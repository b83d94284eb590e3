"""Bundles: pages of a search, histories, and what a transaction answers."""

from __future__ import annotations

from collections.abc import Sequence

from api.fhir.codes import Resource, instant, lean
from api.fhir.versions import Version


def searchset(
    base: str,
    matches: Sequence[Resource],
    *,
    self_url: str,
    next_url: str | None = None,
    total: int | None = None,
    outcome: Resource | None = None,
) -> Resource:
    """A page of what a search found. ``base`` is the address of ``/fhir``, without a final slash; ``outcome`` says
    what of the question was ignored.
    """
    entries = [{"fullUrl": full_url(base, match), "resource": match, "search": {"mode": "match"}} for match in matches]
    if outcome is not None:
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    return _bundle("searchset", entries, total, self_url, next_url)


def history(
    base: str, versions: Sequence[Version], *, self_url: str, next_url: str | None = None, total: int | None = None
) -> Resource:
    """Versions, newest first."""
    return _bundle("history", [_past(base, version) for version in versions], total, self_url, next_url)


def full_url(base: str, resource: Resource) -> str:
    """Where the resource can be read."""
    return f"{base}/{resource['resourceType']}/{resource['id']}"


def _past(base: str, version: Version) -> Resource:
    created = version.first
    return {
        "fullUrl": full_url(base, version.resource),
        "resource": version.resource,
        "request": {
            "method": "POST" if created else "PUT",
            "url": version.kind if created else f"{version.kind}/{version.id}",
        },
        "response": {
            "status": "201" if created else "200",
            "etag": version.etag,
            "lastModified": instant(version.at),
        },
    }


def _bundle(kind: str, entries: list[Resource], total: int | None, self_url: str, next_url: str | None) -> Resource:
    links = [{"relation": "self", "url": self_url}]
    if next_url is not None:
        links.append({"relation": "next", "url": next_url})
    # A total of 0 is an answer; lean() keeps it, because 0 is none of the empty things.
    return lean({"resourceType": "Bundle", "type": kind, "total": total, "link": links, "entry": entries})
