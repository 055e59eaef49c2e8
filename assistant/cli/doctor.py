"""`assistant doctor`: whether all is there."""

from __future__ import annotations

import sys

import click


@click.command()
def doctor() -> None:
    """Vérifie que tout ce qu'il faut est là, et dit quoi faire sinon."""
    from assistant.doctor import examine

    checks = examine()
    for check in checks:
        click.echo(f"{'✓' if check.passed else '✗'} {check.name} : {check.message}")
    if not all(check.passed for check in checks):
        sys.exit(1)
