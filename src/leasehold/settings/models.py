"""Where settings are stored: the row that decides licensing, and everything else by name."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from leasehold.kit.models import NOW, Base, plain


class Runtime(Base):
    """One row, read in the same transaction as each decision about a license."""

    __tablename__ = "runtime"

    only_row: Mapped[bool] = plain(Boolean, primary_key=True, server_default=text("true"))
    service_pulse: Mapped[datetime] = plain(server_default=text("'epoch'"))
    available_since: Mapped[datetime] = plain(server_default=text("'epoch'"))
    heartbeat_interval: Mapped[int] = plain(Integer, server_default=text("30"))
    session_timeout: Mapped[int] = plain(Integer, server_default=text("60"))
    api_key_epoch: Mapped[int] = plain(BigInteger, server_default=text("1"))
    oldest_supported_schema: Mapped[int] = plain(Integer, server_default=text("1"))


class SettingRow(Base):
    """A setting that was changed from its default."""

    __tablename__ = "settings"

    name: Mapped[str] = plain(primary_key=True)
    value: Mapped[Any] = plain(JSONB)
    updated_at: Mapped[datetime] = plain(server_default=NOW)
