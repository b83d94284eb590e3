"""What may be sent about users, logins and keys: strict models; what a value may be is the domain's decision."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from api.problems import FieldError, Problem
from domain.identity.events import Role
from domain.identity.user import Language, Particulars

UserId = Annotated[str, Path(description="UUID of the user.")]
KeyId = Annotated[str, Path(description="UUID of the API key.")]
ProviderName = Annotated[str, Path(max_length=60, description="Name of the login provider, from the settings.")]
_PASSWORD = Field(max_length=1000, description="12 to 128 characters.", json_schema_extra={"format": "password"})
_CODE = Field(max_length=20, description="The six digits that the app shows now.")


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Login(_Input):
    """Who wants to log in."""

    email: str = Field(max_length=300)
    password: str = _PASSWORD
    code: str | None = Field(None, max_length=20, description="One-time code, if the account asks for one.")


class Refresh(_Input):
    """The refresh token of the last login or refresh. It works once."""

    refresh_token: str = Field(max_length=200)


class NewPassword(_Input):
    """The old password, and the new one."""

    old: str = _PASSWORD
    password: str = _PASSWORD


class Code(_Input):
    """A one-time code."""

    code: str = _CODE


class NewUser(_Input):
    """Somebody who may log in."""

    email: str = Field(max_length=300)
    name: str = Field(max_length=1000, description="1 to 200 characters.")
    language: Language = "en"
    roles: list[Role] = Field(default_factory=list[Role])
    patient_id: str | None = Field(None, max_length=60, description="Whose record is the user's own.")
    password: str | None = Field(None, max_length=1000, description="Without one: link an account, or reset it later.")

    def particulars(self) -> Particulars:
        """As the domain takes it."""
        return Particulars(
            email=self.email, name=self.name, language=self.language, roles=self.roles, patient_id=self.patient_id
        )


class UserChanges(_Input):
    """What is left out stays."""

    email: str | None = Field(None, max_length=300)
    name: str | None = Field(None, max_length=1000)
    language: Language | None = None
    patient_id: str | None = Field(None, max_length=60, description="null: no record is the user's own.")

    def changes(self) -> dict[str, Any]:
        """Only what was sent. Raises ``Problem``: null where a value cannot be absent."""
        sent = self.model_dump(exclude_unset=True)
        empty = [name for name, value in sent.items() if value is None and name != "patient_id"]
        if empty:
            errors = [FieldError(f"/{name}", "Send a value, or leave the field out to keep it.") for name in empty]
            raise Problem("invalid", errors=errors)
        return sent


class GivenRole(_Input):
    """A role to grant."""

    role: Role


class Reset(_Input):
    """A new password for somebody who cannot log in."""

    password: str | None = Field(None, max_length=1000, description="Without one it is made up, and shown once.")
    remove_totp: bool = Field(default=False, description="Ask for no one-time code any more: the device is lost.")


class NewLink(_Input):
    """Who the user is at a login provider."""

    provider: str = Field(max_length=60)
    subject: str = Field(min_length=1, max_length=255, description="The provider's id of the account.")


class AskedKey(_Input):
    """An API key to be issued."""

    model_config = ConfigDict(extra="forbid", strict=False)
    label: str = Field(max_length=500, description="1 to 100 characters: what it is for.")
    scopes: list[str] = Field(max_length=50, description="Permissions, of those you have.")
    expires_at: datetime = Field(description="Within 366 days.")


class Switch(_Input):
    """Whether the bootstrap token works."""

    works: bool
