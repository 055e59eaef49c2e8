"""What the commands share: settings, and how they end and count."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from assistant import runtime
from assistant.models import Kind
from assistant.settings import Settings

#: An option that takes a kind of note. By value: click would take the members by their English names.
KIND = click.Choice([kind.value for kind in Kind])


def load_settings(**overrides: Any) -> Settings:
    """The settings; the hub is opened only to those that name one of its models."""
    settings = Settings.load(**overrides)
    runtime.prepare(hub=settings.names_hub_model)
    return settings


def fail(message: str, status: int) -> NoReturn:
    """End the command with one message."""
    click.echo(message, err=True)
    sys.exit(status)


def unexpected(error: Exception) -> str:
    """What to say of an error that nobody foresaw."""
    return (
        f"Erreur inattendue ({type(error).__name__} : {error}). Relancez avec « assistant --debug … » et "
        "transmettez le résultat aux développeurs."
    )


def count(number: int, noun: str) -> str:
    """`2 notes`."""
    return f"{number} {noun}{'s' if number > 1 else ''}"


def one_line(text: str) -> str:
    """On one line, without what would command the terminal."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def agreed(question: str) -> bool:
    """Whether the person says yes. No is the answer of who types nothing, and of who is not there to ask."""
    while True:
        try:
            answer = click.prompt(f"{question} [o/N]", default="", show_default=False, prompt_suffix=" ")
        except click.Abort:
            click.echo()
            raise
        if answer.strip().lower() in ("o", "oui"):
            return True
        if answer.strip().lower() in ("", "n", "non"):
            return False
        click.echo("Répondez par o (oui) ou n (non).")
