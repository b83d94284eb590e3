"""How commands reach the API: which address, which token, and what its refusals become at the terminal."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Self, cast
from uuid import uuid4

from infra.cli.address import Address, find_address
from infra.cli.output import NOT_FOUND, PROBLEM, REFUSED, UNAVAILABLE, plain, say
from infra.errors import UserError
from infra.words import language, t

if TYPE_CHECKING:
    import httpx

_PAGE = 1000
_TIMEOUT_S = 30.0


class Client:
    """One command's conversation with the API. Paths are below ``/api/v1``; every method may raise ``UserError``."""

    def __init__(self, address: Address | None = None) -> None:
        import httpx

        self.address = address or find_address()
        self._http = httpx.Client(
            base_url=f"{self.address.url}/api/v1",
            headers={"Accept-Language": language(), "User-Agent": "vitalog-cli"} | self._authorization(),
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
        return self._ask("GET", path, params=_given(query)).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do it; asking again after a lost answer does it once. None for an answer without content."""
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self._ask("POST", path, json=body, headers=headers)
        return answer.json() if answer.content else None

    def delete(self, path: str) -> Any:
        """End it, whatever version it is at."""
        return self._ask("DELETE", path, headers={"If-Match": "*"}).json()

    def settle(self, *answers: Mapping[str, Any]) -> None:
        """Wait until lists show what these commands did, so that the next command sees it; not for ever."""
        try:
            self.get("/monitors", limit=1, min_position=max(answer["position"] for answer in answers))
        except UserError:
            say(
                t("It is done, but lists do not show it yet: the read models are behind. `vitalog doctor` may say why.")
            )

    def items(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page."""
        wanted = {"limit": _PAGE} | _given(query)
        answer = self._ask("GET", path, params=wanted)
        while True:
            yield from cast("list[dict[str, Any]]", answer.json()["items"])
            following = answer.links.get("next", {}).get("url")
            if following is None:
                return
            # The link may name another host than the one we came by (a proxy's): only its query counts.
            answer = self._ask("GET", path, params=dict(answer.url.copy_with(raw_path=b"/").join(following).params))

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
        with self._http.stream("GET", path, params=_given(query), headers=dict(headers), timeout=timeout) as answer:
            if answer.status_code >= httpx.codes.BAD_REQUEST:
                answer.read()
                self._refuse(answer)
            yield answer

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.address.token}"} if self.address.token else {}

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        import httpx

        for last in (False, True):
            try:
                answer = self._http.request(method, path, **request)
            except (httpx.RemoteProtocolError, httpx.ReadError) as error:
                if last:
                    raise unreachable(self.address, error) from error
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise unreachable(self.address, error) from error
            else:
                if answer.status_code >= httpx.codes.BAD_REQUEST:
                    self._refuse(answer)
                return answer
        raise AssertionError("unreachable")

    def _refuse(self, answer: httpx.Response) -> NoReturn:
        code = answer.status_code
        problem = _problem_of(answer)
        if problem is None:
            raise UserError(
                t(
                    "{url} answered {code}, which is not Vitalog speaking. Check VITALOG_URL.",
                    url=answer.url,
                    code=code,
                ),
                exit_code=UNAVAILABLE,
            )
        if code == _UNAUTHORIZED:
            raise UserError(self._about_token(), exit_code=REFUSED)
        raise UserError(
            _sentence(problem), exit_code=_EXIT_CODES.get(code, REFUSED if code < _SERVER_ERROR else PROBLEM)
        )

    def _about_token(self) -> str:
        url = self.address.url
        if not self.address.token:
            return t(
                "{url} wants a token, and none was found. Set VITALOG_ADMIN_TOKEN, or VITALOG_DATA_DIR to the data "
                "directory that holds admin-token.",
                url=url,
            )
        return t("{url} does not accept the token from {origin}.", url=url, origin=self.address.token_origin)


_UNAUTHORIZED, _SERVER_ERROR = 401, 500
_EXIT_CODES = {404: NOT_FOUND, 410: NOT_FOUND, 429: UNAVAILABLE, 502: UNAVAILABLE, 503: UNAVAILABLE, 504: UNAVAILABLE}


def _problem_of(answer: httpx.Response) -> dict[str, Any] | None:
    """The problem details (RFC 9457) of a refusal; None when it is somebody else's."""
    try:
        problem: Any = answer.json()
    except ValueError:
        return None
    return cast("dict[str, Any]", problem) if isinstance(problem, dict) and "title" in problem else None


def _sentence(problem: dict[str, Any]) -> str:
    """A problem as one line a person can act on, and one more for each further fault of the input."""
    title, detail = str(problem["title"]).rstrip("."), str(problem.get("detail") or "")
    lines = [f"{title}: {detail}" if detail and detail.rstrip(".") != title else f"{title}."]
    faults: list[dict[str, Any]] = problem.get("errors") or []
    lines += [
        f"  {fault.get('pointer', '')}: {fault.get('detail', '')}" for fault in faults if fault.get("detail") != detail
    ]
    return plain("\n".join(lines))


def unreachable(address: Address, error: Exception) -> UserError:
    """What to do when nobody answers."""
    message = t(
        "Nothing answers at {url} ({why}). Start Vitalog with `vitalog up` (or `make up`), or set VITALOG_URL.",
        url=address.url,
        why=plain(str(error)) or type(error).__name__,
    )
    return UserError(message, exit_code=UNAVAILABLE)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
