"""A weights file in the wheel's format, small enough to read by eye: 1 layer, 32 dimensions, random weights."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

HIDDEN, LAYERS, HEADS, FFN, POSITIONS, TYPES = 32, 1, 2, 64, 128, 2
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = [*SPECIAL, "\u2581", *"abcdefghijklmnopqrstuvwxyz:,.?'éèà0123456789", "\u2581le", "\u2581maire", "<mask>"]
SCORES = [0.0] * 4 + [-float(rank) for rank in range(1, len(PIECES) - 3)]


def shapes() -> dict[str, tuple[int, ...]]:
    """The tensors that the file names, in its own short names."""
    found: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (TYPES, HIDDEN),
        "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
    }
    for part in ("q", "k", "v", "ao"):
        found |= {f"l0.{part}.w": (HIDDEN, HIDDEN), f"l0.{part}.b": (HIDDEN,)}
    found |= {"l0.fi.w": (FFN, HIDDEN), "l0.fi.b": (FFN,), "l0.fo.w": (HIDDEN, FFN), "l0.fo.b": (HIDDEN,)}
    for part in ("aln", "oln"):
        found |= {f"l0.{part}.w": (HIDDEN,), f"l0.{part}.b": (HIDDEN,)}
    return found


def quantised(weights: np.ndarray) -> bytes:
    """Blocks of 32: a float16 scale, then the low nibbles of the first 16 with the high ones of the last 16."""
    out = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        steps = np.clip(np.round(block / float(scale)) + 8, 0, 15).astype(np.uint8)
        out += scale.tobytes() + (steps[:16] | steps[16:] << 4).tobytes()
    return out


def write_e5(path: Path) -> dict[str, np.ndarray]:
    """Write the file; gives the float32 weights that were meant, by short name."""
    chance = np.random.default_rng(7)
    blobs = [piece.encode() for piece in PIECES]
    cuts = np.cumsum([0, *map(len, blobs)]).astype("<u4")
    head = struct.pack(*("<4sI7ifi", b"E5S1", 1, HIDDEN, LAYERS, HEADS, FFN, len(PIECES), POSITIONS, TYPES, 1e-12, 32))
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(cuts[-1]))
    head += cuts.tobytes() + np.array(SCORES, "<f4").tobytes() + b"".join(blobs)
    head += struct.pack("<iI", 0, 5) + b"carte"
    weights = {name: chance.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes().items()}
    matrices = {name for name, array in weights.items() if array.ndim == 2}
    data = {name: quantised(array) if name in matrices else array.tobytes() for name, array in weights.items()}
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in weights)
    table = struct.pack("<i", len(weights))
    for name, array in weights.items():
        table += struct.pack(
            f"<H{len(name)}sBIQQ", *(len(name), name.encode(), name in matrices, array.size, at, len(data[name]))
        )
        at += len(data[name])
    path.write_bytes(head + table + b"".join(data.values()))
    return weights
