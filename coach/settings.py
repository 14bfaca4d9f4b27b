"""One frozen Settings, read once, in the cli, from the environment and .env."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.errors import SetupError


class Settings(BaseSettings):
    """What the user can set. Times are in seconds, sizes in what their name says."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    coach_model: str | None = None
    coach_second_model: str | None = None
    coach_embedder: str = "lsa"
    coach_chroma_url: str | None = None
    coach_home: Path | None = None
    coach_timeout: float = Field(default=120.0, gt=0)
    coach_poll: float = Field(default=30.0, gt=0)
    coach_max_tries: int = Field(default=6, ge=1, le=20)
    coach_price_in: float | None = Field(default=None, ge=0)
    coach_price_cached: float | None = Field(default=None, ge=0)
    coach_price_out: float | None = Field(default=None, ge=0)

    @field_validator("coach_home")
    @classmethod
    def _is_path(cls, home: Path | None) -> Path | None:
        if home is not None and "\0" in str(home):
            raise ValueError("a path holds no NUL character")
        try:
            return home and home.expanduser()
        except RuntimeError as error:
            raise ValueError(f"{home} names a user whose home is not known") from error

    @field_validator("openai_base_url", "coach_chroma_url")
    @classmethod
    def _is_url(cls, url: str | None) -> str | None:
        """Only what cannot be taken apart is refused here; the rest is found when it is used."""
        if url is not None and urlsplit(url).port == 0:
            raise ValueError("port 0 cannot be reached")
        return url

    @property
    def has_model(self) -> bool:
        """True where a key or a server was given, so that the llm grader can be used."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @cached_property
    def data_dir(self) -> Path:
        """Folder of what the user must not lose: coach.db, guides/, index/."""
        if self.coach_home is not None:
            return self.coach_home
        return Path(platformdirs.user_data_dir("coach", appauthor=False))

    @cached_property
    def cache_dir(self) -> Path:
        """Folder of what can be rebuilt at any time."""
        if self.coach_home is not None:
            return self.coach_home / "cache"
        return Path(platformdirs.user_cache_dir("coach", appauthor=False))


def read_settings() -> Settings:
    """Settings from the environment and ./.env; raises SetupError that names the wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise SetupError(f"Settings are wrong: {wrong}. Check the environment and .env.") from error
    except UnicodeDecodeError as error:
        raise SetupError(f".env is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise SetupError(f".env cannot be read: {error.strerror}.") from error
