"""The audit trail and its reviews."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

AUDITING: dict[str, str] = {
    "The audit trail: who changed and who saw what.": "감사 기록: 누가 무엇을 바꾸고 보았는지.",
    "Show the trail, newest first: who did what, and who was shown what.": (
        "감사 기록을 새것부터 보여 줍니다: 누가 무엇을 했고, 누구에게 무엇을 보여 주었는지."
    ),
    "Write the whole trail, or a part of it, to a CSV file. It is an export: it needs a purpose.": (
        "감사 기록의 전부나 일부를 CSV 파일로 저장합니다. 내보내기이므로 목적이 필요합니다."
    ),
    "Show which reads of patients' data somebody should look at.": "환자 정보 열람 가운데 살펴볼 만한 것을 보여 줍니다.",
    "Show the months with reads of personal data, and who reviewed them.": (
        "개인정보 열람이 있었던 달과, 그 달을 누가 점검했는지 보여 줍니다."
    ),
    "Sign for a month that is over. `vitalog audit unusual` shows what to look at first.": (
        "끝난 달의 점검에 서명합니다. 먼저 살펴볼 것은 `vitalog audit unusual`에서 볼 수 있습니다."
    ),
    "E-mail address of a user, user:ID, api-key:ID, admin, prober:…": (
        "사용자의 이메일 주소, user:ID, api-key:ID, admin, prober:…"
    ),
    "Whom it concerns: a patient, checkup, user, monitor, incident.": "대상: 환자, 검진, 사용자, 모니터, 장애.",
    "Only this type, such as checkups.measurement-amended.": "이 종류만. 예: checkups.measurement-amended.",
    "Recorded at or after (RFC 3339).": "이 시각부터 기록된 것(RFC 3339).",
    "Recorded before (RFC 3339).": "이 시각 전에 기록된 것(RFC 3339).",
    "With what was said before and after; needs a purpose.": "바뀌기 전후의 값까지. 목적이 필요합니다.",
    "Which month.": "달.",
    "Where to.": "저장할 파일.",
    "One of {choices}.": "다음 가운데 하나: {choices}.",
    "Without names: it is kept for ever.": "영구히 남으므로 이름은 적지 마세요.",
    "Nothing was found.": "찾은 것이 없습니다.",
    "Nothing unusual in {month}.": "{month}에는 특이한 열람이 없습니다.",
    "{who}: {why} (patients: {n})": "{who}: {why}(환자 {n}명)",
    "Signed for {month}: {reads} reads, {flagged} of them flagged.": (
        "{month} 점검에 서명했습니다: 열람 {reads}건, 그중 특이 열람 {flagged}건."
    ),
    "MONTH": "달",
    "READS": "열람",
    "How many unusual reads you saw; refused when there are others now.": (
        "확인한 특이 열람 수. 지금 수와 다르면 거절됩니다."
    ),
    "Reason: {reason}": "사유: {reason}",
    "Erased: nobody can read any more what it said.": "삭제됨: 내용은 누구도 읽을 수 없습니다.",
    "Not shown: it needs {permissions}.": "표시하지 않음: {permissions} 권한이 필요합니다.",
    "UNUSUAL": "특이 열람",
    "REVIEWED": "점검",
    "CONCLUSION": "결론",
    "not over": "진행 중",
    "not yet": "아직",
    "overdue": "기한 지남",
    "{ids} and {n} more": "{ids} 외 {n}건",
    "Which month; without it the one that is not over.": "어느 달인지. 없으면 이번 달입니다.",
}
