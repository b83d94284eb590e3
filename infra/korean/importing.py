"""Importing CSV files and FHIR bundles."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

IMPORTING: dict[str, str] = {
    # ── The file ─────────────────────────────────────────────────────────────────────────────────
    "This is a workbook, not a CSV file. Save it as CSV first.": "CSV 파일이 아니라 엑셀 통합 문서입니다. 먼저 CSV로 저장하세요.",
    "This is no text: it holds null characters.": "텍스트 파일이 아닙니다(널 문자가 들어 있습니다).",
    "The first row must hold the names of the columns.": "첫 행에 열 이름이 있어야 합니다.",
    "Line {line} is not {encoding} text. Name the right encoding with --encoding, such as cp949 or utf-8.": (
        "{line}번째 줄을 {encoding}(으)로 읽을 수 없습니다. --encoding으로 맞는 인코딩을 알려 주세요(예: cp949, utf-8)."
    ),
    "Column {n} has no name in the first row.": "첫 행에서 {n}번째 열의 이름이 비어 있습니다.",
    "Two columns are named {name}. Rename one of them.": "이름이 {name}인 열이 두 개입니다. 하나의 이름을 바꾸세요.",
    "There is no encoding {name!r}. Write utf-8 or cp949.": "{name!r}(이)라는 인코딩은 없습니다. utf-8 또는 cp949로 쓰세요.",
    "Row {row} cannot be read: {why}. Is a quotation mark missing?": "{row}행을 읽을 수 없습니다: {why}. 따옴표가 빠지지 않았나요?",
    # ── The mapping ──────────────────────────────────────────────────────────────────────────────
    "the top level": "매핑의 최상위",
    "column {name}": "{name} 열",
    "The mapping is no JSON: {why}.": "매핑 파일이 JSON이 아닙니다: {why}.",
    "The mapping needs columns: the name of each column and what it tells.": (
        "매핑에 columns가 필요합니다. 열 이름마다 무엇을 뜻하는지 적으세요."
    ),
    "decimal must be one of: {choices}.": "decimal은 다음 중 하나여야 합니다: {choices}.",
    "delimiter must be one of: {choices}.": "delimiter는 다음 중 하나여야 합니다: {choices}.",
    "dates must be one of: {choices}.": "dates는 다음 중 하나여야 합니다: {choices}.",
    "{option} must be one of: {choices}.": "{option}: 다음 중 하나여야 합니다: {choices}.",
    'Column {name}: say what it tells with "to", or write null to leave it out.': (
        '{name} 열: "to"로 무엇을 뜻하는지 적거나, 가져오지 않으려면 null로 쓰세요.'
    ),
    "Column {name}: values must be an object of words and what they mean.": (
        "{name} 열: values에는 낱말과 그 뜻을 짝지은 객체를 쓰세요."
    ),
    "Column {name}: {to} is nothing that can be imported. Write patient.name, checkup.date, weight, "
    "blood-pressure.systolic, a LOINC code; or null to leave the column out.": (
        "{name} 열: {to}은(는) 가져올 수 있는 항목이 아닙니다. patient.name, checkup.date, weight, blood-pressure.systolic, "
        "LOINC 코드 가운데 하나를 쓰거나, 가져오지 않으려면 null로 쓰세요."
    ),
    "Two columns tell {to}. Leave one of them out with null.": "{to}을(를) 뜻하는 열이 두 개입니다. 하나는 null로 빼세요.",
    "No column tells checkup.date, the day of the examination.": "검진일(checkup.date)을 뜻하는 열이 없습니다.",
    "No column tells whose checkup it is: patient.identifier, patient.id or patient.name.": (
        "누구의 검진인지 알려 주는 열(patient.identifier, patient.id, patient.name)이 없습니다."
    ),
    "A blood pressure needs both columns: blood-pressure.systolic and blood-pressure.diastolic.": (
        "혈압에는 blood-pressure.systolic 열과 blood-pressure.diastolic 열이 모두 필요합니다."
    ),
    "In the mapping, {what} must be a JSON object.": "{what}: JSON 객체여야 합니다.",
    "In the mapping, {what} has an unknown field: {fields}.": "{what}: 모르는 항목이 있습니다: {fields}.",
    "In the mapping, {name} must be text.": "매핑의 {name}: 글자여야 합니다.",
    "In the mapping, {name} must be a list of texts.": "매핑의 {name}: 글자 목록이어야 합니다.",
    "The mapping names columns that the file does not have: {names}.": "매핑에 있는 열이 파일에는 없습니다: {names}.",
    "The mapping does not say what these columns tell: {names}. Write null for what is to be left out.": (
        "매핑에 이 열들이 무엇인지 적혀 있지 않습니다: {names}. 가져오지 않을 열은 null로 쓰세요."
    ),
    # ── A row ────────────────────────────────────────────────────────────────────────────────────
    "reason": "사유",
    "This is no date as {formats}.": "날짜가 아닙니다. 이런 꼴이어야 합니다: {formats}.",
    "This is no number such as {example}.": "숫자가 아닙니다. {example}처럼 쓰세요.",
    "A blood pressure is a pair such as 118/76.": "혈압은 118/76처럼 두 값으로 씁니다.",
    "There is no such day.": "없는 날짜입니다.",
    "This row has {n} cells; the header has {m}.": "이 행은 칸이 {n}개인데 첫 행은 {m}개입니다.",
    "This is no sex we know. Say in the mapping what it means, under values.": (
        "알 수 없는 성별 표기입니다. 매핑의 values에 무슨 뜻인지 적으세요."
    ),
    "The day of the examination is missing.": "검진일이 없습니다.",
    "Nothing says whose checkup this is.": "누구의 검진인지 알 수 없습니다.",
    "Nothing was measured in this row.": "이 행에는 측정값이 없습니다.",
    "Half of the blood pressure is missing.": "혈압의 두 값 가운데 하나가 없습니다.",
    # ── The commands ─────────────────────────────────────────────────────────────────────────────
    "Import checkups from CSV files and FHIR bundles.": "CSV 파일과 FHIR 묶음에서 검진을 가져옵니다.",
    "Import checkups from a CSV file. Nothing is stored while one row is wrong, unless --skip-bad is given.": (
        "CSV 파일에서 검진을 가져옵니다. --skip-bad가 없으면 한 행이라도 틀렸을 때 아무것도 저장하지 않습니다."
    ),
    "Write a first mapping for a CSV file, from its headings. Look it over before you use it.": (
        "CSV 파일의 열 이름을 보고 매핑 초안을 출력합니다. 쓰기 전에 검토하세요."
    ),
    "Import a FHIR R4 Bundle of patients and results, all of it or nothing.": (
        "환자와 결과가 든 FHIR R4 Bundle을 가져옵니다. 전부 저장하거나 하나도 저장하지 않습니다."
    ),
    "A CSV file, in UTF-8 or CP949.": "CSV 파일(UTF-8 또는 CP949).",
    "What its columns tell; see `vitalog import mapping`.": "열의 뜻을 적은 파일. `vitalog import mapping`을 참고하세요.",
    "Report every row, store nothing.": "모든 행을 검사만 하고 저장하지 않습니다.",
    "Store the good rows; write the others to this file.": "올바른 행은 저장하고 나머지는 이 파일에 씁니다.",
    "Unusual values are meant.": "이례적인 값들이 맞습니다.",
    "Encoding of the file, if not found out rightly.": "자동으로 알아낸 것이 틀렸을 때의 파일 인코딩.",
    "A FHIR R4 Bundle as JSON.": "FHIR R4 Bundle(JSON).",
    "Report every entry, store nothing.": "모든 항목을 검사만 하고 저장하지 않습니다.",
    "Left out, because nothing was recognised in them: {names}.": "무엇인지 알 수 없어 뺀 열: {names}.",
    "The file has {n} rows, and at most {most} land at once, all or none. Split it.": (
        "행이 {n}개인데 한 번에 {most}개까지 전부 아니면 전무로 저장합니다. 파일을 나누세요."
    ),
    "{file} is there already. Name another file; nothing was stored.": (
        "{file}이(가) 이미 있습니다. 다른 파일 이름을 쓰세요. 아무것도 저장하지 않았습니다."
    ),
    "checking": "검사",
    "storing": "저장",
    "Interrupted while storing: either all good rows are stored or none. Repeat the import with --dry-run to see; what is "
    "recorded already is reported.": (
        "저장하는 중에 중단했습니다. 올바른 행이 모두 저장되었거나 하나도 저장되지 않았습니다. --dry-run으로 다시 실행하면 이미 기록된 것을 "
        "알려 줍니다."
    ),
    "Interrupted: nothing was stored.": "중단했습니다. 아무것도 저장하지 않았습니다.",
    "{file} is larger than {most} MiB. Split it.": "{file}이(가) {most} MiB보다 큽니다. 파일을 나누세요.",
    "The first row names {n} columns; at most {most} can be.": "첫 행에 열이 {n}개 있습니다. {most}개까지 쓸 수 있습니다.",
    "row {n}": "{n}행",
    "row {n}: good": "{n}행: 정상",
    "row {n}, {column}": "{n}행, {column}",
    "and {n} more; --dry-run shows them all.": "그 밖에 {n}건이 더 있습니다. --dry-run으로 모두 볼 수 있습니다.",
    "{rows} rows ({encoding}): {good} good, {bad} bad, {new} new patients.": (
        "{rows}행({encoding}): 정상 {good}행, 오류 {bad}행, 새 환자 {new}명."
    ),
    "Stored {n} checkups.": "검진 {n}건을 저장했습니다.",
    "Nothing was stored.": "아무것도 저장하지 않았습니다.",
    "The bad rows are in {file}, each with its reason.": "오류가 있는 행은 사유와 함께 {file}에 있습니다.",
    "Stored nothing: it was a trial.": "시험이라 저장하지 않았습니다.",
    "{n} entries were taken in.": "항목 {n}개를 가져왔습니다.",
}
