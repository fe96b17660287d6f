"""The converter writes ONNX that computes what the archive's network says."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from bin import convert_nsfwjs

RNG = np.random.default_rng(3)


def words(*said: str) -> dict[str, Any]:
    return {"list": {"s": [base64.b64encode(each.encode()).decode() for each in said]}}


def word(said: str) -> dict[str, str]:
    return {"s": base64.b64encode(said.encode()).decode()}


KERNEL = RNG.integers(0, 256, (3, 3, 3, 4), dtype=np.uint8)
DEEP = RNG.integers(0, 256, (3, 3, 4, 1), dtype=np.uint8)
DENSE = RNG.integers(0, 256, (4, 5), dtype=np.uint8)
BIAS, LAST = (RNG.integers(0, 256, (n,), dtype=np.uint8) for n in (4, 5))
TWO = np.zeros((), np.uint8)
STORED = {  # name: (bytes, scale, least)
    "kernel": (KERNEL, 0.01, -1.28),
    "bias": (BIAS, 0.01, -1.0),
    "deep": (DEEP, 0.01, -1.0),
    "dense": (DENSE, 0.02, -2.0),
    "last": (LAST, 0.01, -4.900_5),  # has no byte for nothing
    "two": (TWO, 1.0, 2.0),
}
STRIDES = {"list": {"i": ["1", "2", "2", "1"]}}
NODES = [
    {"name": "in", "op": "Placeholder"},
    *({"name": name, "op": "Const"} for name in STORED),
    {"name": "twice", "op": "Mul", "input": ["two", "in"]},
    {"name": "conv", "op": "_FusedConv2D", "input": ["twice", "kernel", "bias"],
     "attr": {"strides": STRIDES, "padding": word("SAME"),
              "fused_ops": words("BiasAdd", "Relu6")}},
    {"name": "deeper", "op": "FusedDepthwiseConv2dNative", "input": ["conv", "deep", "bias"],
     "attr": {"strides": {"list": {"i": ["1", "1", "1", "1"]}}, "padding": word("SAME"),
              "fused_ops": words("BiasAdd")}},
    {"name": "sum", "op": "AddV2", "input": ["conv:0", "deeper"]},
    {"name": "mean", "op": "AvgPool", "input": ["sum"]},
    {"name": "flat", "op": "Squeeze", "input": ["mean"]},
    {"name": "scores", "op": "_FusedMatMul", "input": ["flat", "dense", "last"]},
    {"name": "soft", "op": "Softmax", "input": ["scores"]},
    {"name": "out", "op": "Identity", "input": ["soft"]},
]  # fmt: skip


def archive(file: Path, nodes: list[Any]) -> Path:
    """Pack a small network as the npm package packs its own."""
    weights = [
        {"name": name, "shape": list(values.shape),
         "quantization": {"dtype": "uint8", "scale": scale, "min": least}}
        for name, (values, scale, least) in STORED.items()
    ]  # fmt: skip
    topology = {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": weights}]}
    stream = b"".join(values.tobytes() for values, _, _ in STORED.values())
    packed = base64.b64encode(stream).decode()
    scripts = {
        "model.min.js": f"x({{1:[function(){{exports={json.dumps(topology)}}},{{}}]}})",
        "group1-shard1of1.min.js": f'x({{1:[function(){{exports="{packed}"}},{{}}]}})',
    }
    with tarfile.open(file, "w:gz") as out:
        for name, script in scripts.items():
            member = tarfile.TarInfo(convert_nsfwjs.MODEL + name)
            member.size = len(script)
            out.addfile(member, io.BytesIO(script.encode()))
    return file


def value(name: str) -> Any:
    stored, scale, least = STORED[name]
    return stored.astype(np.float64) * scale + least


def convolved(picture: Any, kernel: Any, *, stride: int) -> Any:
    """Convolve plainly, with as many zeros around as keep the size (more of them behind)."""
    size = -(-picture.shape[0] // stride)
    around = max(0, (size - 1) * stride + 3 - picture.shape[0])
    padded = np.pad(picture, [(around // 2, around - around // 2)] * 2 + [(0, 0)])
    made = np.zeros((size, size, kernel.shape[3]))
    for down in range(3):
        for across in range(3):
            part = padded[down::stride, across::stride][:size, :size]
            made += part @ kernel[down, across]
    return made


def reference(picture: Any) -> Any:
    """Compute the small network with numpy."""
    conv = np.clip(
        convolved(picture * value("two"), value("kernel"), stride=2) + value("bias"), 0, 6
    )
    apart = np.zeros((3, 3, 4, 4))
    for channel in range(4):
        apart[:, :, channel, channel] = value("deep")[:, :, channel, 0]
    whole = conv + convolved(conv, apart, stride=1) + value("bias")
    scores = whole.mean(axis=(0, 1)) @ value("dense") + value("last")
    grown = np.exp(scores - scores.max())
    return grown / grown.sum()


def test_computes_what_the_network_says(tmp_path: Path) -> None:
    """Every kind of node there is, against plain numpy."""
    file = archive(tmp_path / "a.tgz", NODES)
    made = convert_nsfwjs.convert(file)
    assert made == convert_nsfwjs.convert(file)
    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(5).random((224, 224, 3)).astype(np.float32)
    [[told]] = session.run(None, {session.get_inputs()[0].name: picture[None]})
    assert np.abs(told - reference(picture)).max() < 1e-4


def test_refuses_an_archive_it_does_not_know(tmp_path: Path) -> None:
    """Rather than write half a network."""
    strange = archive(tmp_path / "b.tgz", [*NODES, {"name": "x", "op": "LSTM"}])
    with pytest.raises(convert_nsfwjs.NotThisArchive, match="LSTM"):
        convert_nsfwjs.convert(strange)
    with tarfile.open(tmp_path / "c.tgz", "w:gz"):
        pass
    with pytest.raises(convert_nsfwjs.NotThisArchive, match="no model"):
        convert_nsfwjs.convert(tmp_path / "c.tgz")
