"""One question to a chat model, whole: at temperature 0 with a fixed seed, in a fixed form where it takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.answering.drafts import DraftError, Trouble

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SEED = 0
#: What of an endpoint's trouble people can mend, after its name. Of the rest another question may be free.
MENDABLE = {
    Trouble.TIMEOUT: "ne répond pas à temps",
    Trouble.DENIED: "refuse l'accès : vérifiez la clé",
    Trouble.BUSY: "est saturé",
    Trouble.DOWN: "est injoignable",
    Trouble.MISSING: "est introuvable à cette adresse",
    Trouble.REJECTED: "refuse la demande",
}


def ask(model: BaseChatModel, text: str, form: dict[str, Any], tokens: int) -> str:
    """What the model says, at most so many tokens. Where it turns the form (`response_format`) down, in free text.

    Raises:
        DraftError: it says nothing, and why.
    """
    from assistant.answering.endpoint import trouble_of

    trouble = Trouble.EMPTY
    for body in ({"response_format": form}, {}):
        try:
            chunks = model.stream(text, extra_body={"max_tokens": tokens, "seed": SEED, **body})
            return "".join(str(chunk.text) for chunk in chunks)
        except Exception as error:  # of httpx, openai, LangChain and json, each with its own tree
            trouble = trouble_of(error)
            if trouble is not Trouble.REJECTED:
                break
    raise DraftError(trouble)


def form_of(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The `response_format` of an object that has exactly these properties."""
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
