"""The only reader of the environment: every variable is checked at once, and no message ever holds a value."""

import re
import ssl
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from sqlalchemy.engine import URL, make_url

# A browser leaves the default port out of the Origin header, so `https://todo.example:443` would never match one.
ORIGIN = re.compile(r"(http(?!.*:80$)|https(?!.*:443$))://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")
HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-fA-F:]+")
# What may stand behind the "?" of DATABASE_URL, and the forms of its values. A deployment refuses what would end here:
# settings/database-parameters.ts has the same.
PARAMETERS = {
    "ssl": "disable|allow|prefer|require|verify-ca|verify-full",
    "prepared_statement_cache_size": "[0-9]+",
    "statement_cache_size": "[0-9]+",
    "command_timeout": r"(?=.*[1-9])[0-9]+(\.[0-9]+)?",
    "target_session_attrs": "any|primary|standby|read-write|read-only|prefer-standby",
}
# What is no longer part of user or password for one driver or another, unless it is escaped.
UNESCAPED = re.compile(r"[@/?#\[\]]|%(?![0-9A-Fa-f]{2})|%00")


class BadEnvironment(Exception):
    """One sentence that names every missing or malformed variable."""


def _database_url(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if re.search(r"\s", value):
        raise ValueError("it contains white space, perhaps a newline at its end")
    if not value.startswith("postgresql+asyncpg://"):
        raise ValueError("it does not start with postgresql+asyncpg:// (a plain postgresql:// names another driver)")
    try:
        url: URL | None = make_url(value)
    except Exception:  # what SQLAlchemy raises here quotes the URL
        url = None
    # An unescaped "@" in the password ends up in the host, which is the one part that error messages may show.
    account, _, place = value.partition("://")[2].rpartition("@")
    if url is None or not url.host or not HOST.fullmatch(url.host) or not url.username or not url.database:
        raise ValueError("user, host or database cannot be read from it; percent-encode special characters")
    if UNESCAPED.search(account):
        raise ValueError("user or password holds a special character; percent-encode it")
    # SQLAlchemy drops a parameter without a value, and makes a tuple of one that is there twice.
    given = parse_qsl(place.partition("?")[2], keep_blank_values=True)
    if len({name for name, _ in given}) < len(given):
        raise ValueError("a parameter is there twice")
    if not all(re.fullmatch(PARAMETERS.get(name, "(?!)"), text) for name, text in given):
        raise ValueError(
            f"of parameters it may have {', '.join(PARAMETERS)} alone, with values that these can have: "
            "ssl=require, not sslmode=require"
        )
    return secret


def _header_value(secret: SecretStr) -> SecretStr:
    if not re.fullmatch("[!-~]+", secret.get_secret_value()):
        raise ValueError("it contains white space or other characters that no HTTP header may hold")
    return secret


def _origins(value: object) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in str(value).split(","))
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("one of its parts is not an origin as a browser sends it")
    return origins


def _trimmed_url(value: str) -> str:
    return value.rstrip("/")


Secret = Annotated[SecretStr, Field(min_length=32)]


class DatabaseSettings(BaseModel):
    """What the migration needs; it runs without the other secrets."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    DATABASE_URL: Annotated[
        SecretStr,
        AfterValidator(_database_url),
        Field(description="postgresql+asyncpg://user:password@host:port/database, optionally with ?ssl=require"),
    ]

    @property
    def url(self) -> URL:
        """Without parameters: these are connect_args."""
        return make_url(self.DATABASE_URL.get_secret_value()).set(query={})

    @property
    def hidden(self) -> list[str]:
        """What no message may hold: the URL and its password, escaped and not."""
        value = self.DATABASE_URL.get_secret_value()
        _, _, escaped = value.partition("://")[2].rpartition("@")[0].partition(":")
        return [text for text in (value, escaped, self.url.password) if text]

    @property
    def connect_args(self) -> dict[str, Any]:
        """The parameters of the URL, of the types that asyncpg wants; SQLAlchemy hands them on as texts."""
        kinds = {"prepared_statement_cache_size": int, "statement_cache_size": int, "command_timeout": float}
        given = make_url(self.DATABASE_URL.get_secret_value()).query
        arguments: dict[str, Any] = {name: kinds.get(name, str)(text) for name, text in given.items()}
        # Behind a pooler that gives each transaction another connection no statement may be kept. SQLAlchemy keeps them
        # by the one, asyncpg by the other, so either means both.
        caches = ("prepared_statement_cache_size", "statement_cache_size")
        if 0 in (arguments.get(name) for name in caches):
            arguments.update(dict.fromkeys(caches, 0))
        if str(arguments.get("ssl")).startswith("verify"):
            # asyncpg looks for certificates in the user's home, which no container has; this knows those of the system.
            context = ssl.create_default_context()
            context.check_hostname = arguments["ssl"] == "verify-full"
            arguments["ssl"] = context
        return arguments


class Settings(DatabaseSettings):
    BACKEND_ENV: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,62}$", description="the name of the environment, such as dev or prod"
    )
    BACKEND_HOST: str = Field("0.0.0.0", pattern=f"^({HOST.pattern})$", description="an address to listen on")  # noqa: S104
    BACKEND_PORT: int = Field(8000, ge=1, le=65535, description="a port from 1 to 65535")
    METRICS_PORT: int | None = Field(None, ge=1, le=65535, description="a port from 1 to 65535, or nothing")
    CORS_ORIGINS: Annotated[
        tuple[str, ...],
        BeforeValidator(_origins),
        Field(description="exact origins separated by commas, such as https://todo.example or http://localhost:3000"),
    ]
    POOL_SIZE: int = Field(ge=1, le=100, description="1 to 100 connections kept open")
    MAX_OVERFLOW: int = Field(ge=0, le=200, description="0 to 200 connections beyond POOL_SIZE")
    POOL_TIMEOUT: float = Field(gt=0, le=300, description="up to 300 seconds to wait for a free connection")
    CHAT_MAX_MESSAGES: int = Field(ge=1, le=200, description="1 to 200 messages in one chat request")
    SECRET_KEY: Secret = Field(description="at least 32 characters")
    AUTH_SECRET: Secret = Field(description="at least 32 characters")
    OPENAI_API_KEY: Annotated[SecretStr, AfterValidator(_header_value)] | None = Field(
        None, description="a key of printable ASCII characters without white space, or nothing"
    )
    OPENAI_BASE_URL: Annotated[str, AfterValidator(_trimmed_url)] = Field(
        "https://api.openai.com/v1",
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$",
        description="an http:// or https:// address",
    )
    OPENAI_MODEL: str = Field("gpt-4o-mini", pattern=r"^[!-~]+$", description="the name of a model")


T = TypeVar("T", bound=DatabaseSettings)


def read_environment(model: type[T], environment: Mapping[str, str]) -> T:
    """Parses `model` from the environment; an empty variable counts as missing. Raises BadEnvironment."""
    present = {name: environment[name] for name in model.model_fields if environment.get(name)}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        problems = {str(problem["loc"][0]): problem for problem in error.errors(include_input=False)}
        sentence = "; ".join(_problem(model, name, str(problem["msg"])) for name, problem in problems.items())
    raise BadEnvironment(f"todo-backend cannot start: {sentence}; correct this in its environment and start it again.")


def _problem(model: type[DatabaseSettings], name: str, message: str) -> str:
    found = "missing" if message == "Field required" else "malformed"
    reason = message.removeprefix("Value error, ")
    detail = f" because {reason}" if reason != message else ""
    return f"{name} is {found}{detail} (expected {model.model_fields[name].description})"
