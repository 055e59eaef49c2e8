"""Settings out of a secrets folder: their place among the sources, and one French message for what cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant import Settings, secret_files
from assistant.errors import SettingsError

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The secrets folder that the environment names, and nothing else in the current folder."""
    made = tmp_path / "secrets"
    made.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_SECRETS_DIR", str(made))
    return made


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def key(settings: Settings) -> str:
    assert isinstance(settings.chat_api_key, SecretStr)
    return settings.chat_api_key.get_secret_value()


def test_variables_before_secrets_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "assistant.toml").write_text("port = 1\npassages = 2\nmax_sentences = 2\n", encoding="utf-8")
    (folder / "assistant_port").write_text("3", encoding="utf-8")
    (folder / "assistant_passages").write_text("4", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_PORT", "5")
    settings = Settings.load()
    assert (settings.port, settings.passages, settings.max_sentences) == (5, 4, 2)


@pytest.mark.parametrize("content", ["clé-1", "clé-1\n", "clé-1\r\n", "  clé-1\n\n"])
def test_line_ends_and_blanks_are_no_part_of_a_secret(folder: Path, content: str) -> None:
    (folder / "assistant_chat_api_key").write_bytes(content.encode())
    assert key(Settings.load()) == "clé-1"


def test_a_name_in_upper_case_and_a_list(folder: Path) -> None:
    (folder / "ASSISTANT_CHAT_API_KEY").write_text("a", encoding="utf-8")
    (folder / "assistant_allowed_hosts").write_text("exemple.fr, *.exemple.org\n", encoding="utf-8")
    settings = Settings.load()
    assert (key(settings), settings.allowed_hosts) == ("a", ("exemple.fr", "*.exemple.org"))


def test_links_as_kubernetes_makes_them(folder: Path) -> None:
    (folder / "..2026").mkdir()
    (folder / "..2026" / "assistant_chat_api_key").write_text("a\n", encoding="utf-8")
    (folder / "..data").symlink_to("..2026")
    (folder / "assistant_chat_api_key").symlink_to("..data/assistant_chat_api_key")
    assert key(Settings.load()) == "a"


def test_an_empty_secret_says_nothing(folder: Path) -> None:
    (folder / "assistant_chat_api_key").write_text("\n", encoding="utf-8")
    (folder / "assistant_port").touch()
    settings = Settings.load()
    assert (settings.chat_api_key, settings.port) == (None, 7860)


def test_the_file_may_name_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTANT_SECRETS_DIR")
    (folder.parent / "assistant.toml").write_text('secrets_dir = "secrets"\n', encoding="utf-8")
    (folder / "assistant_port").write_text("3", encoding="utf-8")
    assert Settings.load().port == 3


def test_files_of_other_programs_are_theirs(folder: Path) -> None:
    (folder / "postgres_password").write_bytes(b"\xff")
    (folder / "rhsm").mkdir()
    assert Settings.load().port == 7860


@pytest.mark.parametrize("name", ["assistant_chat_apikey", "assistant_secrets_dir"])
def test_a_misspelt_secret(folder: Path, name: str) -> None:
    (folder / name).write_text("s3cr3t", encoding="utf-8")
    said = refusal()
    assert said.startswith(f"Réglage inconnu : {name.upper()}.")
    assert said.endswith(f"({folder / name})")
    assert "s3cr3t" not in said


def test_a_wrong_value_of_a_secret(folder: Path) -> None:
    (folder / "assistant_port").write_text("abc\n", encoding="utf-8")
    assert refusal() == "Réglage ASSISTANT_PORT : un nombre entier est attendu, reçu « abc »."


def test_secrets_that_cannot_be_read(folder: Path) -> None:
    secret = folder / "assistant_chat_api_key"
    secret.mkdir()
    assert refusal().startswith(f"Le secret {secret} ne peut pas être lu : c'est un dossier. Rendez-le lisible")
    secret.rmdir()
    secret.symlink_to("nulle-part")
    assert refusal().startswith(f"Le secret {secret} ne peut pas être lu : il n'existe pas.")
    secret.unlink()
    secret.write_bytes(b"cl\xe9")
    assert refusal().startswith(f"Le secret {secret} n'est pas du texte en UTF-8.")
    secret.write_bytes(b"a" * 70_000)
    assert refusal().startswith(f"Le secret {secret} dépasse 64 Kio")


@pytest.fixture
def closed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A secret that its rights close to this process, root or not."""
    secret = folder / "assistant_chat_api_key"
    secret.write_text("s3cr3t", encoding="utf-8")
    secret.chmod(0)
    if os.geteuid() != 0:
        yield secret
        return
    for path in (folder, *folder.parents):
        if path.is_relative_to(tmp_path_factory.getbasetemp().parent):
            path.chmod(0o755)
    os.seteuid(NOBODY)
    yield secret
    os.seteuid(0)


def test_a_secret_that_is_closed_to_us(closed: Path) -> None:
    said = refusal()
    assert said.startswith(f"Le secret {closed} ne peut pas être lu : accès refusé. Rendez-le lisible")
    assert "s3cr3t" not in said


@pytest.mark.parametrize("kind", ["absent", "a file"])
def test_a_named_folder_that_is_none(folder: Path, kind: str) -> None:
    folder.rmdir()
    if kind == "a file":
        folder.touch()
    reason = {"absent": "il n'existe pas", "a file": "ce n'est pas un dossier"}[kind]
    advice = "Corrigez ASSISTANT_SECRETS_DIR, ou ouvrez ce dossier au compte qui lance le programme."
    assert refusal() == f"Le dossier des secrets {folder} ne peut pas être lu : {reason}. {advice}"


def test_the_usual_folder_may_be_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_files, "DEFAULT_FOLDER", tmp_path / "absent")
    assert secret_files.read_secret_files(tmp_path / "absent", ["port"]) == {}
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "assistant_port").write_text("9\n", encoding="utf-8")
    assert Settings.load().port == 9
