"""Figures and moments in French."""

from __future__ import annotations

from datetime import datetime

from assistant.evaluation.metrics import BY_NAME


def number(value: float, unit: str = "", *, signed: bool = False) -> str:
    """`0,957`; `123 ms`."""
    form = f"{value:{'+' if signed else ''}.{0 if unit else 3}f}"
    return f"{form.replace('.', ',')} {unit}".rstrip()


def interval(low: float, high: float, unit: str = "", *, signed: bool = False) -> str:
    """`0,896 à 0,983`; `100 à 133 ms`."""
    first = number(low, unit, signed=signed).removesuffix(f" {unit}")
    return f"{first} à {number(high, unit, signed=signed)}"


def percent(value: float) -> str:
    """`95,7 %`."""
    return f"{100 * value:.1f} %".replace(".", ",")


def moment(iso: str) -> str:
    """`25/11/2026 à 10:12`, in the time of this machine."""
    return f"{datetime.fromisoformat(iso).astimezone():%d/%m/%Y à %H:%M}" if iso else "inconnu"


def definition(name: str) -> str:
    """What a figure means; of those drawn from several metrics, from which."""
    if name in BY_NAME:
        return BY_NAME[name].definition
    return _DRAWN.get(name, "")


_DRAWN = {
    "refusal_precision": "Des questions qu'il refuse, la part de celles que les notes laissent sans réponse.",
    "refusal_recall": "Des questions que les notes laissent sans réponse, la part qu'il refuse.",
    "refusal_f1": "La moyenne harmonique des deux.",
    "answer_precision": "Des questions auxquelles il répond, la part de celles auxquelles les notes répondent.",
    "answer_recall": "Des questions auxquelles les notes répondent, la part auxquelles il répond.",
    "answer_f1": "La moyenne harmonique des deux.",
    "ece": "L'écart moyen entre la confiance affichée et la part de questions auxquelles les notes répondent vraiment, "
    "par tranches d'un dixième. Le moins possible.",
    "latency_p50": "La moitié des réponses viennent plus vite.",
    "latency_p95": "Une réponse sur vingt prend plus longtemps.",
}
