"""The way in for a browser: the admin token typed once, then a signed cookie. No password is stored anywhere."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from api.access import COOKIE, SESSION_S
from api.context import Api
from api.gate import context_of
from api.pages.site import ICON, STYLE, Visitor, render, visitor

_FOR_EVER = "public, max-age=31536000, immutable"


def login_page(to: Visitor, *, wrong: bool = False) -> Response:
    """The form."""
    return render("login.html", to, status=401 if wrong else 200, wrong=wrong)


def add_session_routes(app: FastAPI, api: Api) -> None:
    """Log in, log out, and the two files the pages need."""

    @app.get("/login", include_in_schema=False)
    async def show_form(request: Request) -> Response:
        return login_page(visitor(request, api.services.time_zone))

    @app.post("/login", include_in_schema=False)
    async def log_in(request: Request) -> Response:
        to = visitor(request, api.services.time_zone)
        try:
            form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        except ValueError:
            form = {}
        if not api.access.token_is_right(form.get("token", [""])[0]):
            return login_page(to, wrong=True)
        response = RedirectResponse(f"/?lang={to.language}" if "lang" in to.chosen else "/", 303)
        response.set_cookie(
            COOKIE,
            api.access.new_session(int(api.now().timestamp())),
            max_age=SESSION_S,
            httponly=True,
            samesite="strict",
            secure=context_of(request.scope).secure,
        )
        return response

    @app.post("/logout", include_in_schema=False)
    async def log_out() -> Response:
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    @app.get("/style.css", include_in_schema=False)
    async def style() -> Response:
        return Response(STYLE[0], media_type=STYLE[1], headers={"Cache-Control": _FOR_EVER})

    @app.get("/icon.svg", include_in_schema=False)
    async def icon() -> Response:
        return Response(ICON[0], media_type=ICON[1], headers={"Cache-Control": _FOR_EVER})
