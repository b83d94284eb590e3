"""What may be probed and expected, and what is taken out of it before it is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.monitoring import targets
from domain.monitoring.targets import http, postgres, tcp
from domain.refusal import Refused


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("http", "http://localhost"),
        ("http", "https://example.org:8443/health?a=b#c"),
        ("http", "HTTP://[::1]:8080/"),
        ("http", "http://xn--3e0b707e.kr/"),
        ("http", "http://한국.kr/상태?이름=값"),
        ("http", "http://user:p%40ss@my_host.internal./"),
        ("tcp", "localhost:4222"),
        ("tcp", "[::1]:22"),
        ("tcp", "tcp://10.0.0.1:1"),
        ("postgres", "postgresql://u:p@db.example:5433/app?sslmode=require"),
        ("postgres", "postgres://u@/app?host=/var/run/postgresql"),
        ("postgres", "postgresql://u:p@%2Ftmp%2Fsocket/app"),
        ("push", ""),
    ],
)
def test_a_proper_target_is_taken(kind, target):
    targets.check(kind, target, {})
    clean, secrets = targets.split_credentials(target)
    targets.check(kind, clean, {})
    assert targets.restore(clean, {}, secrets)[0] == target


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("http", ""),
        ("http", "example.org"),
        ("http", "ftp://example.org/"),
        ("http", "http://"),
        ("http", "http:///path"),
        ("http", "http://host:70000/"),
        ("http", "http://host:0/"),
        ("http", "http://host:eighty/"),
        ("http", "http://a b/"),
        ("http", "http://host/\r\nX: y"),
        ("http", "http://host/\x00"),
        ("http", "http://-a.example/"),
        ("http", "http://256.1.1.1/"),
        ("http", "http://::1/"),
        ("http", "http://[::1/"),
        ("http", "http://[zz]/"),
        ("http", "http://" + "a" * 64 + ".example/"),
        ("http", "http://example.org/" + "x" * 2_000),
        ("tcp", "localhost"),
        ("tcp", "localhost:70000"),
        ("tcp", "udp://localhost:1"),
        ("tcp", "localhost:1/path"),
        ("tcp", "user@localhost:1"),
        ("postgres", "mysql://h/db"),
        ("postgres", "postgresql:///db"),
        ("postgres", "postgresql://h:99999/db"),
        ("postgres", "postgresql://h/db?sslkey=/etc/shadow"),
        ("postgres", "postgresql://h/db?service=x"),
        ("postgres", "postgresql://h/db?sslmode=maybe"),
        ("postgres", "postgresql://h/host%3Dother"),
        ("postgres", "postgresql://h,i/db"),
        ("postgres", "postgresql:///db?host=/a,/b"),
        ("push", "http://x/"),
        ("icmp", "host"),
    ],
)
def test_an_impossible_target_is_refused_with_a_sentence(kind, target):
    with pytest.raises(Refused) as refused:
        targets.check(kind, target, {})
    assert refused.value.field in {"target", "kind"}
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "expect",
    [
        {"colour": "blue"},
        {"method": "BREW"},
        {"method": 1},
        {"status": "abc"},
        {"status": "299-200"},
        {"status": "99"},
        {"status": []},
        {"status": [200, None]},
        {"headers": {"a b": "c"}},
        {"headers": {"a": "c\r\nX: y"}},
        {"headers": {"Content-Length": "1"}},
        {"headers": {"A": "1", "a": "2"}},
        {"body": "x"},
        {"keyword": ""},
        {"keyword": "x", "method": "HEAD"},
        {"json": {"path": "$["}},
        {"json": {"path": ""}},
        {"json": {"path": "a.b"}},
        {"json": {"path": "$..a..b"}},
        {"json": {"path": "$[?match(@.a, '(a+)+b')]"}},
        {"json": {"equals": 1}},
        {"max_body_bytes": 0},
        {"max_body_bytes": 1 << 30},
        {"verify_tls": "no"},
    ],
)
def test_impossible_expectations_are_refused_with_a_sentence(expect):
    with pytest.raises(Refused) as refused:
        targets.check("http", "http://localhost/", expect)
    assert refused.value.field == "expect"


def test_a_refusal_does_not_repeat_a_secret():
    for target in ("https://user:hunter2", "postgresql://user:hunter2", "https://user:hunter2/x@host/"):
        with pytest.raises(Refused) as refused:
            targets.check("postgres" if target.startswith("post") else "http", target, {})
        assert "hunter2" not in str(refused.value)


def test_everything_secret_is_taken_out_and_put_back():
    target = "https://me:pw@example.org/a?page=1&api_key=k1&Token=t%20t&token=&api_key=k2#f"
    expect = {"headers": {"Authorization": "Bearer x", "Accept": "y"}, "method": "POST", "body": "b", "keyword": "k"}
    split = targets.split_secrets(target, expect)
    assert split.target == "https://***@example.org/a?page=1&api_key=***&Token=***&token=&api_key=***#f"
    assert split.expect == expect | {"headers": {"Authorization": "***", "Accept": "***"}, "body": "***"}
    assert split.secrets == {
        "userinfo": "me:pw",
        "query:api_key": "k1",
        "query:Token": "t%20t",
        "query:api_key#2": "k2",
        "header:authorization": "Bearer x",
        "header:accept": "y",
        "body": "b",
    }
    assert split.kept == frozenset()
    assert targets.restore(split.target, split.expect, split.secrets) == (target, expect)


def test_a_masked_value_stands_for_the_stored_secret():
    split = targets.split_secrets("https://***@example.org/", {"headers": {"A": "***", "B": "new"}})
    assert split.kept == {"userinfo", "header:a"}
    assert split.secrets == {"header:b": "new"}
    with pytest.raises(KeyError, match="userinfo"):
        targets.restore(split.target, split.expect, split.secrets)


def test_the_role_of_a_database_without_a_password_is_no_secret():
    assert targets.split_credentials("postgresql://watcher@db/app") == ("postgresql://watcher@db/app", {})
    clean, secrets = targets.split_credentials("postgresql://watcher:pw@db/app?password=pw2")
    assert clean == "postgresql://***@db/app?password=***"
    assert secrets == {"userinfo": "watcher:pw", "query:password": "pw2"}


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_splitting_takes_any_input_and_restores_it(target, headers):
    headers = {name.lower(): value for name, value in headers.items() if value != "***"}
    split = targets.split_secrets(target, {"headers": headers})
    if not split.kept:
        assert targets.restore(split.target, split.expect, split.secrets) == (target.strip(), {"headers": headers})


@given(st.text(max_size=60))
def test_any_text_is_either_taken_or_refused(text):
    for check in (http.check, tcp.check, postgres.check):
        for target in (text, f"http://{text}", f"postgresql://{text}"):
            try:
                check(target, {})
            except Refused:
                continue


@pytest.mark.parametrize("path", ["$" + "[0,0]" * 30, "$" + "['a','a']" * 5, "$.a[?@[0,0][0,0][0,0][0,0][0,0]]"])
def test_a_json_path_whose_cost_multiplies_is_refused(path):
    with pytest.raises(Refused, match="commas"):
        targets.check("http", "http://x/", {"json": {"path": path}})


def test_commas_in_names_are_not_alternatives():
    path = """$['a,b,c,d,e,f','it\\'s,,,,,'].x["g,h,i,j,k,l"]"""
    targets.check("http", "http://x/", {"json": {"path": path}})
