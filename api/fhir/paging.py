"""Pages of what was found, and of histories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.context import Api
from api.cursors import make_cursor, read_cursor
from api.fhir.asking import Query, answer, base_of
from api.fhir.bundle import history, searchset
from api.fhir.codes import Resource
from api.fhir.finding import updated
from api.fhir.searching import bad, date_matches, prefixed
from api.fhir.versions import Version

Key = Callable[[Resource], tuple[str, str]]


def by(name: str) -> Key:
    """The sort key: what is asked for, then the id, so that no two are alike."""
    if name == "date":
        return lambda resource: (resource["effectiveDateTime"], resource["id"])
    return lambda resource: (resource["meta"]["lastUpdated"], f"{resource['resourceType']}/{resource['id']}")


def page(
    api: Api, request: Request, query: Query, found: Sequence[Resource], *, key: Key, down: bool
) -> tuple[list[Resource], Response]:
    """One page of what was found, in order. A resource that comes or goes in the meantime neither skips nor repeats
    another one: the cursor names the place, not a number.
    """
    ordered = sorted(found, key=key, reverse=down)
    after = _place(api, request, query)
    if after is not None:
        ordered = [one for one in ordered if (key(one) < after if down else key(one) > after)]
    shown = ordered[: query.count]
    base = base_of(api, request)
    following = None
    if shown and len(ordered) > len(shown):
        following = query.link(base, make_cursor(api.access, query.scope, key(shown[-1])))
    bundle = searchset(
        base,
        shown,
        self_url=query.link(base),
        next_url=following,
        total=len(found),
        outcome=query.warning(request),
    )
    return shown, answer(bundle)


def past(api: Api, request: Request, versions: Sequence[Version]) -> Response:
    """A page of a history, newest first."""
    query = Query(request, ("_since", "_at"))
    since, at = query.one("_since"), query.one("_at")
    found = [
        version
        for version, following in zip(versions, [*versions[1:], None], strict=True)
        if (since is None or date_matches("_since", f"ge{since}", updated(version)))
        and (at is None or _stood(version, following, at))
    ]
    ordered = sorted(found, key=_order, reverse=True)
    after: Any = _place(api, request, query)
    if after is not None:
        ordered = [version for version in ordered if _order(version) < after]
    shown = ordered[: query.count]
    base = base_of(api, request)
    following = None
    if shown and len(ordered) > len(shown):
        following = query.link(base, make_cursor(api.access, query.scope, _order(shown[-1])))
    bundle = history(base, shown, self_url=query.link(base), next_url=following, total=len(found))
    return answer(bundle)


def _stood(version: Version, following: Version | None, at: str) -> bool:
    """Whether it was the newest version at some moment of a time, which has no prefix."""
    prefix, asked = prefixed("_at", at)
    if prefix != "eq":
        raise bad("_at", f"The prefix {prefix} is not supported here.")
    return version.at < asked.end and (following is None or asked.start < following.at)


def _order(version: Version) -> tuple[int, str]:
    return version.event.position, version.id


def _place(api: Api, request: Request, query: Query) -> tuple[Any, ...] | None:
    cursor = request.query_params.get("_cursor")
    return None if cursor is None else tuple(read_cursor(api.access, query.scope, cursor))
