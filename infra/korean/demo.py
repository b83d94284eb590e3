"""The demo."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

DEMO: dict[str, str] = {
    "Fill this machine's Vitalog with an invented year: monitors, incidents, users, patients, checkups.": (
        "이 컴퓨터의 Vitalog에 지어낸 1년 치 자료(모니터, 장애, 사용자, 환자, 검진)를 채웁니다."
    ),
    "Another number invents another year.": "숫자를 바꾸면 다른 1년을 지어냅니다.",
    "How many patients.": "환자 수.",
    "How far back it reaches.": "몇 달 전부터 지어낼지.",
    "Also where patients are recorded that are not invented.": "지어내지 않은 환자가 있어도 채웁니다.",
    "Patients here that are not invented: {n}; nothing was added. If invented people may stand among them for ever, repeat "
    "this with --yes.": (
        "지어내지 않은 환자가 {n}명 있어서 아무것도 넣지 않았습니다. 지어낸 사람이 그 사이에 영구히 남아도 되면 --yes를 붙여 다시 실행하세요."
    ),
    "users": "사용자",
    "monitors, a probe every 15 minutes": "모니터(15분마다 확인)",
    "patients and checkups": "환자와 검진",
    "who looked at what": "열람 기록",
    "The demo of seed {seed} is here already; nothing was added.": "시드 {seed}의 데모가 이미 있어서 아무것도 넣지 않았습니다.",
    "Everything that was added is invented: {n} events from {begin} to {end}, seed {seed}. They were recorded just now; only "
    "what they tell lies in the past.": (
        "넣은 것은 모두 지어낸 자료입니다: {begin}부터 {end}까지 이벤트 {n}개, 시드 {seed}. 기록된 시각은 지금이고, 내용만 과거의 일입니다."
    ),
    "Users, all with the password {password} (it is not shown again):": (
        "사용자(비밀번호는 모두 {password}, 다시 보여 주지 않습니다):"
    ),
    "Lists show it once the read models have caught up, within a minute or so.": (
        "읽기 모델이 따라잡는 대로(1분 남짓) 목록에 나타납니다."
    ),
    "The invented monitors are paused: there is nothing to probe at their addresses.": (
        "지어낸 모니터는 일시 중지되어 있습니다. 그 주소에는 확인할 것이 없습니다."
    ),
    "Next: vitalog patient find --purpose operations · vitalog status · vitalog audit list": (
        "다음: vitalog patient find --purpose operations · vitalog status · vitalog audit list"
    ),
}
