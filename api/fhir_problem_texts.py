"""Problems that only ``/fhir`` has: said there as OperationOutcome, and kept in the one catalog all the same."""

from __future__ import annotations

from api.problem_text import ProblemText, problem

FHIR_PROBLEMS: dict[str, ProblemText] = {
    "bad-search": problem(
        400,
        ("The search cannot be understood", "검색 조건을 이해할 수 없습니다"),
        (
            "Change the parameter that is named, or leave it out. /fhir/metadata lists those there are.",
            "표시된 매개변수를 고치거나 생략하세요. 사용할 수 있는 매개변수는 /fhir/metadata에 있습니다.",
        ),
    ),
    "bad-bundle": problem(
        422,
        ("The Bundle cannot be taken in", "Bundle을 받아들일 수 없습니다"),
        (
            "Nothing was stored. Change what the issues name, then send the whole Bundle again.",
            "저장된 것은 없습니다. 표시된 항목을 고친 뒤 Bundle 전체를 다시 보내세요.",
        ),
    ),
    "unknown-resource": problem(
        404,
        ("There is no such resource", "그런 리소스가 없습니다"),
        (
            "There is no {kind} with this id, or it never had this version.",
            "이 ID의 {kind}이(가) 없거나 해당 버전이 없습니다.",
        ),
    ),
}
