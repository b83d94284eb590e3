"""The Korean of every sentence that commands print, by the English one. Placeholders keep their names."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

KOREAN: dict[str, str] = {
    # ── Help ─────────────────────────────────────────────────────────────────────────────────────
    "Examples:": "예:",
    "Print JSON and nothing else.": "JSON만 출력합니다.",
    "Print one JSON object per line.": "한 줄에 JSON 객체 하나씩 출력합니다.",
    "Id, the beginning of an id, or name.": "id, id의 앞부분, 또는 이름.",
    "Do not ask.": "묻지 않고 진행합니다.",
    # monitor
    "Add, list, show, pause, resume and remove monitors.": "모니터를 추가, 나열, 조회, 일시 중지, 재개, 제거합니다.",
    "Watch something from now on.": "지금부터 대상을 지켜봅니다.",
    "Show every monitor with its status.": "모든 모니터와 상태를 보여 줍니다.",
    "Only monitors with this tag.": "이 태그가 붙은 모니터만.",
    "Show one monitor: settings, status, last outcome, uptime.": "모니터 하나의 설정, 상태, 마지막 결과, 가동률을 보여 줍니다.",
    "Stop looking, on purpose: the time counts as paused, neither up nor down.": (
        "일부러 확인을 멈춥니다. 이 시간은 '일시 중지'로 남으며 정상도 중단도 아닙니다."
    ),
    "Look again.": "다시 확인하기 시작합니다.",
    "End monitors for good. Their history stays in the ledger.": "모니터를 끝냅니다. 기록은 원장에 그대로 남습니다.",
    "https://…, host:port, postgresql://…; with --push the name of the job.": (
        "https://…, 호스트:포트, postgresql://…; --push일 때는 작업의 이름."
    ),
    "Name shown everywhere; else taken from the target.": "화면에 보일 이름. 없으면 대상에서 따옵니다.",
    "Only needed when the target does not tell.": "대상만 보고 알 수 없을 때만 필요합니다.",
    "How often: 30s, 5m, 1h. Default 60s.": "확인 간격: 30s, 5m, 1h. 기본값 60s.",
    "How long a probe may take. Default 10s.": "한 번의 확인에 허용할 시간. 기본값 10s.",
    "A tag; may be repeated.": "태그. 여러 번 쓸 수 있습니다.",
    "When it counts as down": "중단으로 보는 기준",
    "Failures in a row until it is down. Default 2.": "몇 번 연속 실패하면 중단인지. 기본값 2.",
    "Passes in a row until it is up again. Default 1.": "몇 번 연속 성공하면 다시 정상인지. 기본값 1.",
    "How soon to look again after a failure. Default 20s.": "실패한 뒤 다시 확인하기까지의 시간. 기본값 20s.",
    "Slower than this counts as degraded.": "이보다 느리면 '저하'로 봅니다.",
    "Checks of a web address": "웹 주소 확인",
    "HTTP method. Default GET.": "HTTP 메서드. 기본값 GET.",
    "A request header, or @FILE holding one; may be repeated.": "요청 헤더, 또는 헤더가 든 @파일. 여러 번 쓸 수 있습니다.",
    "Request body, or @FILE.": "요청 본문, 또는 @파일.",
    "Expected status, such as 200-299,301.": "기대하는 상태 코드. 예: 200-299,301.",
    "Text the body must hold.": "본문에 있어야 하는 글.",
    "Text the body must not hold.": "본문에 없어야 하는 글.",
    "JSONPath (RFC 9535) that must match the body.": "본문에서 찾아져야 하는 JSONPath(RFC 9535).",
    "Value that every match must equal.": "찾은 값이 모두 같아야 하는 값.",
    "Follow redirects.": "리다이렉트를 따라갑니다.",
    "Accept any TLS certificate.": "어떤 TLS 인증서든 받아들입니다.",
    "Checks of a TCP port": "TCP 포트 확인",
    "Speak TLS after connecting.": "연결한 뒤 TLS로 통신합니다.",
    "Text to send, or @FILE.": "보낼 글, 또는 @파일.",
    "Text that must come back.": "돌아와야 하는 글.",
    "Jobs that report by themselves": "스스로 알려 오는 작업",
    "Wait for a job to ping; same as --kind push.": "작업이 핑을 보내기를 기다립니다. --kind push와 같습니다.",
    "How late a ping may be. Default 5m.": "핑이 늦어도 되는 시간. 기본값 5m.",
    "When pings are due, instead of --every.": "--every 대신, 핑이 와야 하는 때.",
    "Time zone of --cron. Default UTC.": "--cron의 시간대. 기본값 UTC.",
    # status
    "Show the status of every monitor, refreshed until Ctrl-C.": "모든 모니터의 상태를 Ctrl-C를 누를 때까지 새로 고치며 보여 줍니다.",
    "Print once instead of refreshing until Ctrl-C.": "새로 고치지 않고 한 번만 출력합니다.",
    "Print once; exit with 1 when a monitor is down.": "한 번 출력하고, 중단된 모니터가 있으면 1로 끝냅니다.",
    # events
    "Follow what happens, event by event.": "일어나는 일을 이벤트 하나하나 따라갑니다.",
    "Print events as they happen, until Ctrl-C. A broken connection is taken up again where it broke.": (
        "일어나는 이벤트를 Ctrl-C를 누를 때까지 출력합니다. 연결이 끊기면 끊긴 자리부터 이어 갑니다."
    ),
    "Begin with this position of the ledger, not with the next event.": "다음 이벤트가 아니라 원장의 이 위치부터 시작합니다.",
    "Only this type, such as monitoring.monitor-went-down.": "이 종류만. 예: monitoring.monitor-went-down.",
    "Only this stream, such as incident:….": "이 스트림만. 예: incident:….",
    "Only what this actor did.": "이 행위자가 한 일만.",
    "Wait for more, or end with the newest.": "계속 기다리거나, 가장 새 이벤트에서 끝냅니다.",
    # rebuild
    "Rebuild a read model from the ledger. It answers from the old one until the new one has caught up.": (
        "읽기 모델을 원장에서 다시 만듭니다. 새것이 따라잡을 때까지는 옛것으로 답합니다."
    ),
    "A read model, such as status_intervals.": "읽기 모델. 예: status_intervals.",
    "Wait until it is done.": "끝날 때까지 기다립니다.",
    # ── Words ────────────────────────────────────────────────────────────────────────────────────
    "up": "정상",
    "degraded": "저하",
    "down": "중단",
    "unknown": "알 수 없음",
    "paused": "일시 중지",
    "pass": "통과",
    "slow": "느림",
    "fail": "실패",
    "error": "확인 불가",
    "open": "열림",
    "acknowledged": "확인됨",
    "resolved": "해결됨",
    "{n} s": "{n}초",
    "{n} min": "{n}분",
    "{n} h": "{n}시간",
    "{n} d": "{n}일",
    # ── Tables and cards ─────────────────────────────────────────────────────────────────────────
    "STATUS": "상태",
    "NAME": "이름",
    "KIND": "종류",
    "TARGET": "대상",
    "SINCE": "지속",
    "LAST": "마지막 확인",
    "TOOK": "걸린 시간",
    "ID": "ID",
    "Name": "이름",
    "Status": "상태",
    "Since": "시작",
    "Kind": "종류",
    "Target": "대상",
    "Every": "간격",
    "Timeout": "제한 시간",
    "Counts as down": "중단 기준",
    "after {n} failures in a row; up again after {m}": "{n}번 연속 실패하면 중단, {m}번 연속 성공하면 다시 정상",
    "Degraded over": "저하 기준",
    "Expects {what}": "기대 {what}",
    "Tags": "태그",
    "Ping URL": "핑 주소",
    "Last outcome": "마지막 결과",
    "Uptime {window}": "가동률 {window}",
    "Id": "ID",
    "observed {percent} of the time": "관측한 시간 {percent}",
    "down for {span}": "중단 {span}",
    "Open incidents": "진행 중인 장애",
    "{rate} events/s": "초당 이벤트 {rate}개",
    "Rebuilding {name}": "{name} 다시 만드는 중",
    # ── What happened ────────────────────────────────────────────────────────────────────────────
    "since {at}, was {status}": "{at}부터, 이전 상태 {status}",
    "{what}, every {span}": "{what}, {span}마다",
    "since {at}": "{at}부터",
    "the monitor recovered": "모니터가 복구됨",
    "closed by hand": "사람이 닫음",
    "the monitor was removed": "모니터가 제거됨",
    "{signal}, exit status {n}": "{signal}, 종료 코드 {n}",
    "nobody listened for pings from {start} to {end}": "{start}부터 {end}까지 핑을 듣지 못함",
    "Watching {name} ({kind}). Id: {id}": "{name}({kind})을(를) 지켜봅니다. id: {id}",
    "Ping URL: {url}": "핑 주소: {url}",
    "Let the job request it when it has succeeded: curl -fsS -m 10 --retry 5 {url}": (
        "작업이 성공하면 이 주소를 요청하게 하세요: curl -fsS -m 10 --retry 5 {url}"
    ),
    "Nothing is watched yet. Begin with: vitalog monitor add https://example.org": (
        "아직 지켜보는 것이 없습니다. 이렇게 시작하세요: vitalog monitor add https://example.org"
    ),
    "Paused {name}.": "{name}: 일시 중지했습니다.",
    "Resumed {name}.": "{name}: 다시 확인합니다.",
    "Remove {names}?": "{names}: 제거할까요?",
    "Removed {name}. Its history stays.": "{name}: 제거했습니다. 기록은 남아 있습니다.",
    "Asked for a rebuild of {name}.": "{name} 다시 만들기를 요청했습니다.",
    "It goes on without you; see `vitalog rebuild {name}` or GET /api/v1/projections.": (
        "작업은 계속됩니다. `vitalog rebuild {name}` 또는 GET /api/v1/projections로 확인하세요."
    ),
    "Connected again.": "다시 연결되었습니다.",
    "The connection broke; trying again in {n} s.": "연결이 끊겼습니다. {n}초 뒤에 다시 시도합니다.",
    # ── What went wrong, and what to do ──────────────────────────────────────────────────────────
    # settings
    "an address or host name, such as 0.0.0.0": "주소나 호스트 이름(예: 0.0.0.0)이어야 합니다",
    "8 or more letters, digits or signs, without spaces": "공백 없이 글자, 숫자, 기호 8개 이상이어야 합니다",
    "console or json": "console 또는 json이어야 합니다",
    "small letters, digits and hyphens": "영문 소문자, 숫자, 붙임표로 이루어져야 합니다",
    "a number from 1 to 65535": "1부터 65535까지의 숫자여야 합니다",
    "a URL that begins with {scheme}://": "{scheme}://으로 시작하는 URL이어야 합니다",
    "VITALOG_{name} must be {what}.": "VITALOG_{name}은(는) {what}.",
    "VITALOG_{name} is {value!r}; it must be {what}.": "VITALOG_{name}이(가) {value!r}입니다. {what}.",
    "{name} is no setting and is ignored; is {nearest} meant?": "{name}은(는) 설정이 아니어서 무시합니다. {nearest}을(를) 쓰려고 하셨나요?",
    "{name} is no setting and is ignored.": "{name}은(는) 설정이 아니어서 무시합니다.",
    "Both VITALOG_{name} and VITALOG_{name}_FILE are set. Unset one of them.": (
        "VITALOG_{name}과 VITALOG_{name}_FILE이 둘 다 설정되어 있습니다. 하나를 지우세요."
    ),
    "VITALOG_{name}_FILE names {file}, which cannot be read: {why}.": (
        "VITALOG_{name}_FILE이 가리키는 {file}을(를) 읽을 수 없습니다: {why}."
    ),
    "VITALOG_{name} is not set. `vitalog up` sets it for the processes it runs; for one started by itself, set it, for "
    "example VITALOG_{name}={example}": (
        "VITALOG_{name}이(가) 설정되지 않았습니다. `vitalog up`은 자신이 실행하는 프로세스에 이것을 설정해 줍니다. 따로 시작하는 "
        "프로세스에는 직접 설정하세요. 예: VITALOG_{name}={example}"
    ),
    "VITALOG_MASTER_KEY_FILE is not set. It names the file with the vault's key, which `vitalog up` makes in its data "
    "directory (master.key); a process started by itself needs the same one.": (
        "VITALOG_MASTER_KEY_FILE이 설정되지 않았습니다. 금고의 열쇠가 든 파일을 가리키는 설정으로, `vitalog up`이 데이터 디렉터리에 "
        "만듭니다(master.key). 따로 시작하는 프로세스에도 같은 열쇠가 필요합니다."
    ),
    "VITALOG_MASTER_KEY_FILE names {file}, and there is no such file. Give the key that `vitalog up` made (master.key in its "
    "data directory): stored credentials cannot be read with another.": (
        "VITALOG_MASTER_KEY_FILE이 가리키는 {file}이(가) 없습니다. `vitalog up`이 만든 열쇠(데이터 디렉터리의 master.key)를 주세요. "
        "다른 열쇠로는 저장된 자격 증명을 읽을 수 없습니다."
    ),
    # the API
    "{url} wants a token, and none was found. Set VITALOG_ADMIN_TOKEN, or VITALOG_DATA_DIR to the data directory that "
    "holds admin-token.": (
        "{url}에는 토큰이 필요한데 찾지 못했습니다. VITALOG_ADMIN_TOKEN을 설정하거나, admin-token이 있는 데이터 디렉터리를 "
        "VITALOG_DATA_DIR로 알려 주세요."
    ),
    "{url} does not accept the token from {origin}.": "{url}이(가) {origin}의 토큰을 받아들이지 않습니다.",
    "{url} answered {code}, which is not Vitalog speaking. Check VITALOG_URL.": (
        "{url}의 응답({code})은 Vitalog의 것이 아닙니다. VITALOG_URL을 확인하세요."
    ),
    "Nothing answers at {url} ({why}). Start Vitalog with `vitalog up` (or `make up`), or set VITALOG_URL.": (
        "{url}에서 응답이 없습니다({why}). `vitalog up`(또는 `make up`)으로 Vitalog를 시작하거나 VITALOG_URL을 설정하세요."
    ),
    "There is no monitor {ref!r}. `vitalog monitor list` shows them all.": (
        "{ref!r} 모니터가 없습니다. `vitalog monitor list`로 모두 볼 수 있습니다."
    ),
    "{ref!r} could be {n} monitors; write more of the id:": "{ref!r}에 맞는 모니터가 {n}개입니다. id를 더 길게 쓰세요:",
    "There is no kind {kind!r}. Use http, tcp, postgres or push.": (
        "{kind!r}라는 종류는 없습니다. http, tcp, postgres, push 가운데 하나를 쓰세요."
    ),
    "--push and --kind {kind} contradict each other.": "--push와 --kind {kind}는 함께 쓸 수 없습니다.",
    "A push monitor has no address to probe: give the name of the job, such as nightly-backup.": (
        "push 모니터에는 확인할 주소가 없습니다. nightly-backup처럼 작업의 이름을 쓰세요."
    ),
    "Say what to watch: https://…, host:port, postgresql://…, or a job's name with --push.": (
        "무엇을 지켜볼지 쓰세요: https://…, 호스트:포트, postgresql://…, 또는 --push와 함께 작업의 이름."
    ),
    "{check!r} is a check of {other} monitors, and this is a {kind} monitor.": (
        "{check!r}는 {other} 모니터의 확인 항목인데, 이것은 {kind} 모니터입니다."
    ),
    "--json-equals needs --json-path, which says where to look.": "--json-equals에는 어디를 볼지 알려 주는 --json-path가 필요합니다.",
    "The rebuild of {name} failed: {why}": "{name}을(를) 다시 만들지 못했습니다: {why}",
    "There is no read model {name!r}. There are: {names}.": "{name!r}라는 읽기 모델은 없습니다. 있는 것: {names}.",
    "{text!r} is not a duration. Write 30s, 5m, 1h30m or 1d.": "{text!r}는 시간 길이가 아닙니다. 30s, 5m, 1h30m, 1d처럼 쓰세요.",
    "How should {target!r} be probed? Write https://{target} for HTTP, or {target}:443 for a TCP port.": (
        "{target!r}을(를) 어떻게 확인할까요? HTTP면 https://{target}, TCP 포트면 {target}:443처럼 쓰세요."
    ),
    "There is no probe for {scheme}://. Use http, https, tcp or postgresql.": (
        "{scheme}://은 확인할 수 없습니다. http, https, tcp, postgresql 가운데 하나를 쓰세요."
    ),
    "Write a header as 'Name: value'.": "헤더는 '이름: 값'처럼 쓰세요.",
    "it is not UTF-8 text": "UTF-8 글이 아닙니다",
    "{file} cannot be read: {why}.": "{file}을(를) 읽을 수 없습니다: {why}.",
}

TYPER: dict[str, str] = {
    "Options": "옵션",
    "Arguments": "인자",
    "Commands": "명령",
    "Error": "오류",
    "Aborted.": "중단했습니다.",
    "Aborted!": "중단했습니다!",
    "(deprecated) ": "(곧 없어짐) ",
    "[default: {}]": "[기본값: {}]",
    "[env var: {}]": "[환경 변수: {}]",
    "[required]": "[필수]",
    "Try [blue]'{command_path} {help_option}'[/] for help.": "도움말: [blue]'{command_path} {help_option}'[/]",
    "Missing command.": "명령이 없습니다.",
    "No such command {name!r}.": "{name!r} 명령은 없습니다.",
}
"""Typer's own words, as far as it looks them up with gettext."""
