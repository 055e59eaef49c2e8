"""A conversation -> the messages of the chat. Pure functions; all that is shown is escaped."""

from __future__ import annotations

from typing import Literal, TypedDict

from assistant.dates import format_day_range
from assistant.language import quoted, tr
from assistant.models import Answer, NearestNote, Passage, Reason, Refusal, Sentence
from assistant.ui.addresses import note_url
from assistant.ui.conversation import Conversation, Exchange
from assistant.ui.filters import describe
from assistant.ui.markup import escape, escape_line, inline, note_date

PENDING = "Recherche dans les notes…"
READING = "Lecture des passages trouvés dans :"
STOPPED = "Réponse interrompue à votre demande."
NEAREST = "Notes les plus proches, sans garantie qu’elles répondent :"
#: What is said above a refusal.
_REFUSED = {
    Reason.NOT_IN_CORPUS: "Pas de réponse dans les notes",
    Reason.TOO_VAGUE: "Question trop vague",
    Reason.FUTURE_OR_UNKNOWN_DATE: "Rien à cette date",
    Reason.OUT_OF_SCOPE: "Ce n’est pas une question sur les notes",
}
#: From this confidence on, these words; the first that fits.
_CONFIDENCE = {
    0.8: "Confiance élevée : les notes répondent à la question.",
    0.5: "Confiance moyenne : vérifiez que le passage répond bien à la question.",
    0.0: "Confiance faible : le passage est proche de la question, sans y répondre à coup sûr.",
}


class Message(TypedDict):
    """A message as Gradio's Chatbot takes it."""

    role: Literal["user", "assistant"]
    content: str


def messages(conversation: Conversation) -> list[Message]:
    """The whole chat: two messages an exchange."""
    return [message for exchange in conversation for message in _pair(exchange)]


def confidence_words(confidence: float) -> str:
    """How sure an answer is, in words."""
    return tr(_CONFIDENCE[next(least for least in _CONFIDENCE if confidence >= least)])


def _pair(exchange: Exchange) -> tuple[Message, Message]:
    question = "<br>".join(escape_line(line) for line in exchange.question.splitlines())
    return (
        {"role": "user", "content": f'<div class="asked">{question}</div>'},
        {"role": "assistant", "content": _framed(exchange)},
    )


def _framed(exchange: Exchange) -> str:
    # The style sheet shows by this class what can be done: stop an answer, or ask again.
    state = "reply unfinished" if exchange.unfinished else "reply"
    return f'<div class="{state}" id="reponse-{exchange.number}">{_reply(exchange)}</div>'


def _reply(exchange: Exchange) -> str:
    if exchange.error:
        return f'<p class="failed">{escape_line(exchange.error)}</p>'
    stopped = f'<p class="stopped">{tr(STOPPED)}</p>' if exchange.stopped else ""
    if exchange.pending:
        return _understood(exchange) + (stopped or _pending(exchange.passages))
    body = _refusal(exchange.refusal) if exchange.refusal else _answer(exchange)
    return _understood(exchange) + body + stopped


def _pending(passages: tuple[Passage, ...]) -> str:
    """What is being done: searching, then reading what was found."""
    if not passages:
        return f'<p class="pending">{tr(PENDING)}</p>'
    titles = dict.fromkeys(passage.note.title for passage in passages)
    found = " ; ".join(quoted(escape_line(title)) for title in list(titles)[:3])
    return f'<p class="pending">{tr(READING)} {found}</p>'


def _understood(exchange: Exchange) -> str:
    lines = []
    if exchange.understood and exchange.understood != exchange.question:
        lines.append(tr("Question comprise ainsi : « {question} »").format(question=escape_line(exchange.understood)))
    if exchange.filters:
        lines.append(tr("Filtres : {filters}").format(filters=escape_line(describe(exchange.filters))))
    return "".join(f'<p class="understood">{line}</p>' for line in lines)


def _answer(exchange: Exchange) -> str:
    titles = {citation.number: citation.title for citation in exchange.citations}
    said = f"<p>{' '.join(_sentence(sentence, exchange.number, titles) for sentence in exchange.sentences)}</p>"
    if not isinstance(exchange.reply, Answer):
        return said
    sure = f'<p class="confidence">{escape_line(confidence_words(exchange.reply.confidence))}</p>'
    return _notice(exchange.reply) + said + sure


def _notice(answer: Answer) -> str:
    """Before the sentences: that they correct the question, or answer another, must not be read last."""
    if answer.notice is None:
        return ""
    return f'<p class="notice{" corrects" if answer.corrects else ""}">{escape_line(answer.notice)}</p>'


def _sentence(sentence: Sentence, exchange: int, titles: dict[int, str]) -> str:
    links = "".join(_cite(f"#source-{exchange}-{number}", number, titles) for number in sentence.citations)
    return f"{inline(' '.join(sentence.text.split()))}{_dates(sentence)} {links}"


def _dates(sentence: Sentence) -> str:
    """What the sentence's relative dates mean: the reader does not have the note's date before their eyes."""
    read = [f"{d.text} : {format_day_range(d.first, d.last)}" for d in sentence.dates]
    return f' <span class="dates">({escape_line(" ; ".join(read))})</span>' if read else ""


def _cite(anchor: str, number: int, titles: dict[int, str]) -> str:
    return f'<a class="cite" href="{anchor}" title="{escape_line(titles.get(number, ""))}">[{number}]</a>'


def _refusal(refusal: Refusal) -> str:
    head = f'<p class="verdict">{escape_line(tr(_REFUSED[refusal.reason]))}</p>'
    text = f"<p>{escape_line(refusal.text)}</p>"
    nearest = ""
    if refusal.nearest:
        nearest = f'<p class="nearest">{tr(NEAREST)}</p><ul>{"".join(map(_nearest, refusal.nearest))}</ul>'
    return f'<div class="refused">{head}{text}{nearest}</div>'


def _nearest(note: NearestNote) -> str:
    link = f'<a href="{note_url(note.note_id)}" target="_blank" rel="noopener">{escape_line(note.title)}</a>'
    return f"<li>{link} ({escape(note_date(note.date))})</li>"
