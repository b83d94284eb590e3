"""Checkups: recorded, corrected, trended, printed and exported."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

CHECKUPS: dict[str, str] = {
    # ── What was measured ────────────────────────────────────────────────────────────────────────
    "{text!r} is no measurement. Write weight=70kg or bp=118/76.": "{text!r}은(는) 측정값이 아닙니다. weight=70kg 또는 bp=118/76처럼 쓰세요.",
    "There is no measurement {name!r}. Write a name such as {names}, or a LOINC code.": (
        "{name!r}(이)라는 측정 항목은 없습니다. {names} 가운데 하나나 LOINC 코드를 쓰세요."
    ),
    "Where was the blood pressure taken? After @ write: {choices}.": (
        "혈압을 어디서 쟀나요? @ 뒤에 다음 가운데 쓰세요: {choices}."
    ),
    # ── Commands ─────────────────────────────────────────────────────────────────────────────────
    "Checkups: recorded, read now or as known then, corrected.": "검진: 입력, 현재나 과거 시점의 조회, 정정.",
    "Record a checkup; shows what follows from it. Asks about values that are unusual.": (
        "검진을 입력하고 거기서 나온 판정을 보여 줍니다. 이례적인 값은 확인을 묻습니다."
    ),
    "Show a patient's checkups, newest first.": "환자의 검진을 새것부터 보여 줍니다.",
    "Show one checkup, as known now or then.": "검진 하나를 지금, 또는 그때 알려져 있던 대로 보여 줍니다.",
    "Show who changed what of a checkup, when and why, with the value before and after.": (
        "검진의 무엇을 누가 언제 왜 바꾸었는지, 이전 값과 새 값을 함께 보여 줍니다."
    ),
    "Correct a measurement. The old value stays readable beside the new one.": (
        "측정값을 정정합니다. 이전 값도 새 값과 함께 남아 읽을 수 있습니다."
    ),
    "Say that something was never measured.": "실제로 측정하지 않은 값을 취소합니다.",
    "Add a measurement that was missing.": "빠진 측정값을 추가합니다.",
    "Correct date, kind, place or clinician.": "검진일, 종류, 장소, 의사를 정정합니다.",
    "Add something to be read beside the results.": "결과와 함께 읽을 추가 기록을 남깁니다.",
    "Say that a checkup was entered in error. It counts nowhere from now on, and stays readable.": (
        "잘못 입력한 검진을 무효로 합니다. 이제 어디에도 집계되지 않지만 읽을 수는 있습니다."
    ),
    # ── Options ──────────────────────────────────────────────────────────────────────────────────
    "Such as weight=70kg, bp=118/76, glucose=5.4mmol/L, 6690-2='5.1 10*3/uL'.": (
        "예: weight=70kg, bp=118/76, glucose=5.4mmol/L, 6690-2='5.1 10*3/uL'."
    ),
    "Its name or id, such as weight or 29463-7.": "측정 항목의 이름이나 ID. 예: weight, 29463-7.",
    "What it is, such as weight=71kg.": "바른 값. 예: weight=71kg.",
    "What was missing, such as pulse=68/min.": "빠졌던 값. 예: pulse=68/min.",
    "Which one, when the same was measured twice: 29463-7.2.": "같은 항목을 두 번 쟀을 때 어느 것인지: 29463-7.2.",
    "Day of the examination; else today.": "검진일. 없으면 오늘.",
    "Day of the examination.": "검진일.",
    "One of {kinds}.": "다음 가운데 하나: {kinds}.",
    "Where.": "장소.",
    "By whom.": "담당 의사.",
    "Kept as it is for ever; later there are addenda.": "고칠 수 없는 메모. 나중에는 추가 기록을 남깁니다.",
    "An unusual value is meant.": "이례적인 값이 맞습니다.",
    "What is to be read beside the results, or @FILE.": "결과와 함께 읽을 글, 또는 @파일.",
    "Say what was measured, such as weight=70kg.": "무엇을 측정했는지 weight=70kg처럼 쓰세요.",
    "Say what to change, such as --date.": "무엇을 바꿀지 --date 같은 옵션으로 알려 주세요.",
    "If the unusual values are meant, repeat this with --confirm.": "이례적인 값이 맞다면 --confirm을 붙여 다시 실행하세요.",
    "Is it meant?": "맞는 값인가요?",
    "Void the checkup {id}?": "검진 {id}을(를) 무효로 할까요?",
    # ── Answers ──────────────────────────────────────────────────────────────────────────────────
    "Recorded the checkup {id}.": "검진 {id}을(를) 입력했습니다.",
    "There are no checkups.": "검진이 없습니다.",
    "Corrected.": "정정했습니다.",
    "Withdrawn.": "취소했습니다.",
    "Added.": "추가했습니다.",
    "Voided.": "무효로 했습니다.",
    "It is at version {version} now.": "지금 버전은 {version}입니다.",
    # ── Tables and cards ─────────────────────────────────────────────────────────────────────────
    "Checkup": "검진",
    "VOID": "무효",
    "Place": "장소",
    "Clinician": "의사",
    "Note": "메모",
    "Patient": "환자",
    "Recorded": "입력",
    "Addendum": "추가 기록",
    "AS GIVEN": "입력한 값",
    "DERIVED": "계산",
    "JUDGED": "판정 항목",
    "CLASS": "판정",
    "BY": "기준",
    "PLACE": "장소",
    "RESULTS": "결과 수",
    "CHANGED": "변경",
    "version {n}": "버전 {n}",
    "WHAT": "항목",
    "VALUE": "값",
    "DATE": "날짜",
    # ── Trends, cohorts, reports, exports ────────────────────────────────────────────────────────
    "Show where a patient's results are heading.": "환자의 결과가 어떻게 변하고 있는지 보여 줍니다.",
    "One result over time: fasting-glucose, bp, 4548-4.": "한 항목의 추이: fasting-glucose, bp, 4548-4.",
    "First day.": "첫날.",
    "Last day.": "마지막 날.",
    "It was never measured.": "측정한 적이 없습니다.",
    "A year: {slope}": "1년 변화: {slope}",
    "LAST": "최근값",
    "CHANGE": "지난번 대비",
    "A YEAR": "1년 변화",
    "N": "횟수",
    "MEDIAN OF 3": "3회 중앙값",
    "CHECKUP": "검진",
    "Show how a result is distributed among all patients; of fewer than 5 people nothing is told.": (
        "한 결과가 전체 환자에게서 어떻게 분포하는지 보여 줍니다. 5명 미만은 보여 주지 않습니다."
    ),
    "Which result: fasting-glucose, bmi, 4548-4.": "항목: fasting-glucose, bmi, 4548-4.",
    "Its month is the first to count; else 12 months ago.": "이 날이 속한 달부터 셉니다. 없으면 12개월 전부터.",
    "Its month is the last to count; else this one.": "이 날이 속한 달까지 셉니다. 없으면 이번 달까지.",
    "Only one sex.": "한 성별만.",
    "Only one age band, such as 40-49.": "한 연령대만. 예: 40-49.",
    "{people} people, {first} to {last}.": "{people}명, {first}부터 {last}까지.",
    "Nobody, {first} to {last}.": "{first}부터 {last}까지 아무도 없습니다.",
    "Fewer than {n} people: nothing is told about them.": "{n}명 미만이라 보여 주지 않습니다.",
    "QUANTILE": "분위",
    "FROM": "이상",
    "BELOW": "미만",
    "PEOPLE": "명",
    "SHARE": "비율",
    "fewer than {n}": "{n}명 미만",
    "Write a patient's report to a file. A PDF is an export: it needs a purpose.": (
        "환자의 검진 보고서를 파일로 저장합니다. PDF는 내보내기이므로 목적이 필요합니다."
    ),
    "Where to: report.pdf or report.html.": "저장할 파일: report.pdf 또는 report.html.",
    "Language of the report; else yours.": "보고서의 언어. 없으면 지금 언어.",
    "Name the file report.pdf or report.html: its ending says the form.": (
        "파일 이름을 report.pdf나 report.html로 지정하세요. 확장자가 형식을 정합니다."
    ),
    "Written to {file}.": "{file}에 저장했습니다.",
    "{path} cannot be written: {why}.": "{path}에 쓸 수 없습니다: {why}.",
    "Write everything recorded about a patient to a file, as a FHIR R4 Bundle. It needs a purpose.": (
        "환자에 대해 기록된 모든 것을 FHIR R4 Bundle 파일로 저장합니다. 목적이 필요합니다."
    ),
    "Where to; else patient.json.": "저장할 파일. 없으면 patient.json.",
    "{n} resources.": "리소스 {n}개.",
    "arm": "팔",
    "why there is none": "없는 이유",
    "above or below a limit": "한계 초과·미만",
    "name as given": "입력한 이름",
    "confirmed as meant": "확인한 값",
    "yes": "예",
    "no": "아니요",
    "position of the body": "자세",
}
