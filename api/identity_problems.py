"""The catalog's problems of logging in and of permissions."""

from __future__ import annotations

from api.problem_text import ProblemText, problem

IDENTITY_PROBLEMS: dict[str, ProblemText] = {
    "token-expired": problem(
        401,
        ("The token has expired", "토큰이 만료되었습니다"),
        (
            "Exchange the refresh token at POST /api/v1/token/refresh, or log in again.",
            "POST /api/v1/token/refresh로 갱신하거나 다시 로그인하세요.",
        ),
    ),
    "token-refused": problem(
        401,
        ("The token is not one of ours", "유효한 토큰이 아닙니다"),
        (
            "It was altered, signed with another key or another algorithm, or made for something else. Log in again.",
            "변조되었거나, 다른 키나 알고리즘으로 서명되었거나, 다른 용도로 만든 토큰입니다. 다시 로그인하세요.",
        ),
    ),
    "session-ended": problem(
        401,
        ("The session has ended", "세션이 끝났습니다"),
        (
            "You have logged out, your password was changed, or an administrator ended it. Log in again.",
            "로그아웃했거나, 비밀번호가 바뀌었거나, 관리자가 세션을 끝냈습니다. 다시 로그인하세요.",
        ),
    ),
    "account-disabled": problem(
        401,
        ("The account is disabled", "사용이 중지된 계정입니다"),
        (
            "An administrator has disabled it. Only an administrator can enable it again.",
            "관리자가 이 계정의 사용을 중지했습니다. 관리자만 다시 사용하게 할 수 있습니다.",
        ),
    ),
    "api-key-refused": problem(
        401,
        ("The API key does not work", "API 키를 쓸 수 없습니다"),
        (
            "There is no such key, or it has expired or was revoked. Issue another one at POST /api/v1/api-keys.",
            "그런 키가 없거나, 만료되었거나 폐기되었습니다. POST /api/v1/api-keys로 새로 발급받으세요.",
        ),
    ),
    "bootstrap-token-off": problem(
        401,
        ("The bootstrap token is switched off", "관리자 토큰이 꺼져 있습니다"),
        (
            "Log in with your e-mail address and password. An administrator can switch the token on again.",
            "이메일과 비밀번호로 로그인하세요. 관리자가 토큰을 다시 켤 수 있습니다.",
        ),
    ),
    "wrong-token": problem(
        401,
        ("That is not the admin token", "관리자 토큰이 아닙니다"),
        ("Copy it again, whole.", "전체를 다시 복사하세요."),
    ),
    "wrong-credentials": problem(
        401,
        ("That is not right", "로그인 정보가 맞지 않습니다"),
        (
            "The e-mail address, the password or the code is wrong. An administrator can reset the password.",
            "이메일, 비밀번호 또는 인증 코드가 맞지 않습니다. 비밀번호는 관리자가 재설정할 수 있습니다.",
        ),
    ),
    "code-required": problem(
        401,
        ("A one-time code is needed", "일회용 인증 코드가 필요합니다"),
        (
            "This account is protected by one-time codes. Send the six digits that your app shows as 'code'.",
            "일회용 코드로 보호되는 계정입니다. 인증 앱에 보이는 여섯 자리를 'code'로 보내세요.",
        ),
    ),
    "refresh-refused": problem(
        401,
        ("The refresh token does not work", "갱신 토큰을 쓸 수 없습니다"),
        (
            "There is no such refresh token, or its session has ended or expired. Log in again.",
            "그런 갱신 토큰이 없거나 세션이 끝났습니다. 다시 로그인하세요.",
        ),
    ),
    "refresh-reused": problem(
        401,
        ("The refresh token was used before", "이미 사용한 갱신 토큰입니다"),
        (
            "Each refresh token works once. Somebody may have copied it, so the whole session is ended. Log in again.",
            "갱신 토큰은 한 번만 쓸 수 있습니다. 유출되었을 수 있어 세션 전체를 끝냈습니다. 다시 로그인하세요.",
        ),
    ),
    "oidc-refused": problem(
        401,
        ("The login through the provider failed", "외부 로그인에 실패했습니다"),
        (
            "What the provider answered cannot be trusted: {reason}. Begin again.",
            "로그인 제공자의 응답을 신뢰할 수 없습니다({reason}). 처음부터 다시 시도하세요.",
        ),
    ),
    "account-not-linked": problem(
        401,
        ("Nobody here has this account", "연결된 사용자가 없습니다"),
        (
            "No user is linked to this account of {provider}. Log in with your password and link it, or ask for it.",
            "{provider} 계정과 연결된 사용자가 없습니다. 비밀번호로 로그인해 연결하거나 관리자에게 요청하세요.",
        ),
    ),
    "forbidden": problem(
        403,
        ("This is not for you", "권한이 없습니다"),
        (
            "It needs the permission {permission}, which none of your roles, or not this key, includes.",
            "{permission} 권한이 필요하지만, 가진 역할이나 이 키에는 없습니다. 역할은 관리자가 부여합니다.",
        ),
    ),
    "in-person": problem(
        403,
        ("Only for a person who is logged in", "로그인한 사용자만 할 수 있습니다"),
        (
            "It concerns a user's own account; neither the bootstrap token nor an API key has one. POST /api/v1/login.",
            "사용자 본인의 계정에 관한 요청이라 관리자 토큰이나 API 키로는 할 수 없습니다. 로그인하세요.",
        ),
    ),
    "other-site": problem(
        403,
        ("Sent by another site", "다른 사이트에서 보낸 요청입니다"),
        (
            "This form was sent by a page of another site. Log in on the page of Vitalog itself.",
            "다른 사이트의 페이지에서 보낸 양식입니다. Vitalog 페이지에서 직접 로그인하세요.",
        ),
    ),
    "unknown-user": problem(
        404,
        ("There is no such user", "그런 사용자가 없습니다"),
        (
            "No user has the id {id}. GET /api/v1/users lists those there are.",
            "ID가 {id}인 사용자가 없습니다. GET /api/v1/users로 목록을 확인하세요.",
        ),
    ),
    "unknown-api-key": problem(
        404,
        ("There is no such API key", "그런 API 키가 없습니다"),
        (
            "You have no API key with the id {id}. GET /api/v1/api-keys lists yours.",
            "ID가 {id}인 API 키가 없습니다. GET /api/v1/api-keys로 목록을 확인하세요.",
        ),
    ),
    "unknown-provider": problem(
        404,
        ("There is no such login provider", "그런 로그인 제공자가 없습니다"),
        (
            "No login provider is called {id}. GET /api/v1/oidc/providers lists those there are.",
            "{id}(이)라는 로그인 제공자가 없습니다. GET /api/v1/oidc/providers로 목록을 확인하세요.",
        ),
    ),
    "locked": problem(
        429,
        ("Too many wrong logins", "로그인 실패가 너무 많습니다"),
        (
            "After {failures} failures logging in to this account is locked. Try again in {seconds} seconds.",
            "로그인에 {failures}번 실패해 계정이 잠겼습니다. {seconds}초 뒤에 다시 시도하세요.",
        ),
    ),
    "too-many-attempts": problem(
        429,
        ("Too many attempts", "시도가 너무 많습니다"),
        (
            "Too many attempts came from your address. Try again in {seconds} seconds.",
            "같은 주소에서 온 시도가 너무 많습니다. {seconds}초 뒤에 다시 시도하세요.",
        ),
    ),
    "provider-unavailable": problem(
        503,
        ("The login provider does not answer", "로그인 제공자가 응답하지 않습니다"),
        (
            "{provider} cannot be reached at the moment. Log in with your password, or try again later.",
            "지금은 {provider}에 연결할 수 없습니다. 비밀번호로 로그인하거나 나중에 다시 시도하세요.",
        ),
    ),
}
