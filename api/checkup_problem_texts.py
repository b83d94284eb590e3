"""The catalog of problems, continued: patients and checkups."""

from __future__ import annotations

from api.problem_text import ProblemText, problem

CHECKUP_PROBLEMS: dict[str, ProblemText] = {
    "not-known-then": problem(
        404,
        ("It was not known then", "그때는 없던 기록입니다"),
        (
            "It was recorded later than as_of. Its history tells when: …/history.",
            "as_of로 지정한 때보다 나중에 기록되었습니다. 언제 기록되었는지는 …/history에서 확인하세요.",
        ),
    ),
    "unknown-measurement": problem(
        404,
        ("There is no such measurement", "그런 측정값이 없습니다"),
        (
            "The checkup has no measurement with this id, and never had. GET the checkup to see the ids there are.",
            "이 검진에는 그런 id의 측정값이 있었던 적이 없습니다. 검진을 조회해 id를 확인하세요.",
        ),
    ),
    "unusual": problem(
        422,
        ("Is this really meant?", "정말 맞는 값인가요?"),
        (
            "What errors names is possible, but rare. Send the same again with confirm: true if it is meant.",
            "errors에 나온 값은 가능하지만 드뭅니다. 맞는 값이면 confirm: true를 붙여 그대로 다시 보내세요.",
        ),
    ),
    "import-refused": problem(
        422,
        ("Some rows are wrong: nothing was stored", "잘못된 행이 있어 아무것도 저장하지 않았습니다"),
        (
            "{bad} of {rows} rows have faults: see rows. Correct them, or send skip_bad: true to store the others.",
            "{bad}/{rows}개 행에 오류가 있습니다(rows 참고). 고치거나 skip_bad: true로 나머지만 저장하세요.",
        ),
    ),
}
