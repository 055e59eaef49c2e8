"""`assistant doctor`: whether all is there."""

from __future__ import annotations

import json
import sys

import click

_MARKS = {"ok": "✓", "warning": "!", "failure": "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Écrit un tableau JSON.")
def doctor(as_json: bool) -> None:
    """Vérifie que tout ce qu'il faut est là, et dit quoi faire sinon.

    Sort avec 1 si un point est en échec (✗) ; un point à savoir (!) n'empêche rien.
    """
    from assistant.doctor import examine

    checks = examine()
    if as_json:
        told = [{"name": check.name, "found": check.found.value, "message": check.message} for check in checks]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for check in checks:
            click.echo(f"{_MARKS[check.found]} {check.name} : {check.message}")
    if not all(check.passed for check in checks):
        sys.exit(1)
