"""The tables, and a row <-> a feedback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, DateTime, MetaData, String, Table, Text, insert, select
from sqlalchemy.dialects.mysql import DATETIME, LONGTEXT

from assistant.errors import FeedbackError
from assistant.feedback.models import Feedback
from assistant.feedback.records import from_json, to_json

VERSION = "1"
_LONG = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
_MOMENT = DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")  # UTC without saying so: SQLite keeps no zone
_TABLES = MetaData()

FEEDBACK = Table(
    "assistant_feedback",
    _TABLES,
    Column("id", String(32), primary_key=True),
    Column("when", _MOMENT, nullable=False, index=True),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String(32)),
    Column("language", String(8), nullable=False),
    *(Column(name, _LONG, nullable=False) for name in ("comment", "question")),
    *(Column(name, _LONG, nullable=False) for name in ("history", "filters", "reply", "settings")),
)
#: `schema`: the version of the tables; `purged`: the day of the last purge.
META = Table(
    "assistant_feedback_meta",
    _TABLES,
    Column("name", String(16), primary_key=True),
    Column("value", String(64), nullable=False),
)
_JSON = ("history", "filters", "reply", "settings")


def ensure_schema(connection: Connection) -> None:
    """Make the tables where they are missing.

    Raises:
        FeedbackError: they are those of another version of the program.
    """
    _TABLES.create_all(connection)
    version = connection.scalar(select(META.c.value).where(META.c.name == "schema"))
    if version is None:
        connection.execute(insert(META), [{"name": "schema", "value": VERSION}, {"name": "purged", "value": ""}])
    elif version != VERSION:
        raise FeedbackError(
            f"Les avis ont été gardés par une autre version du programme (format {version}, ici {VERSION}) : "
            "mettez l'assistant à jour, ou donnez une autre base avec ASSISTANT_FEEDBACK_URL."
        )


def to_row(feedback: Feedback) -> dict[str, Any]:
    """The values of its columns."""
    values = to_json(feedback)
    texts = {name: clean(values[name]) for name in ("comment", "question")}
    parts = {name: json.dumps(values[name], ensure_ascii=False) for name in _JSON}
    return {**values, **texts, **parts, "when": in_utc(feedback.when)}


def from_row(row: Mapping[str, Any]) -> Feedback:
    """The feedback of a row.

    Raises:
        FeedbackError: the row was changed by hand and makes none.
    """
    try:
        parts = {name: json.loads(row[name]) for name in _JSON}
        return from_json({**row, **parts, "when": row["when"].replace(tzinfo=UTC)})
    except (ValueError, KeyError, TypeError):
        raise FeedbackError(
            f"L'avis {row.get('id')} est abîmé : effacez-le avec « assistant feedback erase {row.get('id')} »."
        ) from None


def in_utc(moment: datetime) -> datetime:
    """As the column holds it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def clean(text: str) -> str:
    """Without what a database cannot hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()
