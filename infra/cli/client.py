"""How commands reach the API: which address, which token, and what its refusals become at the terminal."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Self, cast
from uuid import uuid4

from infra.cli import sessions
from infra.cli.address import Address, find_address
from infra.cli.output import REFUSED, UNAVAILABLE, plain, say
from infra.cli.problems import Problem, problem_of
from infra.errors import UserError
from infra.words import language, t

if TYPE_CHECKING:
    import httpx

_PAGE = 1000
_TIMEOUT_S = 30.0
_BUNDLE_TIMEOUT_S = 1800.0
_UNAUTHORIZED = 401


class Client:
    """One command's conversation with the API. Paths are below ``/api/v1``; every method may raise ``UserError``."""

    def __init__(self, address: Address | None = None) -> None:
        import httpx

        self.address = address or find_address()
        self._http = httpx.Client(
            base_url=f"{self.address.url}/api/v1",
            headers={"Accept-Language": language(), "User-Agent": "vitalog-cli"},
            timeout=_TIMEOUT_S,
            # A proxy for the outside world cannot reach this machine.
            trust_env=not self.address.is_local,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """What is there, decoded."""
        return self._decoded(self._ask("GET", path, params=_given(query)))

    def found(self, path: str, **query: Any) -> tuple[Any, str]:
        """As ``get``, and its ``ETag``: what an edit of it names."""
        answer = self._ask("GET", path, params=_given(query))
        return self._decoded(answer), answer.headers.get("ETag", "*")

    def content(self, path: str, **query: Any) -> tuple[bytes, str]:
        """What is there as it is, and its media type."""
        answer = self._ask("GET", path, params=_given(query))
        return answer.content, answer.headers.get("Content-Type", "").partition(";")[0]

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        version: str | None = None,
        timeout_s: float = _TIMEOUT_S,
        **query: Any,
    ) -> Any:
        """Do it; asking again after a lost answer does it once. None for an answer without content. ``version``: the
        ``ETag`` of what is edited.
        """
        headers = {"Idempotency-Key": str(uuid4())} | ({"If-Match": version} if version else {})
        answer = self._ask("POST", path, json=body, headers=headers, params=_given(query), timeout=timeout_s)
        return self._decoded(answer) if answer.content else None

    def post_bundle(self, bundle: bytes, **query: Any) -> Any:
        """Send a FHIR Bundle; sending it again after a lost answer takes it in once."""
        headers = {
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/fhir+json",
            "Accept": "application/fhir+json",
        }
        url = f"{self.address.url}/fhir"
        asked = self._ask("POST", url, content=bundle, headers=headers, params=_given(query), timeout=_BUNDLE_TIMEOUT_S)
        return self._decoded(asked)

    def patch(self, path: str, body: Mapping[str, Any], *, version: str) -> Any:
        """Change what is at that version."""
        return self._decoded(self._ask("PATCH", path, json=body, headers={"If-Match": version}))

    def delete(self, path: str, body: Mapping[str, Any] | None = None, *, version: str = "*") -> Any:
        """End it; without a version whatever version it is at."""
        answer = self._ask("DELETE", path, headers={"If-Match": version}, json=body)
        return self._decoded(answer) if answer.content else None

    def settle(self, *answers: Mapping[str, Any], path: str = "/monitors", **query: Any) -> None:
        """Wait until the list at ``path`` shows what these commands did, so that the next one sees it; not for ever."""
        try:
            self.get(path, **{"limit": 1} | query, min_position=max(answer["position"] for answer in answers))
        except UserError:
            say(
                t("It is done, but lists do not show it yet: the read models are behind. `vitalog doctor` may say why.")
            )

    def items(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page."""
        wanted = {"limit": _PAGE} | _given(query)
        answer = self._ask("GET", path, params=wanted)
        while True:
            yield from cast("list[dict[str, Any]]", self._decoded(answer)["items"])
            following = answer.links.get("next", {}).get("url")
            if following is None:
                return
            # The link may name another host than the one we came by (a proxy's): only its query counts.
            answer = self._ask("GET", path, params=dict(answer.url.copy_with(raw_path=b"/").join(following).params))

    def bundle(self, path: str, **query: Any) -> dict[str, Any]:
        """All pages of a FHIR searchset as one; ``path`` is below ``/fhir``."""
        url = f"{self.address.url}/fhir{path}"
        answer = self._ask("GET", url, params=_given(query))
        found: dict[str, Any] = self._decoded(answer)
        links = cast("list[dict[str, str]]", found.pop("link", []))
        while following := next((link["url"] for link in links if link["relation"] == "next"), None):
            # As in items(): only the query counts.
            answer = self._ask("GET", url, params=dict(answer.url.join(following).params))
            further = self._decoded(answer)
            found["entry"] = [*found.get("entry", []), *further.get("entry", [])]
            links = further.get("link", [])
        return found

    def head(self) -> int:
        """Position of the ledger's newest event."""
        return max((item["position"] + item["lag"] for item in self.get("/projections")["items"]), default=0)

    def readiness(self) -> dict[str, Any]:
        """``/readyz?verbose``, whether ready or not."""
        import httpx

        try:
            return self._http.get(f"{self.address.url}/readyz", params={"verbose": ""}).json()
        except (httpx.HTTPError, ValueError):
            return {}

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> Generator[httpx.Response]:
        """An answer that goes on; a silence longer than a minute ends it with ``httpx.ReadTimeout``.

        Raises:
            httpx.TransportError: the connection could not be made, or broke.
            UserError: the API refused.
        """
        import httpx

        timeout = httpx.Timeout(_TIMEOUT_S, read=60.0)
        allowed = dict(headers) | self._authorization()
        with self._http.stream("GET", path, params=_given(query), headers=allowed, timeout=timeout) as answer:
            if answer.status_code >= httpx.codes.BAD_REQUEST:
                answer.read()
                self._refuse(answer)
            yield answer

    def _authorization(self, instead_of: str | None = None) -> dict[str, str]:
        """``instead_of``: a token of the session that was refused."""
        address = self.address
        token = (
            sessions.access_token(address.url, instead_of=instead_of, trust_env=not address.is_local)
            if address.is_session
            else address.token
        )
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        import httpx

        allowed = self._authorization()
        for last in (False, True):
            try:
                answer = self._http.request(method, path, headers=dict(headers or {}) | allowed, **request)
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                if last:
                    raise unreachable(self.address, error) from error
            except httpx.ReadTimeout as error:
                raise _unanswered(self.address, method) from error
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise unreachable(self.address, error) from error
            else:
                if answer.status_code == _UNAUTHORIZED and self.address.is_session and not last:
                    # Another clock, or another key of the server: a new token may do.
                    allowed = self._authorization(allowed.get("Authorization", "").removeprefix("Bearer "))
                    continue
                if answer.status_code >= httpx.codes.MULTIPLE_CHOICES:
                    self._refuse(answer)
                return answer
        raise AssertionError("unreachable")

    def _refuse(self, answer: httpx.Response) -> NoReturn:
        code = answer.status_code
        problem = problem_of(answer)
        if problem is None:
            raise _stranger(answer)
        refused = Problem.of(problem, code)
        if refused.kind == "unauthorized":
            raise Problem(self._about_token(), REFUSED, refused.kind, problem)
        if refused.kind == "bootstrap-token-off":
            told = t(
                "The admin token is switched off. Log in with `vitalog login`, or set VITALOG_TOKEN to an API key."
            )
            raise Problem(told, REFUSED, refused.kind, problem)
        raise refused

    def _decoded(self, answer: httpx.Response) -> Any:
        """A JSON object: Vitalog answers nothing else here."""
        try:
            found: Any = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _stranger(answer)
        return cast("dict[str, Any]", found)

    def _about_token(self) -> str:
        url = self.address.url
        if not self.address.token and not self.address.is_session:
            return t(
                "{url} wants to know who you are. Log in with `vitalog login`, or set VITALOG_TOKEN to an API key, or "
                "VITALOG_DATA_DIR to the data directory that holds admin-token.",
                url=url,
            )
        return t("{url} does not accept the token from {origin}.", url=url, origin=self.address.token_origin)


def unreachable(address: Address, error: Exception) -> UserError:
    """What to do when nobody answers."""
    message = t(
        "Nothing answers at {url} ({why}). Start Vitalog with `vitalog up` (or `make up`), or set VITALOG_URL.",
        url=address.url,
        why=plain(str(error)) or type(error).__name__,
    )
    return UserError(message, exit_code=UNAVAILABLE)


def _stranger(answer: httpx.Response) -> UserError:
    return UserError(
        t(
            "{url} answered {code}, which is not Vitalog speaking. Check VITALOG_URL.",
            url=answer.url.copy_with(query=None),
            code=answer.status_code,
        ),
        exit_code=UNAVAILABLE,
    )


def _unanswered(address: Address, method: str) -> UserError:
    """It was asked, and is at work on it or hangs."""
    if method == "GET":
        return UserError(t("{url} does not answer in time. Try again.", url=address.url), exit_code=UNAVAILABLE)
    return UserError(
        t(
            "{url} does not answer in time. It may have done it all the same: look before you repeat it.",
            url=address.url,
        ),
        exit_code=UNAVAILABLE,
    )


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
