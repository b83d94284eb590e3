"""Users, patients, checkups, audits and keys."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

RECORDS: dict[str, str] = {
    "networks such as 10.0.0.0/8, separated by commas": "10.0.0.0/8처럼 쉼표로 구분한 네트워크",
    "A table in VITALOG_TABLES_DIR ({folder}) cannot be used: {why}": (
        "VITALOG_TABLES_DIR({folder})에 쓸 수 없는 표가 있습니다: {why}"
    ),
    "VITALOG_TABLES_DIR: {path} cannot be read: {why}.": "VITALOG_TABLES_DIR: {path}을(를) 읽을 수 없습니다: {why}.",
    "there is no file *.json in it": "*.json 파일이 없습니다",
    "it holds {n} files, and {most} are the most": "파일이 {n}개인데 최대 {most}개까지입니다",
    "it is longer than {n} bytes": "{n}바이트를 넘습니다",
    "it is not UTF-8": "UTF-8이 아닙니다",
    "VITALOG_OIDC cannot be used. {why}": "VITALOG_OIDC를 쓸 수 없습니다. {why}",
    "The key-encryption key {path} is gone. Put it back from your backup, or set VITALOG_KEK_FILE to where it is. To give "
    "up every patient's record for good, remove {known} and start again.": (
        "키 암호화 키 {path}이(가) 없습니다. 백업에서 되돌리거나 VITALOG_KEK_FILE로 위치를 알려 주세요. 모든 환자 기록을 영구히 포기하려면 "
        "{known}을(를) 지우고 다시 시작하세요."
    ),
    "VITALOG_KEK_FILE is not set. It names the file with the key-encryption key of people's records, which `vitalog up` makes "
    "in its data directory (kek.keys); every process needs the same one. To make one: (umask 077; openssl rand -hex 32 > "
    "kek.keys)": (
        "VITALOG_KEK_FILE이 설정되지 않았습니다. 개인 기록의 키 암호화 키가 든 파일을 가리키는 설정으로, `vitalog up`이 데이터 디렉터리에 "
        "만들며(kek.keys) 모든 프로세스에 같은 파일이 필요합니다. 만들려면: (umask 077; openssl rand -hex 32 > kek.keys)"
    ),
    "The keys of people's records: how they are wrapped, and wrapping them anew.": (
        "개인 기록의 키: 무엇으로 암호화되어 있는지 보고, 새 키로 다시 암호화합니다."
    ),
    "Show how many people's keys each key-encryption key wraps.": "키 암호화 키마다 몇 사람의 키를 암호화하는지 보여 줍니다.",
    "Replace the key-encryption key without stopping; people erased before are then unreadable in old backups.": (
        "서비스를 멈추지 않고 키 암호화 키를 교체합니다. 교체하면 그 전에 삭제된 사람의 기록은 예전 백업에서도 읽을 수 없게 됩니다."
    ),
    "Run it where `vitalog up` runs, or with the settings of its processes: they take up the new key by themselves. "
    "A key in VITALOG_KEK is replaced by hand: this command says how.": (
        "`vitalog up`이 실행되는 컴퓨터에서, 또는 각 프로세스와 같은 설정으로 실행하세요. 프로세스는 새 키를 스스로 읽습니다. "
        "VITALOG_KEK로 준 키는 직접 바꿔야 하며, 이 명령이 방법을 알려 줍니다."
    ),
    "No database was found. Set VITALOG_DATABASE_URL, or VITALOG_DATA_DIR to the directory of a running `vitalog up`.": (
        "데이터베이스를 찾을 수 없습니다. VITALOG_DATABASE_URL을 설정하거나, 실행 중인 `vitalog up`의 디렉터리를 VITALOG_DATA_DIR로 "
        "지정하세요."
    ),
    "PostgreSQL cannot be reached: {why}": "PostgreSQL에 연결할 수 없습니다: {why}",
    "The key-encryption key comes from VITALOG_KEK, which this command cannot change. Put a new key (openssl rand -hex 32) in "
    "front of the old one, separated by a space, restart every process, run this again, then remove the old one.": (
        "키 암호화 키가 VITALOG_KEK으로 주어져 이 명령으로는 바꿀 수 없습니다. 새 키(openssl rand -hex 32)를 옛 키 앞에 공백으로 구분해 "
        "넣고 모든 프로세스를 재시작한 뒤 이 명령을 다시 실행하고, 끝나면 옛 키를 지우세요."
    ),
    "Another process is rotating the key-encryption key. Wait for it to finish.": (
        "다른 프로세스가 키 암호화 키를 교체하고 있습니다. 끝날 때까지 기다리세요."
    ),
    "Wrapped {count} keys anew. Whoever was erased before can no longer be read from older backups.": (
        "키 {count}개를 다시 암호화했습니다. 이전에 삭제된 사람은 예전 백업에서도 읽을 수 없습니다."
    ),
    "Wrapping keys anew": "키를 다시 암호화하는 중",
    "key-encryption key": "키 암호화 키",
    "{n} people": "{n}명",
    "erased": "삭제됨",
    "current": "현재",
}
