"""Login providers on real sockets: an OpenID Connect issuer that can be told to misbehave, and a Naver look-alike."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "vitalog-test", "a-client-secret"


class Issuer:
    """Gives a code to whoever asks, as the account ``subject``; each code once."""

    def __init__(self) -> None:
        self.keys: list[Any] = [RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)]
        self.subject, self.email, self.verified = "42", "ann@example.org", True
        self.email_in_user_info = False
        self.claims: dict[str, Any] = {}
        """What ID tokens say instead of the truth; None leaves it out."""
        self.algorithm = "RS256"
        self.described: dict[str, Any] = {}
        self.published: list[Any] | None = None
        """Keys that are shown instead of those there are."""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.url = ""
        self.down = False

    def authorize(self, location: str) -> str:
        """What the browser is sent back with: the address of the callback."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert query["client_id"] == CLIENT
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.down:
            return 503, {}
        match path:
            case "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/keys",
                    "userinfo_endpoint": f"{self.url}/userinfo",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                } | self.described
            case "/keys":
                return 200, {"keys": [key.as_dict(private=False) for key in self.published or self.keys]}
            case "/token":
                return self._token(form)
            case "/userinfo":
                assert authorization == "Bearer access"
                return 200, {"sub": self.subject, "email": self.email, "email_verified": self.verified}
            case _:
                return 404, {}

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or form["client_secret"] != SECRET
            or form["redirect_uri"] != asked["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or challenge.decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300, "nonce": nonce}
        if not self.email_in_user_info:
            claims |= {"email": self.email, "email_verified": self.verified}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        if self.algorithm == "none":
            parts = [json.dumps(part).encode() for part in ({"alg": "none", "kid": "one"}, claims)]
            return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])
        if self.algorithm == "HS256":
            # By hand, as libraries refuse to do it: the key is what everybody can read at /keys.
            parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": self.keys[-1].kid}, claims)]
            text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
            mac = hmac.digest(self.keys[-1].as_pem(private=False), text.encode(), "sha256")
            return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        header = {"alg": self.algorithm, "kid": self.keys[-1].kid}
        return jwt.encode(header, claims, self.keys[-1], algorithms=[self.algorithm])

    def rotate(self) -> None:
        """Sign with a new key, which is published beside the old one."""
        self.keys.append(ECKey.generate_key("P-256", parameters={"kid": "two"}, private=True))
        self.algorithm = "ES256"


class Naver:
    """Naver's three addresses, as its documentation describes them."""

    def __init__(self) -> None:
        self.subject, self.url = "naver-7", ""
        self.codes: dict[str, str] = {}

    def authorize(self, location: str) -> str:
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = query["state"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        if path == "/token":
            if form["client_secret"] != SECRET or self.codes.pop(form["code"], None) != form["state"]:
                return 200, {"error": "invalid_request", "error_description": "wrong code"}
            return 200, {"access_token": "naver-access", "token_type": "bearer", "expires_in": "3600"}
        if path == "/me" and authorization == "Bearer naver-access":
            profile = {"id": self.subject, "email": "ann@example.org", "name": "Ann"}
            return 200, {"resultcode": "00", "message": "success", "response": profile}
        return 401, {"resultcode": "024", "message": "Authentication failed"}


@contextmanager
def serving(provider: Issuer | Naver) -> Generator[str]:
    """On a port of its own until the block ends; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            status, body = provider.answer(urlsplit(self.path).path, form, self.headers.get("Authorization", ""))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = respond  # noqa: N815  http.server looks for these names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
