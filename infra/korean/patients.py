"""Patients: who they are, legal holds, erasure."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

PATIENTS: dict[str, str] = {
    "People's checkups": "사람들의 검진",
    # ── Whom and why ─────────────────────────────────────────────────────────────────────────────
    "Id of the patient, or an identifier as SYSTEM|VALUE (then with --purpose).": (
        "환자의 ID, 또는 체계|값으로 쓴 식별 번호(이때는 --purpose도 필요합니다)."
    ),
    "Id of the checkup.": "검진의 ID.",
    "Why you look: {choices}. It is recorded.": "열람 목적: {choices}. 기록으로 남습니다.",
    "Print the id and nothing else.": "ID만 출력합니다.",
    "Say why you look with --purpose, one of: {choices}. It is recorded.": (
        "열람 목적을 --purpose로 알려 주세요. 가능한 값: {choices}. 기록으로 남습니다."
    ),
    "As known then: a day, a time (RFC 3339), or a position of the ledger.": (
        "그때 알려져 있던 대로: 날짜, 시각(RFC 3339), 또는 원장의 위치."
    ),
    "Why; kept with the change.": "사유. 변경과 함께 남습니다.",
    "The version you have seen; refused when it has changed since.": "확인한 버전. 그 뒤로 바뀌었으면 거절됩니다.",
    "{ref!r} is no id. `vitalog patient find` shows ids; an identifier is written SYSTEM|VALUE.": (
        "{ref!r}은(는) ID가 아닙니다. ID는 `vitalog patient find`로 찾고, 식별 번호는 체계|값으로 쓰세요."
    ),
    "It has changed since you read it, as shown above. If your change is still right, repeat it with --version {version}.": (
        "읽은 뒤에 위와 같이 바뀌었습니다. 그래도 고치려면 --version {version}을 붙여 다시 실행하세요."
    ),
    "Date": "날짜",
    "No patient has the identifier {ref}.": "식별 번호가 {ref}인 환자가 없습니다.",
    "{file} holds no JSON: {why}.": "{file}의 내용이 JSON이 아닙니다: {why}.",
    "{file} must hold one JSON object.": "{file}에는 JSON 객체 하나가 있어야 합니다.",
    # ── Commands ─────────────────────────────────────────────────────────────────────────────────
    "Patients: who they are, legal holds, erasure.": "환자: 인적 사항, 법적 보존, 삭제.",
    "Register a patient. What is given as options stays in the shell's history; --from-file - leaves no trace.": (
        "환자를 등록합니다. 옵션으로 쓴 내용은 셸 기록에 남습니다. --from-file -로 넘기면 남지 않습니다."
    ),
    "Find patients, the newest first. Needs a purpose; who was shown is recorded.": (
        "환자를 최근에 등록된 순서로 찾습니다. 목적이 필요하고, 누구를 보았는지 기록됩니다."
    ),
    "Show one patient, as known now or then.": "환자 한 명을 지금, 또는 그때 알려져 있던 대로 보여 줍니다.",
    "Correct or complete personal data. What it was stays in the history.": (
        "인적 사항을 고치거나 보탭니다. 이전 내용은 이력에 남습니다."
    ),
    "Show who changed what of a patient, when and why.": "환자의 무엇을 누가 언제 왜 바꾸었는지 보여 줍니다.",
    "Forbid the erasure until the end of a day (UTC).": "그날(UTC)이 끝날 때까지 삭제를 막습니다(법적 보존).",
    "Lift the legal hold.": "법적 보존을 해제합니다.",
    "Ask that a patient be forgotten. Another person has to confirm it.": (
        "환자의 삭제를 요청합니다. 다른 사람이 확정해야 합니다."
    ),
    "Forget a patient for ever, as another person has asked for. It cannot be undone.": (
        "다른 사람이 요청한 환자 삭제를 확정합니다. 되돌릴 수 없습니다."
    ),
    "Withdraw the request to erase a patient.": "환자 삭제 요청을 철회합니다.",
    # ── Options ──────────────────────────────────────────────────────────────────────────────────
    "Name.": "이름.",
    "Birth date.": "생년월일.",
    "Administrative sex.": "행정상 성별.",
    "Phone number.": "전화번호.",
    "E-mail address.": "이메일 주소.",
    "Address.": "주소.",
    "A number somebody gave; may be repeated.": "기관이 부여한 식별 번호. 여러 번 쓸 수 있습니다.",
    "A number somebody gave.": "기관이 부여한 식별 번호.",
    "All of it as JSON from a file, or from standard input for -.": "전체를 JSON 파일에서, -이면 표준 입력에서 읽습니다.",
    "Of an animal, such as dog.": "동물의 종. 예: dog.",
    "Of an animal.": "동물의 품종.",
    "Who answers for a child or an animal.": "아이나 동물의 보호자.",
    "The guardian's phone number.": "보호자의 전화번호.",
    "A whole name, the family name, or one word of a name.": "전체 이름, 성, 또는 이름의 한 낱말.",
    "Phone number, in any notation.": "전화번호. 표기는 자유입니다.",
    "At most so many.": "최대 개수.",
    "The last day of the hold.": "보존 기한(마지막 날).",
    "Why: {choices}.": "사유: {choices}.",
    "Say who it is: --name and more, or --from-file.": "누구인지 --name 등의 옵션이나 --from-file로 알려 주세요.",
    "Say what to change, such as --phone.": "무엇을 바꿀지 --phone 같은 옵션으로 알려 주세요.",
    "{text!r} is no identifier. Write SYSTEM|VALUE, such as chart|A-17.": (
        "{text!r}은(는) 식별 번호가 아닙니다. 체계|값으로 쓰세요(예: chart|A-17)."
    ),
    # ── Answers ──────────────────────────────────────────────────────────────────────────────────
    "Registered the patient {id}.": "환자 {id}을(를) 등록했습니다.",
    "Nobody was found.": "찾은 환자가 없습니다.",
    "Revised; it is at version {version} now.": "고쳤습니다. 지금 버전은 {version}입니다.",
    "Erased at {at}: asked for by {asked}, confirmed by {confirmed} ({ground}).": (
        "{at}에 삭제되었습니다. 요청: {asked}, 확정: {confirmed}({ground})."
    ),
    "Held until the end of {day}.": "{day}까지 보존합니다.",
    "The hold is lifted.": "법적 보존을 해제했습니다.",
    "Asked for. Nothing is erased yet: another person confirms it with vitalog patient confirm-erase {id}": (
        "삭제를 요청했습니다. 아직 삭제되지 않았고, 다른 사람이 확정해야 합니다: vitalog patient confirm-erase {id}"
    ),
    "Destroy the key of patient {id}, so that nothing of it can ever be read again?": (
        "환자 {id}의 키를 파기할까요? 기록을 다시는 읽을 수 없게 됩니다."
    ),
    "The patient is erased.": "환자를 삭제했습니다.",
    "The request is withdrawn.": "삭제 요청을 철회했습니다.",
    # ── Tables and cards ─────────────────────────────────────────────────────────────────────────
    "BORN": "생년월일",
    "SEX": "성별",
    "PHONE": "전화",
    "IDENTIFIER": "식별 번호",
    "Birth date": "생년월일",
    "Sex": "성별",
    "Species": "종",
    "Phone": "전화",
    "E-mail": "이메일",
    "Address": "주소",
    "Guardian": "보호자",
    "Identifiers": "식별 번호",
    "Legal hold": "법적 보존",
    "Erasure asked for": "삭제 요청",
    "Identifier": "식별 번호",
    "given by": "부여한 곳",
    "Breed": "품종",
    "Legal hold until": "법적 보존 기한",
    "Reason of the legal hold": "법적 보존 사유",
    "subject-request": "본인 요청",
    "retention-ended": "보존 기간 만료",
    "entered-in-error": "잘못 입력",
    "legal-order": "법적 명령",
    "Registered": "등록",
    "Changed": "변경",
    "Version": "버전",
    "until {day}: {reason}": "{day}까지: {reason}",
    "male": "남성",
    "female": "여성",
    "other": "기타",
    "not known": "모름",
}
