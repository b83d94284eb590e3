"""Every word of the pages, in both languages."""

from __future__ import annotations

from datetime import datetime

from api.languages import Language

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Status", "상태"),
    "skip": ("Skip to the monitors", "모니터로 건너뛰기"),
    "overall.none": ("Nothing is being watched yet", "아직 감시하는 대상이 없습니다"),
    "overall.up": ("Everything is up", "모두 정상입니다"),
    "overall.down.one": ("1 monitor is down", "모니터 1개가 중단되었습니다"),
    "overall.down": ("{n} monitors are down", "모니터 {n}개가 중단되었습니다"),
    "overall.degraded.one": ("1 monitor is slow", "모니터 1개가 느립니다"),
    "overall.degraded": ("{n} monitors are slow", "모니터 {n}개가 느립니다"),
    "overall.unknown.one": ("There is no data about 1 monitor", "모니터 1개의 데이터가 없습니다"),
    "overall.unknown": ("There is no data about {n} monitors", "모니터 {n}개의 데이터가 없습니다"),
    "overall.paused": ("Everything is paused", "모두 일시 중지되었습니다"),
    "counts": ("Monitors by status", "상태별 모니터 수"),
    "status.up": ("Up", "정상"),
    "status.degraded": ("Slow", "느림"),
    "status.down": ("Down", "중단"),
    "status.unknown": ("No data", "데이터 없음"),
    "status.paused": ("Paused", "일시 중지"),
    "since": ("since {when}", "{when}부터"),
    "incidents": ("Open incidents", "진행 중인 장애"),
    "incident.started": ("Began {when}, {ago} ago", "{when} 시작, {ago} 경과"),
    "incident.open": ("Open", "미확인"),
    "incident.acknowledged": ("Acknowledged by {who}", "{who} 확인함"),
    "resolved": ("Recently resolved", "최근 해결된 장애"),
    "incident.lasted": ("{from} – {to} ({length})", "{from} – {to} ({length})"),
    "monitors": ("Monitors", "모니터"),
    "first.steps": ("Add the first one from a terminal:", "터미널에서 첫 모니터를 추가하세요:"),
    "uptime": ("Uptime", "가동률"),
    "uptime.24h": ("24 hours", "24시간"),
    "uptime.7d": ("7 days", "7일"),
    "uptime.90d": ("90 days", "90일"),
    "nothing.observed": ("nothing observed", "관측 없음"),
    "latency": ("Response time, 24 hours", "응답 시간, 24시간"),
    "latency.none": ("No response times yet", "응답 시간 데이터 없음"),
    "latency.label": (
        "Response time over 24 hours: median {p50}, 95th percentile {p95}",
        "24시간 응답 시간: 중앙값 {p50}, 95백분위 {p95}",
    ),
    "median": ("median", "중앙값"),
    "p95": ("p95", "p95"),
    "days.ago": ("90 days ago", "90일 전"),
    "today": ("today", "오늘"),
    "bars.label": (
        "Last 90 days: {up} fully up, {partly} with trouble, {down} with an outage, {none} without data",
        "최근 90일: 정상 {up}일, 일부 문제 {partly}일, 장애 {down}일, 데이터 없음 {none}일",
    ),
    "day.nodata": ("no data", "데이터 없음"),
    "day.paused": ("paused", "일시 중지"),
    "day.before": ("not watched yet", "감시 시작 전"),
    "day.up": ("{percent} % up", "가동률 {percent} %"),
    "day.degraded": ("{percent} % up, slow for {slow}", "가동률 {percent} %, 느림 {slow}"),
    "day.down": ("{percent} % up, down for {down}", "가동률 {percent} %, 중단 {down}"),
    "legend": ("One bar per day", "막대 하나가 하루"),
    "legend.up": ("up", "정상"),
    "legend.partly": ("slow, or down for less than 1 %", "느림 또는 1 % 미만 중단"),
    "legend.down": ("down for 1 % or more", "1 % 이상 중단"),
    "legend.none": ("no data", "데이터 없음"),
    "updated": ("As of {when} ({zone})", "{when} 기준 ({zone})"),
    "reload": ("Reload", "새로 고침"),
    "auto.on": ("Reload every 30 seconds", "30초마다 새로 고침"),
    "auto.off": ("Stop reloading by itself", "자동 새로 고침 중지"),
    "language": ("한국어", "English"),
    "language.label": ("Language", "언어"),
    "logout": ("Log out", "로그아웃"),
    "api": ("API", "API"),
    "login": ("Log in", "로그인"),
    "login.token": ("Admin token", "관리자 토큰"),
    "login.where": (
        "vitalog up prints it; it is also in the file admin-token of the data directory.",
        "vitalog up이 출력하며, 데이터 디렉터리의 admin-token 파일에도 있습니다.",
    ),
    "login.email": ("E-mail address", "이메일"),
    "login.password": ("Password", "비밀번호"),
    "login.code": ("One-time code", "일회용 인증 코드"),
    "login.code.when": ("Only if you have set up an app for it.", "인증 앱을 등록한 경우에만 입력하세요."),
    "login.with": ("Log in with {provider}", "{provider} 계정으로 로그인"),
    "login.bootstrap": ("With the admin token instead", "관리자 토큰으로 로그인"),
    "own": ("You are logged in", "로그인되었습니다"),
    "own.report": ("My checkup report", "내 검진 보고서"),
    "own.nothing": (
        "None of your roles has a page here. An administrator grants roles.",
        "표시할 화면이 없습니다. 역할은 관리자가 부여합니다.",
    ),
    "welcome": ("Welcome", "환영합니다"),
    "welcome.on": ("Go on", "계속하기"),
    "away": ("The database is away", "데이터베이스에 연결할 수 없습니다"),
    "away.detail": (
        "PostgreSQL cannot be reached, so nothing can be said about the monitors. Nothing is lost; reload shortly.",
        "PostgreSQL에 연결할 수 없어 모니터 상태를 알 수 없습니다. 손실된 데이터는 없습니다. 잠시 후 새로 고치세요.",
    ),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """The text under a key, its placeholders filled. Raises ``KeyError`` for an unknown key."""
        text = _TEXTS[key][0 if self.language == "en" else 1]
        return text.format(**values) if values else text

    @staticmethod
    def sentence(text: str) -> str:
        """With a capital at the beginning, as a line of its own has."""
        return text[:1].upper() + text[1:]

    def day(self, at: datetime) -> str:
        """``20 Nov`` or ``11월 20일``; ``at`` is local."""
        return f"{at.day} {_MONTHS[at.month - 1]}" if self.language == "en" else f"{at.month}월 {at.day}일"

    def moment(self, at: datetime, now: datetime) -> str:
        """``14:05`` today, else with the day, else with the year; both are local."""
        clock = f"{at:%H:%M}"
        if at.date() == now.date():
            return clock
        if at.year == now.year:
            return f"{self.day(at)} {clock}"
        return f"{self.day(at)} {at.year} {clock}" if self.language == "en" else f"{at.year}년 {self.day(at)} {clock}"

    def length(self, seconds: float) -> str:
        """A duration in its two largest units: ``2 d 4 h``, ``3 min 20 s``."""
        whole = max(0, round(seconds))
        names = ("d", "h", "min", "s") if self.language == "en" else ("일", "시간", "분", "초")
        sizes = (_DAY, _HOUR, _MINUTE, 1)
        largest = next((n for n, size in enumerate(sizes) if whole >= size), len(sizes) - 1)
        parts: list[str] = []
        for size, name in list(zip(sizes, names, strict=True))[largest : largest + 2]:
            count, whole = divmod(whole, size)
            if count or not parts:
                parts.append(f"{count} {name}" if self.language == "en" else f"{count}{name}")
        return " ".join(parts)
