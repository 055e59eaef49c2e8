"""Questions to propose: worded from the notes, and asked before anybody sees them."""

from assistant.proposals.proposer import Proposer

__all__ = ["Proposer"]
