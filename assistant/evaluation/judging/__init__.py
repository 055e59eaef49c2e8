"""A chat model as a judge: what it is asked, what it said, how far people agree with it."""

from assistant.evaluation.judging.judge import Judge
from assistant.evaluation.judging.prompts import SEED
from assistant.evaluation.judging.verdicts import judge_agreements, unjudged

__all__ = ["SEED", "Judge", "judge_agreements", "unjudged"]
