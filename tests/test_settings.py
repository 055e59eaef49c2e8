"""Settings: where they come from, and one French message for everything that is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant import Settings
from assistant.errors import SettingsError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder and no variable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASSISTANT_CACHE_DIR", raising=False)
    return tmp_path


def toml(folder: Path, text: str) -> None:
    (folder / "assistant.toml").write_text(text, encoding="utf-8")


def message(**given: object) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(**given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_defaults() -> None:
    settings = Settings.load()
    assert (settings.corpus_dir, settings.index_dir) == (Path("corpus"), Path("index"))
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert (settings.max_sentences, settings.max_question_chars) == (3, 2000)
    assert settings.embedding_model is None


def test_arguments_before_variables_before_the_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml(elsewhere, 'port = 1\npassages = 2\nindex_dir = "du fichier"\n')
    monkeypatch.setenv("ASSISTANT_PORT", "3")
    monkeypatch.setenv("ASSISTANT_PASSAGES", "4")
    settings = Settings.load(port=5)
    assert (settings.port, settings.passages, settings.index_dir) == (5, 4, Path("du fichier"))


def test_variables_in_lower_case_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("assistant_port", "8080")
    assert Settings.load().port == 8080


def test_no_env_file_is_read(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("ASSISTANT_PORT=9\n", encoding="utf-8")
    assert Settings.load().port == 7860


def test_they_are_frozen() -> None:
    settings = Settings.load()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ASSISTANT_CORPUS_DIRR", " Vouliez-vous dire ASSISTANT_CORPUS_DIR ?"),
        ("ASSISTANT_INDEXDIR", " Vouliez-vous dire ASSISTANT_INDEX_DIR ?"),
        ("ASSISTANT_EMBEDING_MODEL", " Vouliez-vous dire ASSISTANT_EMBEDDING_MODEL ?"),
        ("ASSISTANT_XYZ", ""),
    ],
)
def test_a_misspelt_variable(monkeypatch: pytest.MonkeyPatch, name: str, hint: str) -> None:
    monkeypatch.setenv(name, "x")
    assert message() == f"Réglage inconnu : {name}.{hint}"


def test_all_misspelt_variables_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PORTT", "1")
    monkeypatch.setenv("ASSISTANT_HOSTT", "1")
    assert "ASSISTANT_HOSTT" in message()
    assert "ASSISTANT_PORTT" in message()


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", "")
    monkeypatch.setenv("ASSISTANT_EMBEDDING_MODEL", "")
    settings = Settings.load()
    assert (settings.port, settings.embedding_model) == (7860, None)


def test_other_programs_variables_are_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANTE_PORT", "1")
    monkeypatch.setenv("MY_ASSISTANT_PORT", "1")
    assert Settings.load().port == 7860


WRONG = [
    ("port", "abc", "un nombre entier est attendu"),
    ("port", "0", "la valeur doit être au moins 1"),
    ("port", "65536", "la valeur doit être au plus 65535"),
    ("port", "80.5", "un nombre entier est attendu"),
    ("passages", "-1", "la valeur doit être au moins 1"),
    ("chunk_tokens", "9999", "la valeur doit être au plus 510"),
    ("embedding_dtype", "int8", "valeurs possibles : 'auto', 'float32' ou 'bfloat16'"),
]


@pytest.mark.parametrize(("name", "value", "what"), WRONG)
def test_a_wrong_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name.upper()}", value)
    assert message() == f"Réglage ASSISTANT_{name.upper()} : {what}, reçu « {value} »."


def test_all_wrong_values_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", "abc")
    monkeypatch.setenv("ASSISTANT_PASSAGES", "abc")
    assert message().count("un nombre entier est attendu") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'abc'", "Réglage ASSISTANT_PORT : un nombre entier est attendu, reçu « abc »."),
        ("port = 8.5", "Réglage ASSISTANT_PORT : un nombre entier est attendu, reçu « 8.5 »."),
        ("port = [1]", "Réglage ASSISTANT_PORT : un nombre entier est attendu, reçu « [1] »."),
        ("host = 1", "Réglage ASSISTANT_HOST : un texte est attendu, reçu « 1 »."),
        ("corpus_dir = 1", "Réglage ASSISTANT_CORPUS_DIR : un chemin est attendu, reçu « 1 »."),
    ],
)
def test_a_wrong_value_of_the_file(elsewhere: Path, text: str, said: str) -> None:
    toml(elsewhere, text)
    assert message() == said


def test_a_misspelt_name_of_the_file(elsewhere: Path) -> None:
    toml(elsewhere, "prot = 1")
    assert message().startswith("Réglage inconnu : prot. Vouliez-vous dire ")


@pytest.mark.parametrize("text", ["port = ", "[", "port 1", "\x00"])
def test_a_file_that_is_no_toml(elsewhere: Path, text: str) -> None:
    toml(elsewhere, text)
    assert message().startswith("Le fichier assistant.toml n'est pas du TOML valide")


def test_a_file_that_is_not_utf8(elsewhere: Path) -> None:
    (elsewhere / "assistant.toml").write_bytes('host = "é"'.encode("latin-1"))
    assert message().startswith("Le fichier assistant.toml n'est pas du TOML valide")


@pytest.mark.parametrize("text", ["port = 'abc'", "port = ", "[", "prot = 1", "host = 1"])
def test_no_word_of_english(elsewhere: Path, text: str) -> None:
    toml(elsewhere, text)
    said = message().lower()
    assert [
        word for word in ("input", "should", "invalid", "expected", "extra", "valid ", "error") if word in said
    ] == []


def test_a_setting_of_the_code_that_does_not_exist() -> None:
    assert message(prot=1).startswith("Réglage inconnu : prot.")
