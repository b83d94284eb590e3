"""Answers with content: encoded once by msgspec, which is several times faster than going through models again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from api.cursors import next_link

JSON = "application/json"


def ready(body: bytes, etag: str = "") -> Response:
    """A body that is encoded already."""
    return Response(body, headers={"etag": etag} if etag else None, media_type=JSON)


def json_answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Any msgspec-encodable value."""
    return Response(msgspec.json.encode(value), status, headers, JSON)


def page(
    request: Request, items: Sequence[Any], following: str | None, *, name: str = "cursor", **more: Any
) -> Response:
    """A page of a list: ``items``, ``next`` (null on the last page) and the ``Link`` to the page after it."""
    headers: dict[str, str] = {}
    if following is not None:
        query: QueryParams = request.query_params
        headers["Link"] = next_link(request.url.path, query, **{name: following})
    return json_answer({"items": items, "next": following, **more}, headers=headers)
