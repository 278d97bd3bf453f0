import ssl
import time

import pytest
from conftest import environment, run

from todo_backend.settings import BadEnvironment, DatabaseSettings, Settings, read_environment

URL = "postgresql+asyncpg://u:pw-canary@db:5432/todo"
REQUIRED = [
    "DATABASE_URL", "BACKEND_ENV", "CORS_ORIGINS", "POOL_SIZE", "MAX_OVERFLOW",
    "POOL_TIMEOUT", "CHAT_MAX_MESSAGES", "SECRET_KEY", "AUTH_SECRET",
]  # fmt: skip


def test_the_process_stops_at_once_with_one_sentence_for_everything_that_is_wrong() -> None:
    start = time.monotonic()
    result = run("todo_backend", environment(SECRET_KEY=None, AUTH_SECRET="short-canary", POOL_SIZE="many-canary"))
    assert time.monotonic() - start < 5  # a second in a container; the machine of a test may be busy
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "todo-backend cannot start: "
        "POOL_SIZE is malformed (expected 1 to 100 connections kept open); "
        "SECRET_KEY is missing (expected at least 32 characters); "
        "AUTH_SECRET is malformed (expected at least 32 characters); "
        "correct this in its environment and start it again.\n"
    )


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""])
def test_each_required_variable_is_missed(name: str, value: str | None) -> None:
    with pytest.raises(BadEnvironment) as error:
        read_environment(Settings, environment(**{name: value}))
    assert str(error.value).startswith(f"todo-backend cannot start: {name} is missing (expected ")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DATABASE_URL", URL.replace("+asyncpg", ""), "does not start with postgresql+asyncpg://"),
        ("DATABASE_URL", f"{URL}\n", "contains white space"),
        ("DATABASE_URL", URL.replace("pw-", "pw@-"), "percent-encode"),
        ("DATABASE_URL", URL.replace("5432", "canary"), "percent-encode"),
        ("DATABASE_URL", "postgresql+asyncpg://canary", "percent-encode"),
        ("DATABASE_URL", f"{URL}?sslmode=require", "not sslmode=require"),
        ("DATABASE_URL", f"{URL}?ssl=canary", "ssl"),
        ("DATABASE_URL", f"{URL}?ssl=", "ssl=require"),
        ("DATABASE_URL", f"{URL}?ssl=true", "ssl=require"),
        ("DATABASE_URL", f"{URL}?ssl=require&ssl=disable", "twice"),
        ("DATABASE_URL", f"{URL}?application_name=canary", "of parameters it may have ssl,"),
        ("DATABASE_URL", f"{URL}?statement_cache_size=many", "of parameters it may have ssl,"),
        ("DATABASE_URL", f"{URL}?command_timeout=0.0", "of parameters it may have ssl,"),
        ("DATABASE_URL", URL.replace("pw-", "p/w-"), "special character; percent-encode"),
        ("DATABASE_URL", URL.replace("pw-", "p%w-"), "special character; percent-encode"),
        ("DATABASE_URL", URL.replace("pw-", "p[w]-"), "special character; percent-encode"),
        ("CORS_ORIGINS", "*", "not an origin"),
        ("CORS_ORIGINS", "http://ok.example,canary", "not an origin"),
        ("CORS_ORIGINS", "https://canary.example/", "not an origin"),
        ("CORS_ORIGINS", "https://canary.example:443", "not an origin"),
        ("CORS_ORIGINS", "http://canary.example:80", "not an origin"),
        ("BACKEND_ENV", "Canary!", "name of the environment"),
        ("BACKEND_PORT", "70000", "1 to 65535"),
        ("BACKEND_HOST", "canary/", "address to listen on"),
        ("MAX_OVERFLOW", "-1", "0 to 200"),
        ("POOL_TIMEOUT", "canary", "300 seconds"),
        ("POOL_TIMEOUT", "nan", "300 seconds"),
        ("CHAT_MAX_MESSAGES", "0", "1 to 200"),
        ("OPENAI_API_KEY", "canary\n", "printable ASCII"),
        ("OPENAI_BASE_URL", "ftp://canary", "http:// or https://"),
        ("OPENAI_BASE_URL", "http://user:canary@host/v1", "http:// or https://"),
    ],
)
def test_malformed_values_are_named_and_never_shown(name: str, value: str, reason: str) -> None:
    with pytest.raises(BadEnvironment) as error:
        read_environment(Settings, environment(**{name: value}))
    text = str(error.value)
    assert f"{name} is malformed" in text and reason in text
    assert "canary" not in text.lower() and error.value.__cause__ is None


@pytest.mark.parametrize("url", [URL, f"{URL}?ssl=require", "postgresql+asyncpg://u:p%40w@[::1]/todo"])
def test_good_values_are_read(url: str) -> None:
    settings = read_environment(Settings, environment(DATABASE_URL=url, OPENAI_BASE_URL="http://llm:11434/v1/"))
    assert settings.OPENAI_BASE_URL == "http://llm:11434/v1"
    assert settings.OPENAI_API_KEY is None and settings.BACKEND_PORT == 8000
    assert settings.CORS_ORIGINS == ("http://localhost:30300", "https://todo.example")
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("", {}),
        ("?ssl=require&target_session_attrs=any", {"ssl": "require", "target_session_attrs": "any"}),
        ("?command_timeout=2.5&statement_cache_size=20", {"command_timeout": 2.5, "statement_cache_size": 20}),
        ("?statement_cache_size=0", {"statement_cache_size": 0, "prepared_statement_cache_size": 0}),
        ("?prepared_statement_cache_size=0", {"statement_cache_size": 0, "prepared_statement_cache_size": 0}),
        ("?prepared_statement_cache_size=5", {"prepared_statement_cache_size": 5}),
    ],
)
def test_parameters_are_what_asyncpg_wants(parameters: str, arguments: dict[str, object]) -> None:
    settings = read_environment(DatabaseSettings, environment(DATABASE_URL=f"{URL}{parameters}"))
    assert settings.connect_args == arguments
    assert settings.url.render_as_string(hide_password=False) == URL


@pytest.mark.parametrize(("mode", "named"), [("verify-ca", False), ("verify-full", True)])
def test_a_certificate_is_checked_against_those_of_the_system(mode: str, named: bool) -> None:
    context = read_environment(DatabaseSettings, environment(DATABASE_URL=f"{URL}?ssl={mode}")).connect_args["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, named)
