"""What can be set, and what is said when it is set wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import UserError
from infra.settings import Settings, unknown_settings


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.region, settings.log_format) == (
        "127.0.0.1",
        8080,
        "local",
        "console",
    )


def test_every_setting_also_comes_from_a_file(tmp_path: Path) -> None:
    values = {
        "HOST": "0.0.0.0",
        "PORT": "9090",
        "DATA_DIR": "/srv/vitalog",
        "ADMIN_TOKEN": "correct-horse",
        "DATABASE_URL": "postgresql://vitalog:pw@db/vitalog",
        "MIGRATION_DATABASE_URL": "postgresql://owner:pw@db/vitalog",
        "NATS_URL": "nats://a:4222,nats://b:4222",
        "LOG_FORMAT": "json",
        "REGION": "seoul-1",
        "URL": "https://vitalog.example",
    }
    for name, value in values.items():
        (tmp_path / name).write_text(value + "\n")
    from_files = Settings.from_environment({f"VITALOG_{name}_FILE": str(tmp_path / name) for name in values})
    assert from_files == Settings.from_environment({f"VITALOG_{name}": value for name, value in values.items()})
    assert from_files.admin_token == "correct-horse"


def test_a_setting_and_its_file_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("1")
    with pytest.raises(UserError, match="Both VITALOG_PORT and VITALOG_PORT_FILE"):
        Settings.from_environment({"VITALOG_PORT": "1", "VITALOG_PORT_FILE": str(tmp_path / "port")})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"VITALOG_ADMIN_TOKEN_FILE names .*/none, which cannot be read"):
        Settings.from_environment({"VITALOG_ADMIN_TOKEN_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "70000", "VITALOG_PORT is '70000'; it must be a number from 1 to 65535."),
        ("PORT", "http", "it must be a number from 1 to 65535."),
        ("PORT", "0", "it must be a number from 1 to 65535."),
        ("LOG_FORMAT", "xml", "VITALOG_LOG_FORMAT is 'xml'; it must be console or json."),
        ("REGION", "Süd", "small letters, digits and hyphens"),
        ("NATS_URL", "http://nats", "VITALOG_NATS_URL must be a URL that begins with nats://."),
        ("DATABASE_URL", "db:5432", "VITALOG_DATABASE_URL must be a URL that begins with postgresql://."),
        ("DATABASE_URL", "postgresql://db:99999/x", "VITALOG_DATABASE_URL must be a URL"),
        ("ADMIN_TOKEN", "short", "8 or more letters, digits or signs"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_it_may_be(name: str, value: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        Settings.from_environment({f"VITALOG_{name}": value})
    assert sentence in str(refused.value)
    assert refused.value.exit_code == 2


def test_secrets_do_not_show() -> None:
    secret = "hunter2-hunter2"
    settings = Settings.from_environment(
        {
            "VITALOG_ADMIN_TOKEN": secret,
            "VITALOG_DATABASE_URL": f"postgresql://vitalog:{secret}@db/vitalog",
            "VITALOG_NATS_URL": f"nats://{secret}@nats",
        }
    )
    assert secret not in repr(settings)
    with pytest.raises(UserError) as refused:
        Settings.from_environment({"VITALOG_DATABASE_URL": f"mysql://root:{secret}@db"})
    assert secret not in str(refused.value)


def test_an_unknown_setting_is_named_with_the_nearest_known_one() -> None:
    assert unknown_settings(
        {"VITALOG_PROT": "1", "VITALOG_PORT": "1", "VITALOG_ADMIN_TOKEN_FILE": "x", "PATH": "/"}
    ) == ["VITALOG_PROT is no setting and is ignored; is VITALOG_PORT meant?"]
    assert unknown_settings({"VITALOG_XYZZY": "1"}) == ["VITALOG_XYZZY is no setting and is ignored."]


def test_without_a_migration_url_the_database_url_serves() -> None:
    settings = Settings.from_environment({"VITALOG_DATABASE_URL": "postgresql://a@db/v"})
    assert settings.require_migration_database_url() == "postgresql://a@db/v"


def test_a_process_started_by_itself_refuses_to_run_without_the_master_key(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="VITALOG_MASTER_KEY_FILE is not set"):
        Settings.from_environment({}).require_master_key_file()
    with pytest.raises(UserError, match="there is no such file"):
        Settings.from_environment({"VITALOG_MASTER_KEY_FILE": str(tmp_path / "none")}).require_master_key_file()


def test_the_time_zone_is_one_that_exists() -> None:
    assert Settings.from_environment({}).time_zone == "UTC"
    assert Settings.from_environment({"VITALOG_TIME_ZONE": "Asia/Seoul"}).time_zone == "Asia/Seoul"
    for wrong in ("Asia/Atlantis", "../../etc/passwd", "KST+9"):
        with pytest.raises(UserError, match="IANA time zone"):
            Settings.from_environment({"VITALOG_TIME_ZONE": wrong})


def test_the_public_url_has_no_final_slash() -> None:
    said = Settings.from_environment({"VITALOG_PUBLIC_URL": "https://health.example.org/"})
    assert said.public_url == "https://health.example.org"
