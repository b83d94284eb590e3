"""What the API refuses, as a sentence for the person at the terminal and as it was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from infra.cli.output import NOT_FOUND, PROBLEM, REFUSED, UNAVAILABLE, plain
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    import httpx

PURPOSES = "treatment|patient-request|quality|research|billing|legal|public-health|operations"
_SERVER_ERROR = 500
_EXIT_CODES = {404: NOT_FOUND, 410: NOT_FOUND, 429: UNAVAILABLE, 502: UNAVAILABLE, 503: UNAVAILABLE, 504: UNAVAILABLE}


class Problem(UserError):
    """One refusal."""

    def __init__(self, sentence: str, exit_code: int, kind: str, members: Mapping[str, Any]) -> None:
        super().__init__(sentence, exit_code=exit_code)
        self.kind = kind
        """Of the table in docs/api.md, such as ``stale``."""
        self.members = members

    @classmethod
    def of(cls, problem: Mapping[str, Any], status: int) -> Self:
        """From what was answered with an HTTP status."""
        exit_code = _EXIT_CODES.get(status, REFUSED if status < _SERVER_ERROR else PROBLEM)
        return cls(_sentence(problem), exit_code, str(problem.get("type", "")).rpartition("/")[2], problem)


def problem_of(answer: httpx.Response) -> dict[str, Any] | None:
    """The problem details (RFC 9457) of a refusal, or a FHIR OperationOutcome in their shape; None when it is somebody
    else's.
    """
    try:
        found: Any = answer.json()
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    problem = cast("dict[str, Any]", found)
    if problem.get("resourceType") == "OperationOutcome":
        return _of_outcome(problem)
    return problem if "title" in problem else None


def _of_outcome(outcome: Mapping[str, Any]) -> dict[str, Any]:
    issues: list[dict[str, Any]] = outcome.get("issue") or [{}]
    codings: list[dict[str, Any]] = issues[0].get("details", {}).get("coding") or [{}]
    errors = [
        {
            "pointer": ", ".join(issue.get("expression", [])),
            "detail": issue.get("details", {}).get("text") or issue.get("diagnostics", ""),
        }
        for issue in issues
    ]
    kind, title = codings[0].get("code", ""), codings[0].get("display") or "FHIR"
    return {"type": f"/problems/{kind}", "title": title, "errors": errors}


def _sentence(problem: Mapping[str, Any]) -> str:
    """A problem as one line a person can act on, and one more for each further fault of the input."""
    if str(problem.get("type", "")).endswith("/purpose-required"):
        # The API speaks of its parameter; here it is an option.
        return t(
            "Say why you look with --purpose, one of: {choices}. It is recorded.", choices=PURPOSES.replace("|", ", ")
        )
    title, detail = str(problem["title"]).rstrip("."), str(problem.get("detail") or "")
    faults: list[dict[str, Any]] = problem.get("errors") or []
    told = [(f"{fault.get('pointer', '')}: {fault.get('detail', '')}", fault.get("detail")) for fault in faults]
    more = [line for line, alone in told if detail not in {line, alone}]
    if more and len(more) == len(told):  # the detail only says that there are errors
        detail = more.pop() if len(more) == 1 else ""
    colon = "" if title.endswith("?") else ":"
    first = f"{title}{colon} {detail}" if detail and detail.rstrip(".") != title else title + (colon if more else ".")
    lines = [first, *(f"  {line}" for line in more)]
    return plain("\n".join(lines))
