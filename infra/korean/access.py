"""Who is logged in, users, API keys."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

ACCESS: dict[str, str] = {
    "Who may do what": "접근 권한",
    # ── Logging in ───────────────────────────────────────────────────────────────────────────────
    "Log in. What is done from now on is done as this user, until `vitalog logout`.": (
        "로그인합니다. `vitalog logout`을 할 때까지 모든 명령을 이 사용자로 실행합니다."
    ),
    "End the session at this server and forget it here.": "이 서버의 세션을 끝내고 이 컴퓨터에서도 지웁니다.",
    "Show who the command line is, and what that allows.": "지금 누구로 실행하는지, 무엇을 할 수 있는지 보여 줍니다.",
    "E-mail address of the account; asked for otherwise.": "계정의 이메일 주소. 없으면 물어봅니다.",
    "Read the password from standard input.": "비밀번호를 표준 입력에서 읽습니다.",
    "One-time code; asked for when the account needs one.": "일회용 코드. 계정에 필요하면 물어봅니다.",
    "VITALOG_TOKEN is set and comes first; unset it to be who logs in here.": (
        "VITALOG_TOKEN이 설정되어 있어 먼저 쓰입니다. 지금 로그인하는 사용자로 실행하려면 해제하세요."
    ),
    "{url} answers, but not as Vitalog does. Check VITALOG_URL.": (
        "{url}이(가) 답하지만 Vitalog가 아닌 것 같습니다. VITALOG_URL을 확인하세요."
    ),
    "E-mail address": "이메일 주소",
    "Password": "비밀번호",
    "One-time code": "일회용 코드",
    "{what} is missing, and there is nobody to ask.": "{what}이(가) 필요한데 물어볼 수 있는 터미널이 아닙니다.",
    "There is nobody to ask for the password: use --password-stdin.": (
        "비밀번호를 물어볼 수 있는 터미널이 아닙니다. --password-stdin을 쓰세요."
    ),
    "Logged in at {url} as {name} ({roles}).": "{url}에 {name}({roles})(으)로 로그인했습니다.",
    "Nobody is logged in at {url}.": "{url}에 로그인되어 있지 않습니다.",
    "Logged out {email} at {url}.": "{url}에서 {email}을(를) 로그아웃했습니다.",
    "{name} <{email}>": "{name} <{email}>",
    "{name} at {url}": "{name}, {url}",
    "Roles: {roles}": "역할: {roles}",
    "Allowed: {permissions}": "권한: {permissions}",
    "For the own record alone: {permissions}": "본인 기록에만: {permissions}",
    "The session of {email} at {url} has ended. Log in again: vitalog login": (
        "{url}의 {email} 세션이 끝났습니다. 다시 로그인하세요: vitalog login"
    ),
    "{url} does not renew the session now ({code}). Try again shortly.": (
        "{url}이(가) 지금 세션을 갱신하지 못합니다({code}). 잠시 뒤 다시 시도하세요."
    ),
    # ── The own account ──────────────────────────────────────────────────────────────────────────
    "Your own account: password and one-time codes.": "내 계정: 비밀번호와 일회용 코드.",
    "Change your password. Other sessions end.": "비밀번호를 바꿉니다. 다른 세션은 끝납니다.",
    "Current password": "지금 비밀번호",
    "New password": "새 비밀번호",
    "New password, once more": "새 비밀번호 확인",
    "Read the old and the new password from standard input, one a line.": (
        "지금 비밀번호와 새 비밀번호를 표준 입력에서 한 줄씩 읽습니다."
    ),
    "The two are not the same.": "두 비밀번호가 다릅니다.",
    "The password is changed.": "비밀번호를 바꿨습니다.",
    "Ask for a one-time code from now on whenever somebody logs in as you.": (
        "앞으로 내 계정으로 로그인할 때마다 일회용 코드를 묻게 합니다."
    ),
    "Add this to your authenticator: {secret}": "인증 앱에 이 키를 추가하세요: {secret}",
    "or open: {uri}": "또는 이 주소를 여세요: {uri}",
    "The code that it shows": "인증 앱에 나온 코드",
    "One-time codes are in use from now on.": "이제 일회용 코드를 씁니다.",
    "Ask for one-time codes no more.": "일회용 코드를 더 쓰지 않습니다.",
    "One-time codes are in use no more.": "이제 일회용 코드를 쓰지 않습니다.",
    "The code of your authenticator; asked for otherwise.": "인증 앱의 코드. 없으면 물어봅니다.",
    "The administrator's token has no account. Log in first: vitalog login": (
        "관리자 토큰에는 계정이 없습니다. 먼저 로그인하세요: vitalog login"
    ),
    # ── Users ────────────────────────────────────────────────────────────────────────────────────
    "Users: who may log in, and what they may do.": "사용자: 누가 로그인할 수 있고 무엇을 할 수 있는지.",
    "Create a user. Without --password-stdin a password is made up, and shown once.": (
        "사용자를 만듭니다. --password-stdin이 없으면 비밀번호를 지어 한 번만 보여 줍니다."
    ),
    "Show every user.": "모든 사용자를 보여 줍니다.",
    "Show one user.": "사용자 한 명을 보여 줍니다.",
    "Give a user a role.": "사용자에게 역할을 줍니다.",
    "Take a role from a user.": "사용자의 역할을 거둡니다.",
    "Let a user in no more. Sessions and API keys stop working.": (
        "사용자를 더는 들이지 않습니다. 세션과 API 키도 멈춥니다."
    ),
    "Let a user in again.": "사용자를 다시 들입니다.",
    "Reset a user's password. Without --password-stdin one is made up, and shown once.": (
        "사용자의 비밀번호를 재설정합니다. --password-stdin이 없으면 비밀번호를 지어 한 번만 보여 줍니다."
    ),
    "Id or e-mail address.": "ID 또는 이메일 주소.",
    "One of {roles}.": "다음 가운데 하나: {roles}.",
    "E-mail address, with which the user logs in.": "로그인에 쓸 이메일 주소.",
    "What the user may do; may be repeated.": "사용자가 할 수 있는 일. 여러 번 쓸 수 있습니다.",
    "Whose record the role patient may see.": "patient 역할로 볼 수 있는 환자 기록.",
    "Name shown everywhere.": "화면에 보일 이름.",
    "Language of the user.": "사용자의 언어.",
    "Only users with this role.": "이 역할의 사용자만.",
    "Ask for no one-time code any more: the device is lost.": "일회용 코드를 더 묻지 않습니다(기기를 잃어버렸을 때).",
    "Type the password, then Enter; it is shown. Better: vitalog … --password-stdin < file": (
        "비밀번호를 치고 Enter를 누르세요. 화면에 보입니다. 파일에서 읽는 편이 낫습니다: vitalog … --password-stdin < 파일"
    ),
    "Created {email}. Id: {id}": "{email}을(를) 만들었습니다. ID: {id}",
    "Password, shown this once: {password}": "비밀번호(지금 한 번만 보여 줍니다): {password}",
    "No user has the e-mail address {email}.": "이메일 주소가 {email}인 사용자가 없습니다.",
    "The password is set.": "비밀번호를 설정했습니다.",
    "Granted.": "역할을 주었습니다.",
    "Revoked.": "역할을 거두었습니다.",
    "Disabled.": "사용을 막았습니다.",
    "Forget who a user was: name, address, logins. What they did stays, under their id. It cannot be undone.": (
        "사용자의 이름과 주소, 로그인 수단을 모두 삭제합니다. 한 일은 ID로 남습니다. 되돌릴 수 없습니다."
    ),
    "Destroy the key of user {id}, so that nobody can ever read who it was?": (
        "사용자 {id}의 키를 파기하여 누구였는지 다시는 알 수 없게 할까요?"
    ),
    "The user is erased.": "사용자를 삭제했습니다.",
    "Enabled.": "다시 사용할 수 있게 했습니다.",
    "E-MAIL": "이메일",
    "ROLES": "역할",
    "LOGIN": "로그인",
    "Roles": "역할",
    "Login": "로그인",
    "Linked": "연결된 계정",
    "Created": "만든 때",
    "disabled": "사용 안 함",
    "none yet": "아직 없음",
    "one-time code": "일회용 코드",
    "password": "비밀번호",
    # ── API keys ─────────────────────────────────────────────────────────────────────────────────
    "API keys: programs that act for you. Log in first.": "API 키: 나를 대신하는 프로그램용. 먼저 로그인하세요.",
    "Issue an API key. It is shown this once, and kept nowhere.": (
        "API 키를 발급합니다. 지금 한 번만 보여 주며 어디에도 남지 않습니다."
    ),
    "Show your API keys; never the keys themselves.": "내 API 키 목록을 보여 줍니다. 키 자체는 보여 주지 않습니다.",
    "Let an API key work no more.": "API 키를 폐기합니다.",
    "What it is for.": "용도.",
    "What it may do, of what you may; may be repeated.": "내 권한 가운데 키에 줄 것. 여러 번 쓸 수 있습니다.",
    "How long it works.": "유효한 일수.",
    "Those of all users, for administrators.": "모든 사용자의 키(관리자용).",
    "Id of the key.": "키의 ID.",
    "Works until {at}. Shown this once: keep it, for example as VITALOG_TOKEN.": (
        "{at}까지 유효합니다. 지금 한 번만 보여 드리니 VITALOG_TOKEN 등으로 보관하세요."
    ),
    "Revoked {id}.": "{id}을(를) 폐기했습니다.",
    "LABEL": "용도",
    "SCOPES": "권한",
    "ENDS": "만료",
    "expired": "만료됨",
    "revoked": "폐기됨",
    # ── The bootstrap token ──────────────────────────────────────────────────────────────────────
    "How one gets in.": "접속 수단.",
    "Switch the admin token of `vitalog up` off, or on; needs an administrator who can log in otherwise.": (
        "`vitalog up`이 만든 관리자 토큰을 끄거나 켭니다. 다른 방법으로 로그인할 수 있는 관리자가 있어야 합니다."
    ),
    "What is to be.": "바꿀 상태.",
    "The admin token works.": "관리자 토큰이 켜져 있습니다.",
    "The admin token is switched off.": "관리자 토큰이 꺼져 있습니다.",
    "On, in the database of this machine: when nobody can log in any more.": (
        "아무도 로그인할 수 없을 때, 이 컴퓨터의 데이터베이스에서 직접 켭니다."
    ),
    "--here goes with `on` alone.": "--here는 `on`과만 함께 쓸 수 있습니다.",
    "The admin token is switched off. Log in with `vitalog login`, or set VITALOG_TOKEN to an API key.": (
        "관리자 토큰이 꺼져 있습니다. `vitalog login`으로 로그인하거나 VITALOG_TOKEN에 API 키를 설정하세요."
    ),
    "switched off; log in with `vitalog login`": "꺼져 있음. `vitalog login`으로 로그인하세요",
    "The monitor {name} could not be brought up to date: the admin token is switched off. Log in (`vitalog login`) and "
    "give it its new target, or run `vitalog access bootstrap-token on --here` and start again.": (
        "관리자 토큰이 꺼져 있어 모니터 {name}을(를) 최신으로 맞추지 못했습니다. 로그인(`vitalog login`)해서 새 대상을 지정하거나, "
        "`vitalog access bootstrap-token on --here`를 실행하고 다시 시작하세요."
    ),
}
