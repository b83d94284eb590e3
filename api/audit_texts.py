"""The audit trail in words for people: what somebody did, why they were shown something, what is unusual."""

from __future__ import annotations

from typing import Any

from api.languages import Language
from domain.identity.events import Purpose
from domain.identity.unusual import CLOSES, MANY_PATIENTS, OPENS, WITHIN, Kind

_Text = dict[Language, str]


def _text(en: str, ko: str) -> _Text:
    return {"en": en, "ko": ko}


SENTENCES: dict[str, _Text] = {
    "checkups.patient-registered": _text("registered a patient", "환자를 등록했습니다"),
    "checkups.patient-revised": _text("corrected a patient's personal data", "환자의 개인정보를 고쳤습니다"),
    "checkups.legal-hold-placed": _text("placed a legal hold on a record", "기록에 법적 보존 조치를 걸었습니다"),
    "checkups.legal-hold-lifted": _text("lifted a legal hold", "법적 보존 조치를 해제했습니다"),
    "checkups.erasure-requested": _text("asked for a patient to be erased", "환자 기록의 삭제를 요청했습니다"),
    "checkups.erasure-withdrawn": _text("withdrew a request for erasure", "삭제 요청을 철회했습니다"),
    "checkups.erasure-confirmed": _text("confirmed an erasure", "삭제를 확정했습니다"),
    "checkups.patient-erased": _text("erased a patient", "환자 기록을 삭제했습니다"),
    "checkups.identifier-claimed": _text("gave a patient an identifier", "환자에게 식별번호를 부여했습니다"),
    "checkups.identifier-released": _text("took an identifier from a patient", "환자의 식별번호를 회수했습니다"),
    "checkups.checkup-recorded": _text("recorded a checkup", "검진을 기록했습니다"),
    "checkups.measurement-amended": _text("corrected a measurement", "측정값을 정정했습니다"),
    "checkups.checkup-details-amended": _text("corrected the particulars of a checkup", "검진 정보를 정정했습니다"),
    "checkups.addendum-added": _text("added to a checkup", "검진에 내용을 덧붙였습니다"),
    "checkups.checkup-voided": _text("voided a checkup as entered in error", "잘못 입력된 검진을 무효로 처리했습니다"),
    "identity.user-created": _text("created a user", "사용자를 만들었습니다"),
    "identity.user-revised": _text("changed a user's particulars", "사용자 정보를 고쳤습니다"),
    "identity.role-granted": _text("granted a role", "역할을 부여했습니다"),
    "identity.role-revoked": _text("revoked a role", "역할을 회수했습니다"),
    "identity.user-disabled": _text("disabled a user", "사용자를 사용 중지했습니다"),
    "identity.user-enabled": _text("enabled a user", "사용자를 다시 사용하게 했습니다"),
    "identity.user-erased": _text("erased a user", "사용자를 삭제했습니다"),
    "identity.password-set": _text("set a password", "비밀번호를 설정했습니다"),
    "identity.totp-enabled": _text("switched on one-time codes", "일회용 코드를 켰습니다"),
    "identity.totp-disabled": _text("switched off one-time codes", "일회용 코드를 껐습니다"),
    "identity.account-linked": _text("linked a login account", "외부 로그인 계정을 연결했습니다"),
    "identity.account-unlinked": _text("unlinked a login account", "외부 로그인 계정의 연결을 끊었습니다"),
    "identity.email-claimed": _text("gave a user an e-mail address", "사용자에게 이메일 주소를 지정했습니다"),
    "identity.email-released": _text("took an e-mail address from a user", "사용자의 이메일 주소를 회수했습니다"),
    "identity.logged-in": _text("logged in", "로그인했습니다"),
    "identity.login-failed": _text("failed to log in as a user", "사용자로 로그인하지 못했습니다"),
    "identity.stranger-failed": _text(
        "failed to log in as nobody we know", "등록되지 않은 계정으로 로그인하지 못했습니다"
    ),
    "identity.session-ended": _text("ended a session", "세션을 끝냈습니다"),
    "identity.api-key-issued": _text("issued an API key", "API 키를 발급했습니다"),
    "identity.api-key-revoked": _text("revoked an API key", "API 키를 폐기했습니다"),
    "identity.bootstrap-token-switched": _text(
        "switched the bootstrap token on or off", "관리자 토큰의 사용 여부를 바꿨습니다"
    ),
    "identity.personal-data-read": _text("was shown personal data", "개인정보를 열람했습니다"),
    "identity.access-denied": _text("was refused access", "접근이 거부되었습니다"),
    "identity.kek-rotated": _text("rotated the key-encryption key", "키 암호화 키를 교체했습니다"),
    "identity.month-reviewed": _text("reviewed a month of accesses", "한 달의 접근 기록을 검토했습니다"),
    "monitoring.monitor-registered": _text("registered a monitor", "모니터를 등록했습니다"),
    "monitoring.monitor-revised": _text("changed a monitor's settings", "모니터 설정을 바꿨습니다"),
    "monitoring.monitor-paused": _text("paused a monitor", "모니터를 일시 중지했습니다"),
    "monitoring.monitor-resumed": _text("resumed a monitor", "모니터를 재개했습니다"),
    "monitoring.monitor-retired": _text("retired a monitor", "모니터를 폐기했습니다"),
    "monitoring.probe-requested": _text("asked for a probe", "즉시 점검을 요청했습니다"),
    "monitoring.monitor-went-up": _text("saw a monitor come up", "모니터가 정상으로 돌아온 것을 확인했습니다"),
    "monitoring.monitor-degraded": _text("saw a monitor slow down", "모니터가 느려진 것을 확인했습니다"),
    "monitoring.monitor-went-down": _text("saw a monitor go down", "모니터가 중단된 것을 확인했습니다"),
    "monitoring.incident-opened": _text("opened an incident", "장애를 열었습니다"),
    "monitoring.incident-acknowledged": _text("acknowledged an incident", "장애를 확인했습니다"),
    "monitoring.incident-noted": _text("added a note to an incident", "장애에 메모를 남겼습니다"),
    "monitoring.incident-resolved": _text("resolved an incident", "장애를 해결했습니다"),
    "monitoring.listening-gap-recorded": _text(
        "was not listening for pings for a while", "한동안 핑을 듣지 못했습니다"
    ),
}
"""Of every event of the trail: what its actor did. The name of the actor goes before it."""

_EXPORTED = _text("exported personal data", "개인정보를 내보냈습니다")

PURPOSES: dict[Purpose, _Text] = {
    "treatment": _text("treatment", "진료"),
    "patient-request": _text("request of the patient", "환자 본인의 요청"),
    "quality": _text("quality of care", "의료의 질 관리"),
    "research": _text("research", "연구"),
    "billing": _text("billing", "비용 청구"),
    "legal": _text("legal duty", "법적 의무"),
    "public-health": _text("public health", "공중 보건"),
    "operations": _text("operations", "운영"),
}

FINDINGS: dict[Kind, _Text] = {
    "many-patients": _text(
        f"{MANY_PATIENTS} patients or more within {WITHIN.seconds // 60} minutes",
        f"{WITHIN.seconds // 60}분 안에 환자 {MANY_PATIENTS}명 이상을 열람",
    ),
    "namesake": _text("a patient of the reader's own family name", "열람자와 성이 같은 환자를 열람"),
    "out-of-hours": _text(
        f"outside office hours (Monday to Saturday, {OPENS:%H:%M} to {CLOSES:%H:%M})",
        f"업무 시간(월~토 {OPENS:%H:%M}~{CLOSES:%H:%M}) 외에 열람",
    ),
}


def sentence(type: str, data: dict[str, Any] | None, language: Language) -> str:
    """What the actor did, as the rest of a sentence that begins with their name; the type where it is unknown."""
    if type == "identity.personal-data-read" and data is not None and data.get("export"):
        return _EXPORTED[language]
    text = SENTENCES.get(type)
    return text[language] if text else type
