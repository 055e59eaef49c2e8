"""Our embedding model, in a form that every release of sentence-transformers since 2 reads: the same weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from assistant.embedding.embedded_model import DIMENSION, NAME, ensure_model, runtime_dtype
from assistant.settings import Settings

_MODULES = ("Transformer", "Pooling", "Normalize")
_SAME = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def portable_model(made: Path) -> Path:
    """The folder of the model, made below `made` where it is missing, in the precision that ours runs in."""
    settings = Settings.load()
    dtype = runtime_dtype("auto")
    source, folder = ensure_model(settings.cache_dir, dtype), made / f"{NAME}-{dtype}"
    if not (folder / "modules.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in _SAME:
            (folder / name).symlink_to(source / name)
        _describe(folder)
    return folder


def _describe(folder: Path) -> None:
    """Say what the modules are by their old names, which newer releases still know."""
    _write(
        folder / "1_Pooling" / "config.json", {"word_embedding_dimension": DIMENSION, "pooling_mode_mean_tokens": True}
    )
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    _write(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "query: ", "document": "passage: "}, "similarity_fn_name": "cosine"},
    )
    paths = ["" if name == "Transformer" else f"{at}_{name}" for at, name in enumerate(_MODULES)]
    (folder / "2_Normalize").mkdir()
    _write(
        folder / "modules.json",
        [
            {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{name}"}
            for at, (name, path) in enumerate(zip(_MODULES, paths, strict=True))
        ],
    )


def _write(path: Path, values: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(values, indent=1), encoding="utf-8")
