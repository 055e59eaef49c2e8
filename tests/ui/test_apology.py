"""What members read where something fails: never an address, a path or a key."""

from __future__ import annotations

import pytest

from assistant.errors import (
    EmbeddingServiceError,
    IndexCorruptError,
    IndexServerError,
    QuestionError,
    VectorsMissingError,
)
from assistant.ui.apology import APOLOGY, UNAVAILABLE, for_members


@pytest.mark.parametrize("kind", [EmbeddingServiceError, IndexServerError, VectorsMissingError])
def test_a_service_that_fails_is_said_to_be_away(kind: type[Exception], caplog: pytest.LogCaptureFixture) -> None:
    assert for_members(kind("Le serveur 10.0.0.4:8000 : il est injoignable.")) == UNAVAILABLE
    assert "10.0.0.4:8000" in caplog.text, "the operator is told"


def test_other_faults_are_ours_and_those_of_a_question_are_theirs() -> None:
    assert for_members(IndexCorruptError("/srv/index est abîmé")) == APOLOGY
    assert for_members(QuestionError("La question est vide.")) == "La question est vide."
