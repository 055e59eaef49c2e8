"""A chat model as a judge: what it is asked, what it said, how far people agree with it."""

from assistant.evaluation.judging.judge import Judge
from assistant.evaluation.judging.verdicts import judge_agreements, unjudged

__all__ = ["Judge", "judge_agreements", "unjudged"]
