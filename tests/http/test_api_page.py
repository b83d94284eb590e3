"""The page at /: everything at a glance, in both languages, without a script or a file from another host."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest


class Markup(HTMLParser):
    """What a browser would load, run or read out."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


async def story(product: Any) -> None:
    """One monitor up, one down, one paused, one nobody has looked at."""
    now = product.services.commands.clock.now()
    up = await product.register("Up & <running>")
    await product.observe(up["id"], *["pass"] * 5, until=now, every_s=1.0)
    down = await product.register("Broken", target="https://example.org/" + "x" * 500)
    await product.observe(down["id"], "pass", "fail", "fail", until=now + timedelta(seconds=1), every_s=1.0)
    paused = await product.register("Asleep")
    await product.http.post(f"/api/v1/monitors/{paused['id']}/pause")
    last = await product.register("Unseen")
    await product.read("/incidents", last["position"])
    await product.read(f"/monitors/{last['id']}", last["position"])


@pytest.mark.parametrize(
    ("language", "sentence", "words"),
    [
        ("en", "1 monitor is down", ["Open incidents", "No data", "Paused", "nothing observed", "Reload"]),
        ("ko", "모니터 1개가 중단되었습니다", ["진행 중인 장애", "데이터 없음", "일시 중지", "관측 없음", "새로 고침"]),
    ],
)
async def test_the_page_tells_the_state_in_the_readers_language(
    product: Any, language: str, sentence: str, words: list[str]
) -> None:
    await story(product)
    by_choice = await product.http.get(f"/?lang={language}")
    by_header = await product.http.get("/", headers={"Accept-Language": language})
    for page in (by_choice, by_header):
        assert page.status_code == 200
        assert f"<h1>{sentence}</h1>" in page.text
        assert f'<html lang="{language}">' in page.text
        assert all(word in page.text for word in words)
    assert "Up &amp; &lt;running&gt;" in by_choice.text


async def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(product: Any) -> None:
    await story(product)
    for path in ("/", "/api/docs", "/problems/stale", "/login"):
        page = await product.http.get(path)
        markup = Markup(page.text)
        assert not markup.all("script")
        assert not [tag for tag, attributes in markup.tags if "style" in attributes or tag == "style"]
        for _, attributes in markup.tags:
            assert not any(name.startswith("on") for name in attributes)
        loaded = [link["href"] for link in markup.all("link")] + [image["src"] for image in markup.all("img")]
        assert loaded
        for address in loaded:
            assert address
            assert re.fullmatch(r"/[\w.]+\?v=\w+", address)
            assert (await product.http.get(address)).status_code == 200
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"


async def test_the_page_can_be_read_out(product: Any) -> None:
    await story(product)
    markup = Markup((await product.http.get("/")).text)
    for landmark in ("header", "nav", "main", "h1"):
        assert len(markup.all(landmark)) == 1
    bars = [svg for svg in markup.all("svg") if svg.get("class") == "bars"]
    assert len(bars) == 4
    for svg in markup.all("svg"):
        assert svg.get("aria-hidden") == "true" or (svg["role"] == "img" and svg["aria-label"])
    # It reloads by itself only for those who asked: a reader with a screen reader would lose the place.
    assert not [meta for meta in markup.all("meta") if meta.get("http-equiv") == "refresh"]
    asked = Markup((await product.http.get("/?reload=1")).text)
    assert [meta for meta in asked.all("meta") if meta.get("http-equiv") == "refresh"]


async def test_an_empty_page_says_how_to_begin(product: Any) -> None:
    page = await product.http.get("/")
    assert "Nothing is being watched yet" in page.text
    assert "vitalog monitor add" in page.text


@pytest.mark.parametrize(
    "query", ["?tz=Asia/Seoul", "?tz=Mars/Olympus", "?tz=../etc/passwd", "?lang=xx", "?tz=%00", "?tz="]
)
async def test_a_strange_choice_is_ignored(product: Any, query: str) -> None:
    page = await product.http.get(f"/{query}")
    assert page.status_code == 200
    assert ("(Asia/Seoul)" in page.text) is (query == "?tz=Asia/Seoul")


async def test_the_page_asks_the_database_as_often_for_many_monitors_as_for_one(product: Any, monkeypatch: Any) -> None:
    from projections.queries import rows as reading

    asked = 0
    real = reading.rows

    async def counting(*values: Any) -> Any:
        nonlocal asked
        asked += 1
        return await real(*values)

    for module in ("monitors", "uptime", "latency", "incidents"):
        monkeypatch.setattr(f"projections.queries.{module}.rows", counting)
    numbers = []
    for _ in range(2):
        made = [await product.register(f"m{n}") for n in range(20)][-1]
        await product.read(f"/monitors/{made['id']}", made["position"])
        asked = 0
        assert (await product.http.get("/")).status_code == 200
        numbers.append(asked)
    assert numbers[0] == numbers[1] <= 12
