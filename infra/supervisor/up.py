"""The sequence of ``vitalog up``: lock, servers, migrations, processes; then watch over them; then back in reverse."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import FrameType

import httpx
import structlog

from infra.clinical_tables import read_tables
from infra.errors import UserError
from infra.settings import Settings
from infra.supervisor.child import Child, end_all
from infra.supervisor.data_dir import DataDir, require_free_port
from infra.supervisor.self_watch import SelfWatch, is_switched_off
from infra.supervisor.servers import Servers, bring_up_to_date, start_servers
from infra.words import t

PROCESSES: Mapping[str, Sequence[str]] = {
    name: (sys.executable, "-m", "infra", name) for name in ("api", "prober", "relay", "projector")
}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_READY_PATIENCE_S = 60.0
_HOPELESS = 3
"""Crashes in a row before the first "ready" after which starting is given up."""
_ROUND_S = 30.0
_log = structlog.get_logger(__name__)


class _StopNow(BaseException):
    """A signal came while starting; whatever was begun is undone."""


class Supervisor:
    """Runs once. ``say`` prints a line for the person at the terminal."""

    def __init__(
        self, settings: Settings, *, say: Callable[[str], None], processes: Mapping[str, Sequence[str]] = PROCESSES
    ) -> None:
        self._settings = settings
        self._say = say
        self._table = processes
        self._children: list[Child] = []
        self._servers: Servers | None = None
        self._wake = threading.Event()
        self._phase = "starting"
        self._data_dir: DataDir | None = None
        self._url = ""
        self._announced: dict[str, int] = {}

    def run(self) -> int:
        """Until SIGINT, SIGTERM or SIGHUP; a second signal ends everything at once. Returns the exit code, 0.

        Raises:
            UserError: it cannot start, with what to do.
        """
        begun = time.monotonic()
        with ExitStack() as stack:
            self._hear_signals(stack)
            try:
                self._start(stack, begun)
            except _StopNow:
                self._say(t("Stopping before everything was started."))
                return 0
            except BaseException:
                self._phase = "stopping"
                raise
            self._watch()
            self._say(t("Stopping: processes finish what they have begun (Ctrl-C again stops at once)."))
        self._say(t("Stopped. Everything is kept in {path}.", path=self._settings.data_dir))
        return 0

    def _hear_signals(self, stack: ExitStack) -> None:
        for number in (*_SIGNALS, signal.SIGCHLD):
            before = signal.getsignal(number)
            if number == signal.SIGHUP and before == signal.SIG_IGN:
                continue  # nohup: meant to outlive its terminal
            signal.signal(number, self._on_signal)
            stack.callback(signal.signal, number, before or signal.SIG_DFL)

    def _start(self, stack: ExitStack, begun: float) -> None:
        settings = self._settings
        read_tables(settings)  # what is wrong with them is said here, not by a process that ends again and again
        data_dir = DataDir(settings.data_dir)
        stack.callback(data_dir.close)
        require_free_port(settings)
        token_file = data_dir.admin_token(settings.admin_token)
        key_file = data_dir.master_key(settings.master_key_file)
        kek = (
            {"VITALOG_KEK": settings.kek}
            if settings.kek
            else {"VITALOG_KEK_FILE": str(data_dir.kek(settings.kek_file))}
        )
        self._say(_starting(settings))
        self._servers = servers = start_servers(settings, stack)
        applied = bring_up_to_date(servers.database_url, servers.owner_url)
        if applied:
            self._say(t("Bringing the database up to date: {names}", names=", ".join(applied)))
        self._say(t("Starting {names}", names=", ".join(self._table)))
        environment = _child_environment(settings) | {
            "VITALOG_ADMIN_TOKEN_FILE": str(token_file),
            "VITALOG_MASTER_KEY_FILE": str(key_file),
            "VITALOG_DATABASE_URL": servers.database_url,
            "VITALOG_NATS_URL": servers.nats_url,
            **kek,
        }
        self._children = [Child(name, argv, environment) for name, argv in self._table.items()]
        stack.callback(lambda: end_all(self._children))
        for child in self._children:
            child.start()
        url = _url(settings)
        self._data_dir, self._url = data_dir, url
        self._announce(servers)
        ready = self._wait_until_ready(url)
        self._phase = "running"
        self._say("")
        token = token_file.read_text().strip()
        works = not (ready and is_switched_off(url, token))
        self._say(_welcome(settings, url, token if works else None, ready, time.monotonic() - begun))
        watch = SelfWatch(settings.data_dir, url, token, servers, say=self._say)
        threading.Thread(target=watch.register, name="self-watch", daemon=True).start()

    def _wait_until_ready(self, url: str) -> bool:
        """Until the API says so; False when the processes run but it does not say so in time."""
        deadline = time.monotonic() + _READY_PATIENCE_S
        with httpx.Client(trust_env=False, timeout=2) as client:
            while time.monotonic() < deadline:
                self._look_after_children()
                for child in self._children:
                    if child.crashes >= _HOPELESS:
                        raise UserError(
                            t(
                                "The process {name} ended {n} times while starting (exit code {code}); "
                                "what it said is above.",
                                name=child.name,
                                n=child.crashes,
                                code=child.last_exit,
                            )
                        )
                try:
                    if client.get(f"{url}/readyz").status_code == 200:
                        return True
                except httpx.HTTPError:
                    pass
                self._wake.wait(0.05)
                self._wake.clear()
        return False

    def _watch(self) -> None:
        while self._phase == "running":
            self._wake.clear()
            wanted = self._look_after_children()
            if self._servers is not None:
                self._servers.keep_logs_small()
                wanted = min(wanted, self._servers.revive())
                self._announce(self._servers)
            self._wake.wait(wanted)

    def _look_after_children(self) -> float:
        """Seconds until the next look."""
        return min([_ROUND_S, *(wanted for child in self._children if (wanted := child.look_after()) is not None)])

    def _announce(self, servers: Servers) -> None:
        """Keep run.json true: a process that was started again has another pid."""
        pids = servers.embedded_pids() | {child.name: child.pid for child in self._children if child.pid is not None}
        if self._data_dir is not None and pids != self._announced:
            self._data_dir.say_running(self._url, pids)
            self._announced = pids

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._wake.set()
        if number == signal.SIGCHLD:
            return
        if self._phase == "starting":
            self._phase = "stopping"
            raise _StopNow
        if self._phase == "running":
            self._phase = "stopping"
            return
        for child in self._children:
            child.kill()
        if self._servers is not None:
            self._servers.kill()


def _child_environment(settings: Settings) -> dict[str, str]:
    """The caller's environment without what is set for each process, plus what every process is told."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VITALOG_")}
    return kept | {
        "VITALOG_HOST": settings.host,
        "VITALOG_PORT": str(settings.port),
        "VITALOG_DATA_DIR": str(settings.data_dir),
        "VITALOG_LOG_FORMAT": settings.log_format,
        "VITALOG_REGION": settings.region,
        "VITALOG_TIME_ZONE": settings.time_zone,
        **({"VITALOG_PUBLIC_URL": settings.public_url} if settings.public_url else {}),
        **({"VITALOG_TABLES_DIR": str(settings.tables_dir)} if settings.tables_dir else {}),
        **({"VITALOG_OIDC": settings.oidc} if settings.oidc else {}),
        **({"VITALOG_TRUSTED_PROXIES": ",".join(settings.trusted_proxies)} if settings.trusted_proxies else {}),
    }


def _url(settings: Settings) -> str:
    """Where this machine reaches the API."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return (
        f"http://[{host}]:{settings.port}"
        if ":" in host and not host.startswith("[")
        else f"http://{host}:{settings.port}"
    )


def _starting(settings: Settings) -> str:
    own = [
        *([] if settings.database_url else ["PostgreSQL 18"]),
        *([] if settings.nats_url else ["NATS JetStream"]),
    ]
    return t("Starting {names}", names=" + ".join(own)) if own else t("Using the PostgreSQL and the NATS you named")


def _welcome(settings: Settings, url: str, token: str | None, ready: bool, seconds: float) -> str:
    """``token``: None when it is switched off."""
    state = (
        t("Vitalog is ready ({s} s).", s=f"{seconds:.1f}")
        if ready
        else t("Vitalog runs, but is not ready yet; {url}/readyz?verbose says why.", url=url)
    )
    file = settings.data_dir / "admin-token"
    lines = [
        (t("Address"), url),
        (
            t("Admin token"),
            t("switched off; log in with `vitalog login`")
            if token is None
            else f"{token}   ({t('kept in {file}', file=file)})",
        ),
        (t("Data"), str(settings.data_dir)),
        (t("Stop"), t("Ctrl-C, or kill {pid}", pid=os.getpid())),
    ]
    column = max(_columns(name) for name, _ in lines) + 2
    return "\n".join([state, *(f"  {name}:{' ' * (column - _columns(name))}{value}" for name, value in lines), ""])


def _columns(text: str) -> int:
    """What a terminal needs for it: a Korean letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
