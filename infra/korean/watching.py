"""Starting, watching and looking after Vitalog; and typer's own words."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

WATCHING: dict[str, str] = {
    "vitalog: {sentence}": "vitalog: {sentence}",
    # ── Help ─────────────────────────────────────────────────────────────────────────────────────
    "A health ledger: probes services, records people's checkups, keeps both as events, and derives every number from them.": (
        "건강 원장: 서비스를 확인하고 사람들의 검진을 기록하며, 둘 다 이벤트로 남기고, 모든 숫자를 거기서 계산합니다."
    ),
    "Exit codes: 0 done, 1 something is wrong, 2 wrong use or setting, 3 already running, 4 not found, 5 the server cannot be "
    "reached, 6 the server refuses, 130 interrupted.": (
        "종료 코드: 0 완료, 1 문제 있음, 2 잘못된 사용법이나 설정, 3 이미 실행 중, 4 없음, 5 서버에 연결할 수 없음, 6 서버가 거절함, "
        "130 사용자가 중단함."
    ),
    "Examples:": "예:",
    # processes
    "To run processes apart": "프로세스를 따로 실행할 때",
    "Run everything: PostgreSQL, NATS, API, prober, relay and projector, until Ctrl-C.": (
        "PostgreSQL, NATS, API, 프로버, 릴레이, 프로젝터를 Ctrl-C를 누를 때까지 모두 실행합니다."
    ),
    "Run the API and the page.": "API와 상태 페이지를 실행합니다.",
    "Run the prober: it watches every monitor.": "모든 모니터를 지켜보는 프로버를 실행합니다.",
    "Run the relay: it publishes the ledger to NATS.": "원장을 NATS에 발행하는 릴레이를 실행합니다.",
    "Run the projector: it keeps the read models.": "읽기 모델을 유지하는 프로젝터를 실행합니다.",
    "Bring the database up to date: needs VITALOG_MIGRATION_DATABASE_URL, or VITALOG_DATABASE_URL as its owner.": (
        "데이터베이스를 최신으로 맞춥니다. VITALOG_MIGRATION_DATABASE_URL, 또는 소유자로 접속하는 VITALOG_DATABASE_URL이 필요합니다."
    ),
    "Applied: {names}": "적용했습니다: {names}",
    "The database is up to date.": "데이터베이스가 최신입니다.",
    "{0} is missing.": "{0}이(가) 없습니다.",
    "There is no option {0}.": "{0} 옵션은 없습니다.",
    "There is no command {0}.": "{0} 명령은 없습니다.",
    "{0} needs a value.": "{0}에는 값이 필요합니다.",
    "{0} takes no value.": "{0}에는 값을 줄 수 없습니다.",
    "Too many arguments: {0}.": "인자가 너무 많습니다: {0}.",
    "Perhaps {other}?": "혹시 {other}인가요?",
    "{0} must be a whole number.": "{0}은(는) 정수여야 합니다.",
    "{0} must be at least {1}.": "{0}은(는) {1} 이상이어야 합니다.",
    "Help: {command} --help": "도움말: {command} --help",
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
    "FOR": "지속",
    "CHECKED": "확인",
    "{span} ago": "{span} 전",
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
    "{what}, due at {cron} ({tz})": "{what}, {cron}({tz})에 와야 함",
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
    "It is done, but lists do not show it yet: the read models are behind. `vitalog doctor` may say why.": (
        "처리했지만 읽기 모델이 뒤처져 목록에는 아직 보이지 않습니다. 이유는 `vitalog doctor`가 알려 줄 수 있습니다."
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
    "an IANA time zone, such as Asia/Seoul": "Asia/Seoul 같은 IANA 시간대",
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
    "{url} wants to know who you are. Log in with `vitalog login`, or set VITALOG_TOKEN to an API key, or VITALOG_DATA_DIR "
    "to the data directory that holds admin-token.": (
        "{url}: 누구인지 알아야 합니다. `vitalog login`으로 로그인하거나, VITALOG_TOKEN을 API 키로, 또는 VITALOG_DATA_DIR을 admin-token이 "
        "있는 데이터 디렉터리로 설정하세요."
    ),
    "{url} does not answer in time. Try again.": "{url}이(가) 제때 답하지 않습니다. 다시 시도하세요.",
    "{url} does not answer in time. It may have done it all the same: look before you repeat it.": (
        "{url}이(가) 제때 답하지 않습니다. 처리되었을 수도 있으니 확인한 뒤 다시 하세요."
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
    # ── Doctor ───────────────────────────────────────────────────────────────────────────────────
    "Look for what is wrong, and say what to do about it. Exits with 1 when there is something.": (
        "무엇이 잘못되었는지 찾고 어떻게 할지 알려 줍니다. 문제가 있으면 1로 끝납니다."
    ),
    "{n} findings.": "발견한 문제: {n}개.",
    "Nothing is wrong.": "잘못된 것이 없습니다.",
    "Correct the setting; the rest is looked at after that.": "설정을 고치세요. 나머지는 그다음에 살펴봅니다.",
    "Correct its name, or unset it.": "이름을 고치거나 지우세요.",
    "Every VITALOG_ variable is a known setting.": "VITALOG_로 시작하는 변수는 모두 아는 설정입니다.",
    "There is no data directory {path} yet; `vitalog up` makes it.": "데이터 디렉터리 {path}이(가) 아직 없습니다. `vitalog up`이 만듭니다.",
    "This user may not write to the data directory {path}.": "이 사용자는 데이터 디렉터리 {path}에 쓸 수 없습니다.",
    "Run as the user it belongs to, or set VITALOG_DATA_DIR to another directory.": (
        "그 디렉터리의 주인인 사용자로 실행하거나, VITALOG_DATA_DIR을 다른 디렉터리로 설정하세요."
    ),
    "The data directory is {path}.": "데이터 디렉터리는 {path}입니다.",
    "Others than its owner may read {path}.": "주인이 아닌 사용자도 {path}을(를) 읽을 수 있습니다.",
    "Close it with: chmod go= {path}": "이렇게 닫으세요: chmod go= {path}",
    "The master key {path} is gone, but there is a database.": "데이터베이스는 있는데 마스터 키 {path}이(가) 없습니다.",
    "Restore it from your backup: without it stored credentials cannot be read, and ping URLs change.": (
        "백업에서 되돌리세요. 이 키가 없으면 저장된 자격 증명을 읽을 수 없고 핑 주소도 바뀝니다."
    ),
    "There is no master key yet; `vitalog up` makes it.": "마스터 키가 아직 없습니다. `vitalog up`이 만듭니다.",
    "Set VITALOG_MASTER_KEY_FILE to the right file, or restore it from your backup.": (
        "VITALOG_MASTER_KEY_FILE을 올바른 파일로 설정하거나 백업에서 되돌리세요."
    ),
    "The master key {path} can be read. Keep a copy of it elsewhere.": (
        "마스터 키 {path}을(를) 읽을 수 있습니다. 사본을 다른 곳에 보관하세요."
    ),
    "The key-encryption key {path} is gone.": "키 암호화 키 {path}이(가) 없습니다.",
    "Restore it from your backup: without it nothing that was recorded about people can be read.": (
        "백업에서 되돌리세요. 이 키가 없으면 사람에 관해 기록된 것을 하나도 읽을 수 없습니다."
    ),
    "There is no key-encryption key yet; `vitalog up` makes it.": "키 암호화 키가 아직 없습니다. `vitalog up`이 만듭니다.",
    "Set VITALOG_KEK_FILE to the right file, or restore it from your backup.": (
        "VITALOG_KEK_FILE을 올바른 파일로 설정하거나 백업에서 되돌리세요."
    ),
    "The key-encryption key can be read. Keep a copy of it elsewhere, apart from backups.": (
        "키 암호화 키를 읽을 수 있습니다. 사본을 백업과는 다른 곳에 보관하세요."
    ),
    "`vitalog up` is running on this data directory.": "이 데이터 디렉터리에서 `vitalog up`이 실행 중입니다.",
    "{path} is left of an `up` that was killed.": "{path}은(는) 강제로 끝난 `up`이 남긴 것입니다.",
    "Start `vitalog up` again; it continues where it was.": "`vitalog up`을 다시 시작하세요. 멈춘 곳부터 이어 갑니다.",
    "Port {port} on {host} cannot be used: {why}.": "{host}의 {port} 포트를 쓸 수 없습니다: {why}.",
    "Stop the program that uses it, or choose another port with VITALOG_PORT.": (
        "그 포트를 쓰는 프로그램을 멈추거나 VITALOG_PORT로 다른 포트를 고르세요."
    ),
    "Port {port} on {host} is free.": "{host}의 {port} 포트는 비어 있습니다.",
    "{n} GiB are free where {path} is.": "{path}이(가) 있는 곳에 {n}GiB가 남아 있습니다.",
    "Make room, or move the data directory to a larger disk while Vitalog is stopped.": (
        "공간을 비우거나, Vitalog를 멈춘 동안 데이터 디렉터리를 더 큰 디스크로 옮기세요."
    ),
    "There is no embedded database yet, and VITALOG_DATABASE_URL is not set.": (
        "내장 데이터베이스가 아직 없고 VITALOG_DATABASE_URL도 설정되지 않았습니다."
    ),
    "PostgreSQL {version} answers.": "PostgreSQL {version}이(가) 응답합니다.",
    "PostgreSQL cannot be reached: {why}": "PostgreSQL에 연결할 수 없습니다: {why}",
    "Start it, and check VITALOG_DATABASE_URL.": "서버를 시작하고 VITALOG_DATABASE_URL을 확인하세요.",
    "Start Vitalog with `vitalog up`.": "`vitalog up`으로 Vitalog를 시작하세요.",
    "Waiting migrations cannot be seen as this user; set VITALOG_MIGRATION_DATABASE_URL to see them.": (
        "이 사용자로는 기다리는 마이그레이션이 있는지 볼 수 없습니다. 보려면 VITALOG_MIGRATION_DATABASE_URL을 설정하세요."
    ),
    "Migrations are waiting: {names}.": "적용을 기다리는 마이그레이션: {names}.",
    "Run `vitalog migrate` (`vitalog up` does it by itself).": "`vitalog migrate`를 실행하세요(`vitalog up`은 스스로 합니다).",
    "The database has every migration.": "데이터베이스에 모든 마이그레이션이 적용되어 있습니다.",
    "There is no embedded NATS yet, and VITALOG_NATS_URL is not set.": (
        "내장 NATS가 아직 없고 VITALOG_NATS_URL도 설정되지 않았습니다."
    ),
    "NATS answers, with JetStream.": "NATS가 JetStream과 함께 응답합니다.",
    "Start it with JetStream (`nats-server -js`), and check VITALOG_NATS_URL.": (
        "JetStream을 켜서 시작하고(`nats-server -js`) VITALOG_NATS_URL을 확인하세요."
    ),
    "NATS cannot be used: {why}. Nothing is lost, but subscribers hear nothing.": (
        "NATS를 쓸 수 없습니다: {why}. 잃는 것은 없지만 구독자에게 소식이 가지 않습니다."
    ),
    "This machine's clock and the database's differ by {n} s.": "이 컴퓨터와 데이터베이스의 시계가 {n}초 다릅니다.",
    "Let both keep time with NTP.": "두 컴퓨터 모두 NTP로 시각을 맞추세요.",
    "This machine and the database agree about the time.": "이 컴퓨터와 데이터베이스의 시각이 같습니다.",
    "Start Vitalog with `vitalog up`, or set VITALOG_URL.": "`vitalog up`으로 Vitalog를 시작하거나 VITALOG_URL을 설정하세요.",
    "Compare it with the file admin-token in the data directory of that Vitalog.": (
        "그 Vitalog의 데이터 디렉터리에 있는 admin-token 파일과 비교하세요."
    ),
    "The API answers at {url}, and accepts the token.": "{url}에서 API가 응답하고 토큰을 받아들입니다.",
    "{component} is {state}.": "{component}: {state}.",
    "See the log of the processes, and the findings below.": "프로세스의 로그와 아래 내용을 보세요.",
    "It is ready: {components}.": "준비되었습니다: {components}.",
    "It does not say what it consists of.": "구성 요소를 알려 주지 않습니다.",
    "The read model {name} has stopped: {why}": "읽기 모델 {name}이(가) 멈췄습니다: {why}",
    "Run a version of Vitalog that knows every event type in the ledger, then start the projector again.": (
        "원장의 모든 이벤트 종류를 아는 버전의 Vitalog를 실행하고 프로젝터를 다시 시작하세요."
    ),
    "The read model {name} has parked {n} events it could not apply.": (
        "읽기 모델 {name}이(가) 적용하지 못한 이벤트 {n}개를 따로 두었습니다."
    ),
    "Read GET /api/v1/projections/{name}/dead-letters; after a fix, run `vitalog rebuild {name}`.": (
        "GET /api/v1/projections/{name}/dead-letters를 읽어 보고, 고친 뒤에 `vitalog rebuild {name}`을 실행하세요."
    ),
    "The read model {name} is {n} events behind.": "읽기 모델 {name}: 남은 이벤트 {n}개.",
    "The read model {name} has not moved for {span}.": "읽기 모델 {name}이(가) {span} 동안 움직이지 않았습니다.",
    "See whether the projector runs (`vitalog projector`), and what its log says.": (
        "프로젝터(`vitalog projector`)가 실행 중인지, 로그에 무엇이 남았는지 보세요."
    ),
    "Nobody has begun it yet: the projector does that. `vitalog doctor` says whether it runs.": (
        "아직 아무도 시작하지 않았습니다. 이 일은 프로젝터가 합니다. 실행 중인지는 `vitalog doctor`가 알려 줍니다."
    ),
    "The read model {name} keeps up.": "읽기 모델 {name}은(는) 밀리지 않았습니다.",
    "Wait if that number falls; else see whether the projector runs (`vitalog projector`).": (
        "숫자가 줄고 있으면 기다리고, 아니면 프로젝터(`vitalog projector`)가 실행 중인지 보세요."
    ),
    # ── Up ───────────────────────────────────────────────────────────────────────────────────────
    "Starting {names}": "시작하는 중: {names}",
    "Using the PostgreSQL and the NATS you named": "지정하신 PostgreSQL과 NATS를 씁니다",
    "Bringing the database up to date: {names}": "데이터베이스를 최신으로 맞추는 중: {names}",
    "Vitalog is ready ({s} s).": "Vitalog가 준비되었습니다({s}초).",
    "Vitalog runs, but is not ready yet; {url}/readyz?verbose says why.": (
        "Vitalog가 실행 중이지만 아직 준비되지 않았습니다. 이유는 {url}/readyz?verbose에 있습니다."
    ),
    "Address": "주소",
    "Admin token": "관리자 토큰",
    "kept in {file}": "보관: {file}",
    "Data": "데이터",
    "Stop": "멈추기",
    "Ctrl-C, or kill {pid}": "Ctrl-C, 또는 kill {pid}",
    "Stopping before everything was started.": "모두 시작되기 전에 멈춥니다.",
    "Stopping: processes finish what they have begun (Ctrl-C again stops at once).": (
        "멈추는 중: 프로세스가 하던 일을 마칩니다(Ctrl-C를 다시 누르면 바로 멈춥니다)."
    ),
    "Stopped. Everything is kept in {path}.": "멈췄습니다. 모든 것은 {path}에 보관되어 있습니다.",
    "The process {name} ended {n} times while starting (exit code {code}); what it said is above.": (
        "프로세스 {name}이(가) 시작하다가 {n}번 끝났습니다(종료 코드 {code}). 남긴 말은 위에 있습니다."
    ),
    "PostgreSQL does not let this user make what is needed ({why}). Set VITALOG_MIGRATION_DATABASE_URL to the database as a "
    "superuser, or as its owner with CREATEROLE.": (
        "PostgreSQL이 이 사용자에게 필요한 것을 만들게 해 주지 않습니다({why}). VITALOG_MIGRATION_DATABASE_URL을 슈퍼유저, 또는 "
        "CREATEROLE을 가진 소유자로 접속하는 주소로 설정하세요."
    ),
    "PostgreSQL cannot be reached ({why}). Check VITALOG_DATABASE_URL, and that the server runs.": (
        "PostgreSQL에 연결할 수 없습니다({why}). VITALOG_DATABASE_URL과 서버가 실행 중인지 확인하세요."
    ),
    "The vault's key {path} is gone. Put it back from your backup, or set VITALOG_MASTER_KEY_FILE to where it is. To give up "
    "every stored credential for good, remove {known} and start again.": (
        "금고의 열쇠 {path}이(가) 없습니다. 백업에서 되돌리거나 VITALOG_MASTER_KEY_FILE로 위치를 알려 주세요. 저장된 자격 증명을 모두 "
        "영영 포기하려면 {known}을(를) 지우고 다시 시작하세요."
    ),
    "The vault's key {path} cannot be read: {why}.": "금고의 열쇠 {path}을(를) 읽을 수 없습니다: {why}.",
    "{path} is not the key that this data directory's vault was made with. Put the right one back, or set "
    "VITALOG_MASTER_KEY_FILE to where it is.": (
        "{path}은(는) 이 데이터 디렉터리의 금고를 만든 열쇠가 아닙니다. 올바른 열쇠를 되돌리거나 VITALOG_MASTER_KEY_FILE로 위치를 "
        "알려 주세요."
    ),
    "Vitalog cannot listen on {host}, port {port} ({why}). Set VITALOG_PORT to a free port, for example VITALOG_PORT={other}, "
    "or VITALOG_HOST to another address.": (
        "Vitalog가 {host}의 {port} 포트에서 들을 수 없습니다({why}). VITALOG_PORT를 빈 포트로(예: VITALOG_PORT={other}), 또는 "
        "VITALOG_HOST를 다른 주소로 설정하세요."
    ),
    "Another `vitalog up` is starting or stopping on {path}. Wait for it, or set VITALOG_DATA_DIR to another directory.": (
        "{path}에서 다른 `vitalog up`이 시작하거나 멈추는 중입니다. 기다리거나 VITALOG_DATA_DIR을 다른 디렉터리로 설정하세요."
    ),
    "Vitalog already runs on {path}: process {pid}, {url}. Stop it first (kill {pid}), or set VITALOG_DATA_DIR and "
    "VITALOG_PORT to run another one beside it.": (
        "{path}에서 Vitalog가 이미 실행 중입니다: 프로세스 {pid}, {url}. 먼저 멈추거나(kill {pid}), 나란히 하나 더 실행하려면 "
        "VITALOG_DATA_DIR과 VITALOG_PORT를 설정하세요."
    ),
}

TYPER: dict[str, str] = {
    "Options": "옵션",
    "Arguments": "인자",
    "Commands": "명령",
    "(deprecated) ": "(곧 없어짐) ",
    "[default: {}]": "[기본값: {}]",
    "[env var: {}]": "[환경 변수: {}]",
    "[required]": "[필수]",
    "Missing command.": "명령이 없습니다.",
}
"""Typer's own words, as far as it looks them up with gettext."""
