"""Why a probe did not pass, in words. The codes are those of ``Outcome.reason``; answers hold the code, people the
words.
"""

from __future__ import annotations

from api.languages import Language

REASONS: dict[str, tuple[str, str]] = {
    "authentication_failed": ("the database refused the login", "데이터베이스 로그인이 거부됨"),
    "body_too_large": ("the response is too large to look into", "응답이 너무 커서 확인할 수 없음"),
    "connection_closed": ("the connection was closed early", "연결이 도중에 닫힘"),
    "connection_failed": ("the connection failed", "연결 실패"),
    "connection_refused": ("connection refused", "연결이 거부됨"),
    "connection_reset": ("the connection was reset", "연결이 초기화됨"),
    "database_missing": ("the database does not exist", "데이터베이스가 없음"),
    "dns_failed": ("the name could not be resolved", "이름을 주소로 변환할 수 없음"),
    "end_not_heard": ("nobody was listening when the job should have ended", "작업이 끝났어야 할 때 수신하지 못함"),
    "host_unreachable": ("the host cannot be reached", "호스트에 도달할 수 없음"),
    "job_failed": ("the job reported a failure", "작업이 실패를 보고함"),
    "job_overran": ("the job started and did not end in time", "작업이 제시간에 끝나지 않음"),
    "json_mismatch": ("the JSON in the response is not as expected", "응답의 JSON이 예상과 다름"),
    "keyword_missing": ("the expected text is missing", "있어야 할 문구가 없음"),
    "keyword_present": ("text that must not be there is there", "없어야 할 문구가 있음"),
    "network_unreachable": ("this machine has no route there", "이 장비에서 가는 경로가 없음"),
    "not_listening": ("nobody was listening when the ping was due", "신호가 와야 할 때 수신하지 못함"),
    "not_ready": ("the database is not ready", "데이터베이스가 준비되지 않음"),
    "ping_missed": ("the ping did not come in time", "신호가 제시간에 오지 않음"),
    "prober_fault": ("a fault of the prober itself", "감시 프로그램 자체의 오류"),
    "prober_overloaded": ("the prober itself was overloaded", "감시 프로그램의 과부하"),
    "prober_stopped": ("the prober was stopped meanwhile", "감시 프로그램이 중지됨"),
    "protocol_error": ("the answer was not understood", "응답을 해석할 수 없음"),
    "query_failed": ("the query failed", "질의 실패"),
    "resolver_unreachable": ("this machine's name server did not answer", "이 장비의 이름 서버가 응답하지 않음"),
    "status_unexpected": ("unexpected status code", "예상하지 않은 상태 코드"),
    "timeout": ("no answer in time", "제시간에 응답하지 않음"),
    "tls_failed": ("the TLS handshake failed", "TLS 연결 실패"),
    "tls_invalid": ("the certificate is not valid", "인증서가 유효하지 않음"),
    "too_many_connections": ("the database takes no more connections", "데이터베이스 연결 수 초과"),
    "too_many_redirects": ("too many redirects", "리디렉션이 너무 많음"),
    "too_slow": ("too slow", "너무 느림"),
}


def reason_text(code: str, language: Language) -> str:
    """The words for a code; a code without any is shown as it is, with blanks."""
    words = REASONS.get(code)
    if words is None:
        return code.replace("_", " ")
    return words[1] if language == "ko" else words[0]
