"""The policy, enforced: between finding the route and looking at what was sent to it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api import policy
from api.gate import context_of
from api.principal import Principal
from api.problems import Problem, unauthorized

CheckupOwner = Callable[[str], Awaitable[str | None]]
"""Whose a checkup is; None when there is no such checkup."""
RecordDenied = Callable[[Scope, tuple[str, ...]], Awaitable[None]]
"""Records that somebody asked for what is not theirs to see: the request, and whose data it was."""

OWN_ALONE = "You may see your own record alone: ask for it by its id, and for nothing else beside it."
"""To somebody who has the permission, and asks for more than their own record."""
_NAMING = frozenset({"patient", "subject"})
"""How a query names whom it is about, where nothing else is said."""


class Guard:
    """One per application."""

    def __init__(self, *, owner_of_checkup: CheckupOwner, record_denied: RecordDenied) -> None:
        self._owner_of_checkup = owner_of_checkup
        self._record_denied = record_denied

    async def admit(self, scope: Scope, method: str, path: str) -> None:
        """Return if the policy allows it. ``path``: the route's template.

        Raises:
            Problem: ``unauthorized`` or what is wrong with the credential, ``forbidden``; or ``unknown-…`` for a
                record that is another's, as if there were none.
        """
        asked = policy.permission_of(method, path)
        if asked == policy.PUBLIC:
            return
        context = context_of(scope)
        principal = context.principal
        if principal is None:
            raise unauthorized(context.refusal)
        if asked == policy.KNOWN or (asked == policy.SELF and principal.in_person):
            return
        if asked == policy.SELF:
            raise Problem("in-person")
        if asked is None or not principal.may(asked):
            _, _, owner = await self._asked_about(scope, policy.OWN_SEARCHES.get((method, path), _NAMING))
            await self._record_denied(scope, _pseudonyms(owner))
            raise Problem("forbidden", permission=asked or f"{method} {path}")
        if principal.own_only(asked) and (method, path) not in policy.FILTERED:
            await self._own(scope, principal, policy.OWN_SEARCHES.get((method, path), frozenset()))

    async def _own(self, scope: Scope, principal: Principal, confining: frozenset[str]) -> None:
        code, given, owner = await self._asked_about(scope, confining)
        if not given:
            await self._record_denied(scope, ())
            raise Problem("forbidden", detail=OWN_ALONE)
        if principal.patient_id is None or owner != principal.patient_id:
            await self._record_denied(scope, _pseudonyms(owner))
            raise Problem(code, id=given[:60])

    async def _asked_about(self, scope: Scope, confining: frozenset[str]) -> tuple[str, str, str | None]:
        """What to say if it is another's, the id that was given, and whose it is."""
        parameters = scope["path_params"]
        if "checkup_id" in parameters:
            given = str(parameters["checkup_id"])
            return "unknown-checkup", given, await self._owner_of_checkup(given)
        if "observation_id" in parameters:  # of FHIR: {checkup_id}.{measurement_id}
            given = str(parameters["observation_id"]).partition(".")[0]
            return "unknown-checkup", given, await self._owner_of_checkup(given)
        given = str(parameters["patient_id"]) if "patient_id" in parameters else _patient_asked_for(scope, confining)
        return "unknown-patient", given, given


def guarded_route(guard: Guard) -> type[APIRoute]:
    """The class of every HTTP route: none of them can be reached past the policy."""

    class GuardedRoute(APIRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] in self.methods:
                await guard.admit(scope, scope["method"], self.path)
            await super().handle(scope, receive, send)

    return GuardedRoute


def guard_everything(app: FastAPI, guard: Guard) -> None:
    """Guard the WebSocket routes too, which have no class of their own to choose; to be called once all are added.

    Raises:
        TypeError: there is a route that cannot be guarded.
    """
    expected = app.router.route_class
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            route.app = _guarded_socket(guard, route.path, route.app)
        elif not isinstance(route, expected):
            raise TypeError(f"The route {route} is not guarded. Add it through the application's own router.")


def _guarded_socket(guard: Guard, path: str, inner: ASGIApp) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        await guard.admit(scope, "WEBSOCKET", path)
        await inner(scope, receive, send)

    return handle


def _patient_asked_for(scope: Scope, confining: frozenset[str]) -> str:
    """The one patient to whom ``confining`` parameters restrict a query; empty when it is none, or several."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    found = {
        value.removeprefix("Patient/")
        for name, values in query.items()
        for value in values
        if re.split(r"[:.]", name)[0] in confining  # FHIR writes modifiers behind the name
    }
    return found.pop() if len(found) == 1 else ""


def _pseudonyms(given: object) -> tuple[str, ...]:
    """What was given as an id, if it is one: whatever else somebody typed there may be a name."""
    try:
        return (str(UUID(str(given))),)
    except ValueError:
        return ()
