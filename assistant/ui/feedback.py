"""What a member thinks of the last reply: two buttons, a form, and the way back. Nothing is kept before a press."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.feedback import (
    MAX_COMMENT,
    REASONS,
    Feedback,
    FeedbackReason,
    FeedbackStore,
    kept_settings,
    new_id,
)
from assistant.language import current, tr
from assistant.serialise import reply_to_json
from assistant.settings import Settings
from assistant.ui.conversation import Conversation, Exchange, history
from assistant.ui.markup import escape_line

logger = logging.getLogger(__name__)

HELPFUL, TO_REVIEW = "Réponse utile", "Réponse à revoir"
CHOSEN_HELPFUL, CHOSEN_TO_REVIEW = "Votre avis : réponse utile", "Votre avis : réponse à revoir"
ASKED = "Cette réponse vous est-elle utile ?"
KEPT = (
    "Votre avis garde la question, les échanges qui la précèdent, la réponse et ses passages pendant {days} jours, "
    "sans votre nom."
)
THANKS = "Merci, votre avis est enregistré."
WITHDRAWN = "Votre avis est retiré : rien n’en est gardé."
FAILED = "Votre avis n’a pas pu être enregistré. Votre texte est toujours là : réessayez dans un instant."
TOO_LONG = "Le commentaire est trop long : {length} caractères pour {most} au plus."
LOST = "Cette conversation n’est plus sur le serveur : reposez la question pour donner votre avis."
ADD, CHANGE = "Ajouter un commentaire", "Modifier mon commentaire"

Update = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class _Opinion:
    """Of one exchange, by its number: what is kept of it, and what is being written (helpful or not)."""

    number: int
    kept: Feedback | None = None
    writing: bool | None = None


class FeedbackForm:
    """The form, built where the call stands among the Blocks; then `connect` it to the conversation.

    Args:
        store: where opinions go; a form over one that takes none builds nothing and updates nothing.
        settings: what is kept of them goes with each opinion.
    """

    def __init__(self, store: FeedbackStore, settings: Settings) -> None:
        self.store = store
        self.settings = kept_settings(settings) if store.enabled else {}
        self.outputs: list[gr.blocks.Block] = []
        if store.enabled:
            self._build()

    def connect(self, conversation: gr.State) -> None:
        """Let its buttons act on the last exchange of the conversation that has a reply."""
        if not self.store.enabled:
            return
        told = [conversation, self._opinion]
        self._on(self._up, self._press_up, [*told, self._comment])
        self._on(self._down, self._press_down, told)
        self._on(self._send, self._press_send, [*told, self._reason, self._comment])
        self._on(self._cancel, self._press_cancel, told)
        self._on(self._more, self._press_more, told)
        self._on(self._withdraw, self._press_withdraw, told)

    def reset(self) -> Update:
        """Hide it: a question is being answered, or the conversation begins anew."""
        return {} if not self.store.enabled else self._view(None, fill=True) | {self._box: gr.update(visible=False)}

    def shown(self, exchange: Exchange) -> Update:
        """Show it for this exchange, if it has a reply."""
        if not self.store.enabled or exchange.reply is None:
            return self.reset()
        self.store.purge_quietly()
        return self._view(_Opinion(exchange.number), fill=True)

    def _build(self) -> None:
        with gr.Column(elem_id="feedback", visible=False) as self._box:
            with gr.Row(elem_classes="ask"):
                _html(f"<p>{escape_line(tr(ASKED))}</p>")
                self._up = _button(tr(HELPFUL))
                self._down = _button(tr(TO_REVIEW))
            with gr.Column(visible=False, elem_classes="form") as self._form:
                choices = [(tr(words), reason.value) for reason, words in REASONS.items()]
                self._reason = gr.Radio(choices, label=tr("Qu’est-ce qui ne va pas ?"), visible=False)
                self._comment = gr.Textbox(
                    label=tr("Commentaire (facultatif)"),
                    info=tr("N’y mettez pas de données personnelles."),
                    max_length=MAX_COMMENT,
                    lines=2,
                    max_lines=6,
                )
                with gr.Row():
                    self._send = _button(tr("Envoyer"), "primary")
                    self._cancel = _button(tr("Annuler"))
            self._said = _html(classes="live")
            with gr.Row(visible=False, elem_classes="after") as self._after:
                self._more = _button(tr(ADD))
                self._withdraw = _button(tr("Retirer mon avis"))
            _html(f'<p class="kept">{escape_line(tr(KEPT).format(days=self.store.days))}</p>')
            self._opinion = gr.State(None)
        self.outputs = [self._box, self._up, self._down, self._form, self._reason, self._comment]
        self.outputs += [self._said, self._after, self._more, self._opinion]

    def _on(self, button: gr.Button, work: Callable[..., Update], inputs: list[Any]) -> None:
        button.click(work, inputs=inputs, outputs=self.outputs, show_progress="hidden", api_visibility="private")

    def _view(self, opinion: _Opinion | None, said: str = "", *, fill: bool = False) -> Update:
        """All that is shown of an opinion, and one line. What was typed stays, unless `fill` puts what was sent."""
        kept = opinion.kept if opinion else None
        writing = opinion.writing if opinion else None
        up, down = kept is not None and kept.helpful, kept is not None and not kept.helpful
        reason = {"value": kept.reason and kept.reason.value if kept else None} if fill else {}
        comment = {"value": kept.comment if kept else ""} if fill else {}
        return {
            self._box: gr.update(visible=True),
            self._up: _pressed(tr(CHOSEN_HELPFUL if up else HELPFUL), up),
            self._down: _pressed(tr(CHOSEN_TO_REVIEW if down else TO_REVIEW), down),
            self._form: gr.update(visible=writing is not None),
            self._reason: gr.update(visible=writing is False, **reason),
            self._comment: gr.update(**comment),
            self._said: f"<p>{escape_line(said)}</p>" if said else "",
            self._after: gr.update(visible=kept is not None and writing is None),
            self._more: gr.update(value=tr(CHANGE if kept and kept.comment else ADD)),
            self._opinion: opinion,
        }

    def _press_up(self, conversation: Conversation, opinion: _Opinion | None, typed: str | None) -> Update:
        begun = bool(opinion and opinion.writing is not None and (typed or "").strip())
        # A comment that was begun is neither kept unsent nor lost: its form stays open.
        return self._keep(conversation, opinion, True, None, None, writing=True if begun else None)

    def _press_down(self, conversation: Conversation, opinion: _Opinion | None) -> Update:
        return self._write(conversation, opinion, False)

    def _press_more(self, conversation: Conversation, opinion: _Opinion | None) -> Update:
        return self._write(conversation, opinion, opinion is None or opinion.kept is None or opinion.kept.helpful)

    def _press_send(
        self, conversation: Conversation, opinion: _Opinion | None, reason: str | None, comment: str | None
    ) -> Update:
        typed = (comment or "").strip()
        if len(typed) > MAX_COMMENT:
            return self._tell(tr(TOO_LONG).format(length=len(typed), most=MAX_COMMENT))
        helpful = bool(opinion and opinion.writing)
        return self._keep(conversation, opinion, helpful, FeedbackReason(reason) if reason else None, typed)

    def _press_cancel(self, conversation: Conversation, opinion: _Opinion | None) -> Update:
        return self._view(replace(opinion, writing=None) if opinion else None)

    def _press_withdraw(self, conversation: Conversation, opinion: _Opinion | None) -> Update:
        if opinion is None or opinion.kept is None:
            return self._view(opinion)
        identity = opinion.kept.id
        if not self._done(lambda: self.store.withdraw(identity)):
            return self._tell(tr(FAILED))
        return self._view(_Opinion(opinion.number), tr(WITHDRAWN))

    def _write(self, conversation: Conversation, opinion: _Opinion | None, helpful: bool) -> Update:
        """Open the form on what is kept already."""
        exchange, _ = _last_answered(conversation)
        if exchange is None:
            return self._tell(tr(LOST))
        now = _of(opinion, exchange)
        return self._view(replace(now, writing=helpful), fill=now.writing is None)

    def _keep(
        self,
        conversation: Conversation,
        opinion: _Opinion | None,
        helpful: bool,
        reason: FeedbackReason | None,
        comment: str | None,
        writing: bool | None = None,
    ) -> Update:
        """Keep an opinion; a comment of None leaves the one that there is, `writing` leaves the form open."""
        exchange, earlier = _last_answered(conversation)
        if exchange is None:
            return self._tell(tr(LOST))
        before = _of(opinion, exchange).kept or self._begun(exchange, earlier)
        reason = None if helpful else reason
        kept = replace(before, helpful=helpful, reason=reason, comment=before.comment if comment is None else comment)
        if not self._done(lambda: self.store.save(kept)):
            return self._tell(tr(FAILED))
        return self._view(_Opinion(exchange.number, kept, writing), tr(THANKS))

    def _begun(self, exchange: Exchange, earlier: Conversation) -> Feedback:
        assert exchange.reply is not None
        return Feedback(
            id=new_id(),
            when=datetime.now(UTC),
            helpful=True,
            question=exchange.question,
            reply=reply_to_json(exchange.reply),
            history=history(earlier),
            filters=exchange.filters,
            settings=self.settings,
            language=current().value,
        )

    def _tell(self, said: str) -> Update:
        """One line, and all that was typed left as it is."""
        return {self._said: f'<p class="failed">{escape_line(said)}</p>'}

    def _done(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except AssistantError as error:
            logger.error("%s", error)  # for the operator: it names files of the machine
            return False
        except Exception:
            logger.exception("L'avis d'un membre n'a pas pu être gardé ou retiré")
            return False
        return True


def _of(opinion: _Opinion | None, exchange: Exchange) -> _Opinion:
    return opinion if opinion and opinion.number == exchange.number else _Opinion(exchange.number)


def _last_answered(conversation: Conversation) -> tuple[Exchange | None, Conversation]:
    """The last exchange with a reply, and those before it."""
    for index in range(len(conversation) - 1, -1, -1):
        if conversation[index].reply is not None:
            return conversation[index], conversation[:index]
    return None, ()


def _pressed(words: str, is_pressed: bool) -> Any:
    return gr.update(value=words, variant="primary" if is_pressed else "secondary")


def _button(words: str, variant: str = "secondary") -> gr.Button:
    return gr.Button(words, variant=variant, size="sm", scale=0, min_width=120)


def _html(value: str = "", classes: str | None = None) -> gr.Markdown:
    return gr.Markdown(value, elem_classes=classes, sanitize_html=True, latex_delimiters=[], padding=False)
