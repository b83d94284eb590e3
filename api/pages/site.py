"""What all pages share: templates, security headers, language and time zone of the visitor."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.gate import context_of
from api.languages import LANGUAGES, Language
from api.pages.texts import Words

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Vary": "Accept-Language, Cookie",
}
_FILES = {
    name: (files("api.pages").joinpath(name).read_bytes(), media_type)
    for name, media_type in (("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml"))
}
STYLE, ICON = _FILES["style.css"], _FILES["icon.svg"]
VERSION = hashlib.sha256(STYLE[0] + ICON[0]).hexdigest()[:12]
"""Part of the address of style sheet and icon, so that browsers may keep them for ever."""


class Visitor(NamedTuple):
    """For whom a page is rendered."""

    language: Language
    zone: ZoneInfo
    zone_name: str
    chosen: dict[str, str]
    """What the visitor chose by query parameters, to be kept in links."""


def visitor(request: Request, default_zone: str) -> Visitor:
    """From ``?lang``, ``?tz`` and ``Accept-Language``; what cannot be understood is ignored: a page is not an API."""
    query = request.query_params
    chosen: dict[str, str] = {}
    language = context_of(request.scope).language
    for known in LANGUAGES:
        if query.get("lang") == known:
            language, chosen["lang"] = known, known
    name = query.get("tz", "")
    try:
        zone = ZoneInfo(name) if 0 < len(name) < 60 else None
    except (KeyError, ValueError, OSError):
        zone = None
    if zone is None:
        return Visitor(language, ZoneInfo(default_zone), default_zone, chosen)
    chosen["tz"] = name
    return Visitor(language, zone, name, chosen)


def environment() -> Environment:
    """Everything is escaped; a misspelt variable is an error."""
    return Environment(
        loader=PackageLoader("api", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_environment = environment()


def render(template: str, to: Visitor, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the visitor's language."""

    def link(path: str = "/", **changes: str | None) -> str:
        kept = {name: value for name, value in {**to.chosen, **changes}.items() if value is not None}
        return f"{path}?{urlencode(kept)}" if kept else path

    text = _environment.get_template(template).render(t=Words(to.language), to=to, link=link, version=VERSION, **values)
    return HTMLResponse(text, status, {**HEADERS, "Content-Language": to.language})
