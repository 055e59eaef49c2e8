"""The evaluators' pages at /evaluation: the runs, one of them, its cases one by one, each with one's verdict."""

from assistant.ui.evaluation.routes import PATH, evaluation_place

__all__ = ["PATH", "evaluation_place"]
