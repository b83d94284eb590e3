"""The catalog of problems: status, title and sentence by code, in both languages. Codes are never renamed."""

from __future__ import annotations

from api.checkup_problem_texts import CHECKUP_PROBLEMS
from api.fhir_problem_texts import FHIR_PROBLEMS
from api.identity_problems import IDENTITY_PROBLEMS
from api.problem_text import ProblemText
from api.problem_text import problem as _problem

PROBLEMS: dict[str, ProblemText] = {
    **IDENTITY_PROBLEMS,
    **CHECKUP_PROBLEMS,
    **FHIR_PROBLEMS,
    "unauthorized": _problem(
        401,
        ("A token is needed", "토큰이 필요합니다"),
        (
            "Send 'Authorization: Bearer <token>': what POST /api/v1/login gave, an API key, or `vitalog up`'s token.",
            "'Authorization: Bearer <토큰>'을 보내세요. POST /api/v1/login이나 `vitalog up`이 준 토큰 또는 API 키.",
        ),
    ),
    "not-found": _problem(
        404,
        ("There is nothing here", "찾을 수 없습니다"),
        (
            "No route of this API has this path. /api/docs lists them all.",
            "이 경로는 API에 없습니다. 전체 목록은 /api/docs에 있습니다.",
        ),
    ),
    "unknown-monitor": _problem(
        404,
        ("There is no such monitor", "그런 모니터가 없습니다"),
        (
            "No monitor has the id {id}. GET /api/v1/monitors lists those there are.",
            "ID가 {id}인 모니터가 없습니다. GET /api/v1/monitors로 목록을 확인하세요.",
        ),
    ),
    "unknown-patient": _problem(
        404,
        ("There is no such patient", "그런 환자가 없습니다"),
        (
            "No patient with the id {id} is known to you. GET /api/v1/patients finds patients.",
            "ID가 {id}인 환자를 찾을 수 없습니다. GET /api/v1/patients로 검색하세요.",
        ),
    ),
    "unknown-checkup": _problem(
        404,
        ("There is no such checkup", "그런 검진이 없습니다"),
        (
            "No checkup with the id {id} is known to you. GET /api/v1/patients/{{patient_id}}/checkups lists them.",
            "ID가 {id}인 검진을 찾을 수 없습니다. GET /api/v1/patients/{{patient_id}}/checkups로 목록을 확인하세요.",
        ),
    ),
    "unknown-incident": _problem(
        404,
        ("There is no such incident", "그런 장애가 없습니다"),
        (
            "No incident has the id {id}. GET /api/v1/incidents lists those there are.",
            "ID가 {id}인 장애가 없습니다. GET /api/v1/incidents로 목록을 확인하세요.",
        ),
    ),
    "unknown-projection": _problem(
        404,
        ("There is no such read model", "그런 읽기 모델이 없습니다"),
        (
            "No read model is called {id}. GET /api/v1/projections lists those there are.",
            "{id}(이)라는 읽기 모델이 없습니다. GET /api/v1/projections로 목록을 확인하세요.",
        ),
    ),
    "unknown-ping-key": _problem(
        404,
        ("No monitor waits for this ping", "이 핑을 기다리는 모니터가 없습니다"),
        (
            "No push monitor has this key, or it is retired. Copy the ping_url of the monitor again.",
            "이 키를 가진 push 모니터가 없거나 폐기되었습니다. 모니터의 ping_url을 다시 복사하세요.",
        ),
    ),
    "method-not-allowed": _problem(
        405,
        ("This method does nothing here", "허용되지 않는 메서드입니다"),
        (
            "{method} is not possible on this path. Use {allow}.",
            "이 경로에서는 {method}을(를) 쓸 수 없습니다. {allow}을(를) 사용하세요.",
        ),
    ),
    "not-acceptable": _problem(
        406,
        ("The answer cannot take that form", "요청한 형식으로 답할 수 없습니다"),
        (
            "This route answers with {offered}. Ask for it in the Accept header, or leave the header out.",
            "이 경로는 {offered} 형식으로만 답합니다. Accept 헤더를 그렇게 바꾸거나 생략하세요.",
        ),
    ),
    "body-too-slow": _problem(
        408,
        ("The body did not arrive", "본문이 도착하지 않았습니다"),
        (
            "The request's body was not complete after {seconds} seconds. Send it again, all at once.",
            "{seconds}초 안에 요청 본문이 모두 도착하지 않았습니다. 한 번에 다시 보내세요.",
        ),
    ),
    "head-too-large": _problem(
        431,
        ("The headers are too large", "헤더가 너무 큽니다"),
        (
            "Send at most {limit} bytes of request line and headers.",
            "요청 줄과 헤더는 합쳐서 최대 {limit}바이트까지 보내세요.",
        ),
    ),
    "refused": _problem(
        409,
        ("Not in this state", "현재 상태에서는 할 수 없습니다"),
        (
            "It cannot be done as things stand; the detail says why.",
            "지금은 할 수 없습니다. 상세 내용에 이유가 있습니다.",
        ),
    ),
    "erased": _problem(
        410,
        ("Erased", "삭제된 기록"),
        (
            "The person this was about has been erased. What remains names nobody: that, when and by whom.",
            "해당 인물의 기록은 영구 삭제되었습니다. 삭제 사실과 시각, 결정한 사람만 남아 있습니다.",
        ),
    ),
    "keys-unavailable": _problem(
        503,
        ("The keys are not available", "열쇠를 사용할 수 없음"),
        (
            "A personal record cannot be opened: a wrong key-encryption key, or altered data. The API's log says.",
            "개인 기록을 열 수 없습니다. 키 암호화 키가 잘못되었거나 데이터가 변조되었습니다. API 로그를 보세요.",
        ),
    ),
    "conflict": _problem(
        409,
        ("Others change it at the same moment", "동시에 변경되고 있습니다"),
        (
            "Others keep changing it at this moment. Send the request again.",
            "다른 요청이 동시에 변경하고 있습니다. 다시 보내세요.",
        ),
    ),
    "idempotency-key-in-use": _problem(
        409,
        ("The same request is being worked on", "같은 요청을 처리하는 중입니다"),
        (
            "The first request with this Idempotency-Key has not been answered yet. Send this one again in a moment.",
            "이 Idempotency-Key를 가진 첫 요청이 아직 처리 중입니다. 잠시 후 다시 보내세요.",
        ),
    ),
    "stale": _problem(
        412,
        ("It has changed since you read it", "읽은 뒤에 변경되었습니다"),
        (
            'It is at version {current} now. Read it again, then repeat the change with If-Match: "{current}".',
            '현재 버전은 {current}입니다. 다시 읽은 뒤 If-Match: "{current}"로 변경을 다시 요청하세요.',
        ),
    ),
    "body-too-large": _problem(
        413,
        ("The body is too large", "본문이 너무 큽니다"),
        ("Send at most {limit} bytes.", "본문은 최대 {limit}바이트까지 보낼 수 있습니다."),
    ),
    "unsupported-media-type": _problem(
        415,
        ("The body is not JSON", "본문이 JSON이 아닙니다"),
        (
            "Send the body as JSON, with the header 'Content-Type: application/json'.",
            "본문을 JSON으로, 'Content-Type: application/json' 헤더와 함께 보내세요.",
        ),
    ),
    "invalid": _problem(
        422,
        ("The request cannot be understood", "요청을 처리할 수 없습니다"),
        ("Change what 'errors' names, then send it again.", "'errors'에 적힌 항목을 고쳐서 다시 보내세요."),
    ),
    "bad-json": _problem(
        422,
        ("The body is not well-formed JSON", "본문이 올바른 JSON이 아닙니다"),
        ("The JSON ends or breaks at character {at}: {reason}.", "JSON이 {at}번째 문자에서 끊기거나 잘못되었습니다."),
    ),
    "bad-cursor": _problem(
        422,
        ("The cursor is not valid here", "커서가 올바르지 않습니다"),
        (
            "Use the cursor of a 'next' link as it was given, with the same filters; or leave it out to begin anew.",
            "'next'로 받은 커서를 같은 필터와 함께 그대로 쓰거나, 생략하고 처음부터 시작하세요.",
        ),
    ),
    "bad-if-match": _problem(
        422,
        ("If-Match is not understood", "If-Match를 이해할 수 없습니다"),
        (
            'Send one ETag as it was given, such as If-Match: "3".',
            '받은 ETag 하나를 그대로 보내세요. 예: If-Match: "3".',
        ),
    ),
    "bad-idempotency-key": _problem(
        422,
        ("The Idempotency-Key is not usable", "Idempotency-Key를 쓸 수 없습니다"),
        ("Use 1 to 255 printable ASCII characters.", "출력 가능한 ASCII 문자 1~255자로 보내세요."),
    ),
    "idempotency-key-reused": _problem(
        422,
        ("The Idempotency-Key was used before", "이미 사용한 Idempotency-Key입니다"),
        (
            "This key was used with another request. Use a new key for a new request.",
            "이 키는 다른 요청에 사용되었습니다. 새 요청에는 새 키를 쓰세요.",
        ),
    ),
    "if-match-required": _problem(
        428,
        ("If-Match is missing", "If-Match가 없습니다"),
        (
            "Send the ETag of the version you have read as If-Match, so that nobody's change is lost; or If-Match: *.",
            "다른 사람의 변경을 덮어쓰지 않도록, 읽은 버전의 ETag를 If-Match로 보내세요. 무조건 바꾸려면 If-Match: *.",
        ),
    ),
    "too-many-requests": _problem(
        429,
        ("Too many requests", "요청이 너무 많습니다"),
        ("Send the next one in {seconds} seconds.", "{seconds}초 뒤에 다시 보내세요."),
    ),
    "internal": _problem(
        500,
        ("Something went wrong here", "서버에 문제가 생겼습니다"),
        (
            "This is a defect of Vitalog, not of your request. Report it with the correlation id: the log has more.",
            "요청이 아니라 Vitalog의 결함입니다. 상관관계 ID와 함께 알려 주세요. 자세한 내용은 로그에 있습니다.",
        ),
    ),
    "purpose-required": _problem(
        422,
        ("Say what the data is for", "열람 목적을 밝혀 주세요"),
        (
            "Lists and exports of personal data need ?purpose= or the header X-Purpose, one of: {purposes}.",
            "개인정보 목록과 내보내기에는 ?purpose= 또는 X-Purpose 헤더가 필요합니다. 가능한 값: {purposes}.",
        ),
    ),
    "unavailable": _problem(
        503,
        ("The database is away", "데이터베이스에 연결할 수 없습니다"),
        (
            "PostgreSQL cannot be reached. Nothing was lost; send the request again shortly.",
            "PostgreSQL에 연결할 수 없습니다. 손실된 데이터는 없습니다. 잠시 후 다시 보내세요.",
        ),
    ),
    "not-there-yet": _problem(
        503,
        ("The read model is not there yet", "읽기 모델이 아직 도달하지 않았습니다"),
        (
            "Position {position} was not reached within {seconds} seconds. Ask again, or without min_position.",
            "{seconds}초 안에 위치 {position}이(가) 반영되지 않았습니다. 다시 요청하거나 min_position 없이 요청하세요.",
        ),
    ),
    "not-ready": _problem(
        503,
        ("Not ready", "준비되지 않았습니다"),
        ("At least one component it cannot do without is down.", "필수 구성 요소 가운데 하나 이상이 중단되었습니다."),
    ),
    "too-many-streams": _problem(
        503,
        ("Too many live streams", "실시간 연결이 너무 많습니다"),
        (
            "This process serves {limit} live streams already. Try again later.",
            "이미 {limit}개의 실시간 연결이 있습니다. 나중에 다시 시도하세요.",
        ),
    ),
}
