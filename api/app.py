"""The application: every route, one gate in front of them, no globals."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.types import Scope

from api import translation
from api.access import Access
from api.authentication import Authenticator
from api.context import Api
from api.gate import Gate
from api.guard import Guard, guard_everything, guarded_route
from api.hot_reads import HotReads
from api.limits import AttemptLimits
from api.live import LiveTail
from api.metrics import Metrics
from api.pages.documents import add_document_routes
from api.pages.overview import add_overview_routes
from api.pages.session import add_session_routes
from api.proxies import Proxies
from api.reads import record_denied
from api.routes.api_keys import add_api_key_routes
from api.routes.auditing import add_auditing_routes
from api.routes.events import add_event_routes
from api.routes.fhir import add_fhir_routes
from api.routes.fhir_audit import add_fhir_audit_routes
from api.routes.fhir_import import add_fhir_import_routes
from api.routes.fhir_patients import add_fhir_patient_routes
from api.routes.fhir_results import add_fhir_result_routes
from api.routes.incidents import add_incident_routes
from api.routes.login import add_login_routes
from api.routes.me import add_me_routes
from api.routes.monitor_commands import add_monitor_command_routes
from api.routes.monitor_observations import add_observation_routes
from api.routes.monitor_uptime import add_uptime_routes
from api.routes.monitors import add_monitor_routes
from api.routes.oidc import add_oidc_routes
from api.routes.operations import add_operation_routes
from api.routes.people import add_people_routes
from api.routes.pings import add_ping_routes
from api.routes.projections import add_projection_routes
from api.routes.reports import add_report_routes
from api.routes.user_commands import add_user_command_routes
from api.routes.user_erasure import add_user_erasure_route
from api.routes.user_logins import add_user_login_routes
from api.routes.users import add_user_routes
from api.services import Services
from application.identity.record_read import Reads

DESCRIPTION = """\
Commands answer with the ledger position they reached (`position`, `Vitalog-Position`); a read given `min_position`
waits until its read model is there. Edits need `If-Match` with the `ETag` that was read. A `POST` with an
`Idempotency-Key` can be repeated safely. Every refusal is an RFC 9457 problem (`application/problem+json`). Times are
RFC 3339 in UTC; durations carry their unit in the name."""

_ROUTES: tuple[Callable[[FastAPI, Api], None], ...] = (
    add_monitor_routes,
    add_uptime_routes,
    add_monitor_command_routes,
    add_observation_routes,
    add_ping_routes,
    add_incident_routes,
    add_people_routes,
    add_auditing_routes,
    add_report_routes,
    add_fhir_routes,
    add_fhir_result_routes,
    add_fhir_patient_routes,
    add_fhir_import_routes,
    add_fhir_audit_routes,
    add_event_routes,
    add_projection_routes,
    add_operation_routes,
    add_login_routes,
    add_me_routes,
    add_user_routes,
    add_user_command_routes,
    add_user_erasure_route,
    add_user_login_routes,
    add_api_key_routes,
    add_oidc_routes,
    add_overview_routes,
    add_session_routes,
)
"""Tried in this order: those that are asked most often come first."""


def create_app(services: Services) -> FastAPI:
    """The ASGI application. ``app.state.live.close()`` ends its streams, which a stopping server would wait for.

    Raises:
        ValueError: the admin token is too short.
    """
    clock = services.commands.clock
    access = Access(services.admin_token)
    limits = AttemptLimits(clock)
    authenticator = Authenticator(access, services.identity, services.database, limits)
    api = Api(
        services=services,
        access=access,
        authenticator=authenticator,
        limits=limits,
        metrics=Metrics(),
        hot=HotReads(services.signals, clock),
        live=LiveTail(services.events, services.signals),
        reads=Reads(services.commands, services.new_id()),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            if services.lifespan is not None:
                await stack.enter_async_context(services.lifespan())
            yield
            api.live.close()

    app = FastAPI(
        title="Vitalog",
        version="1",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )

    async def record(scope: Scope, subjects: tuple[str, ...]) -> None:
        await record_denied(api, HTTPConnection(scope), subjects)

    guard = Guard(owner_of_checkup=api.patient_of_checkup, record_denied=record)
    app.router.route_class = guarded_route(guard)
    app.state.live = api.live
    app.state.authenticator = authenticator
    app.state.hot = api.hot
    for add_routes in _ROUTES:
        add_routes(app, api)
    add_document_routes(app)
    guard_everything(app, guard)
    translation.install(app)
    app.add_middleware(
        Gate,
        authenticator=authenticator,
        metrics=api.metrics,
        clock=clock,
        new_id=services.new_id,
        proxies=Proxies(services.trusted_proxies),
        translate=translation.translate,
        write_line=services.write_line,
        max_body_bytes=services.max_body_bytes,
    )
    return app
