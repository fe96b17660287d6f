"""Turns the image classifier of the npm package `nsfwjs` (MIT) into the ONNX file we ship.

`npm pack nsfwjs@4.3.0` fetches the archive, `python bin/convert_nsfwjs.py nsfwjs-4.3.0.tgz OUT`
does the rest with numpy alone, and the same archive always gives the same bytes. Weights stay the
eight-bit numbers they are in the archive, so nothing is rounded anew; the network takes RGB from
0 to 1, 224 x 224, and gives five probabilities: drawing, hentai, neutral, porn, sexy.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MODEL: Final = "package/dist/models/mobilenet_v2_mid/"
SIDE: Final = 224
CLASSES: Final = 5
OPSET, IR_VERSION = 13, 8
FLOAT, UINT8 = 1, 2  # TensorProto.DataType
_INT, _STRING, _INTS = 2, 3, 7  # AttributeProto.AttributeType
_VARINT, _BYTES = 0, 2  # wire types of protocol buffers


class NotThisArchive(Exception):
    """The archive does not hold the network this program knows how to turn."""


@dataclass(frozen=True)
class Weights:
    """Numbers of one layer, as they are in the archive: value = byte * scale + least."""

    values: NDArray[np.uint8]
    scale: float
    least: float

    @property
    def zero(self) -> int | None:
        """The byte that stands for nothing, or None when no byte does."""
        zero = -self.least / self.scale
        return round(zero) if abs(zero - round(zero)) < 1e-6 and 0 <= round(zero) <= 255 else None


@dataclass
class Network:
    """The nodes and weights of the ONNX graph, as they are written down."""

    nodes: list[bytes] = field(default_factory=list)
    weights: list[bytes] = field(default_factory=list)

    def node(self, op: str, inputs: Iterable[str], output: str, *attributes: bytes) -> str:
        """Add a node with one output and return the output's name."""
        made = b"".join(text(1, name) for name in inputs) + text(2, output) + text(4, op)
        self.nodes.append(made + b"".join(message(5, each) for each in attributes))
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add numbers that never change and return their name."""
        kind = UINT8 if values.dtype == np.uint8 else FLOAT
        dims = b"".join(number(1, length) for length in values.shape)
        raw = np.ascontiguousarray(values).astype("u1" if kind == UINT8 else "<f4").tobytes()
        self.weights.append(dims + number(2, kind) + text(8, name) + data(9, raw))
        return name

    def weighted(self, name: str, weights: Weights, values: NDArray[np.uint8]) -> str:
        """Add eight-bit weights, and the node that gives what they stand for.

        The few that have no byte for nothing are written down as what they stand for.
        """
        if weights.zero is None:
            return self.constant(name, values.astype(np.float64) * weights.scale + weights.least)
        stored = self.constant(f"{name}/stored", values)
        scale = self.constant(f"{name}/scale", np.array(weights.scale))
        zero = self.constant(f"{name}/zero", np.array(weights.zero, np.uint8))
        return self.node("DequantizeLinear", (stored, scale, zero), name)

    def model(self, source: str, given: str, gives: str) -> bytes:
        """Write the model down."""
        graph = b"".join(message(1, node) for node in self.nodes) + text(2, "nsfwjs")
        graph += b"".join(message(5, weights) for weights in self.weights)
        graph += message(11, tensor(given, (1, SIDE, SIDE, 3)))
        graph += message(12, tensor(gives, (1, CLASSES)))
        head = number(1, IR_VERSION) + text(2, "bin/convert_nsfwjs.py") + text(6, source)
        return head + message(7, graph) + message(8, text(1, "") + number(2, OPSET))


def varint(value: int) -> bytes:
    """Write a whole number, seven bits a byte, lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(at: int, value: int) -> bytes:
    """Write a field that is a whole number."""
    return varint(at << 3 | _VARINT) + varint(value)


def data(at: int, content: bytes) -> bytes:
    """Write a field that is bytes."""
    return varint(at << 3 | _BYTES) + varint(len(content)) + content


def text(at: int, content: str) -> bytes:
    """Write a field that is text."""
    return data(at, content.encode())


message = data


def whole(name: str, value: int) -> bytes:
    """Write a node's attribute that is a whole number."""
    return text(1, name) + number(3, value) + number(20, _INT)


def wholes(name: str, values: Iterable[int]) -> bytes:
    """Write a node's attribute that is several whole numbers."""
    return text(1, name) + b"".join(number(8, each) for each in values) + number(20, _INTS)


def word(name: str, value: str) -> bytes:
    """Write a node's attribute that is a word."""
    return text(1, name) + text(4, value) + number(20, _STRING)


def tensor(name: str, shape: Iterable[int]) -> bytes:
    """Write what goes in or comes out: floating-point numbers in a shape."""
    dims = b"".join(message(1, number(1, length)) for length in shape)
    kind = number(1, FLOAT) + message(2, dims)
    return text(1, name) + message(2, message(1, kind))


def literal(script: str) -> dict[str, Any]:
    """Read the object that a minified script exports, which is nearly JSON."""
    found = re.search(r"exports\s*=\s*(\{.*\})\s*\}\s*,\s*\{\s*\}\s*\]", script, re.DOTALL)
    if found is None:
        raise NotThisArchive("its model script exports nothing that can be read")
    said = re.sub(r"([{,])([A-Za-z_$][\w$]*):", r'\1"\2":', found.group(1))
    said = said.replace("!0", "true").replace("!1", "false")
    read: dict[str, Any] = json.loads(re.sub(r"([:\[,]-?)\.(\d)", r"\g<1>0.\2", said))
    return read


def packed(script: str) -> bytes:
    """Take the weights out of a script: its one long string."""
    return base64.b64decode(max(re.findall(r'"([A-Za-z0-9+/=]+)"', script), key=len))


def read_archive(file: Path) -> tuple[list[dict[str, Any]], dict[str, Weights]]:
    """Read the network's nodes and weights. Raises NotThisArchive."""
    with tarfile.open(file) as archive:
        names = [each for each in archive.getnames() if each.startswith(MODEL)]
        scripts = {name: _text_of(archive, name) for name in names if name.endswith(".js")}
    shards = sorted(name for name in scripts if "/group1-shard" in name)
    if f"{MODEL}model.min.js" not in scripts or not shards:
        raise NotThisArchive(f"there is no model under {MODEL}")
    described = literal(scripts[f"{MODEL}model.min.js"])
    stream = b"".join(packed(scripts[name]) for name in shards)
    weights, at = {}, 0
    for told in described["weightsManifest"][0]["weights"]:
        weights[told["name"]] = made = _weights(told, stream, at)
        at += made.values.size
    if at != len(stream):
        raise NotThisArchive(f"{len(stream)} weights are there, {at} are described")
    return described["modelTopology"]["node"], weights


def _text_of(archive: tarfile.TarFile, name: str) -> str:
    member = archive.extractfile(name)
    if member is None:
        raise NotThisArchive(f"{name} is no file")
    return member.read().decode()


def _weights(told: Mapping[str, Any], stream: bytes, at: int) -> Weights:
    how = told["quantization"]
    if how["dtype"] != "uint8":
        raise NotThisArchive(f"{told['name']} is not stored in eight bits")
    count = int(np.prod(told["shape"]))
    values = np.frombuffer(stream, np.uint8, count, at).reshape(told["shape"])
    return Weights(values, how["scale"], how["min"])


class Turning:
    """Turns the archive's nodes, one after the other, into those of ONNX (channels come first)."""

    def __init__(self, weights: Mapping[str, Weights]) -> None:
        self.network = Network()
        self.weights = weights
        self.names: dict[str, str] = {}  # what each node of the archive is called now
        self.given = self.gives = ""

    def add(self, node: Mapping[str, Any]) -> None:
        """Turn one node. Raises NotThisArchive for one that is not known."""
        make = {
            "Const": self._nothing,
            "Placeholder": self._input,
            "Mul": self._arithmetic,
            "Sub": self._arithmetic,
            "AddV2": self._arithmetic,
            "_FusedConv2D": self._convolution,
            "FusedDepthwiseConv2dNative": self._convolution,
            "AvgPool": self._plain,
            "Squeeze": self._plain,
            "_FusedMatMul": self._dense,
            "Softmax": self._plain,
            "Identity": self._same,
        }.get(node["op"])
        if make is None:
            raise NotThisArchive(f"it has a node of the kind {node['op']}")
        make(node)

    def _named(self, node: Mapping[str, Any]) -> str:
        """Give a short name to a node, by its number: theirs are long."""
        return self.names.setdefault(node["name"], f"n{len(self.names)}")

    def _of(self, name: str) -> str:
        return self.names[name.partition(":")[0].lstrip("^")]

    def _nothing(self, node: Mapping[str, Any]) -> None:
        """Weights are written down where they are used."""

    def _same(self, node: Mapping[str, Any]) -> None:
        self.names[node["name"]] = self.gives = self._of(node["input"][0])

    def _input(self, node: Mapping[str, Any]) -> None:
        self.given = "picture"
        first = wholes("perm", (0, 3, 1, 2))
        self.network.node("Transpose", (self.given,), self._named(node), first)

    def _arithmetic(self, node: Mapping[str, Any]) -> None:
        name = self._named(node)
        inputs = [
            self._numbers(f"{name}/{at}", each) if each in self.weights else self._of(each)
            for at, each in enumerate(node["input"])
        ]
        op = "Add" if node["op"] == "AddV2" else node["op"]
        self.network.node(op, inputs, name)

    def _numbers(self, name: str, which: str) -> str:
        weights = self.weights[which]
        values = weights.values
        shaped = values.reshape(1, -1, 1, 1) if values.ndim == 1 else values
        return self.network.weighted(name, weights, shaped)

    def _convolution(self, node: Mapping[str, Any]) -> None:
        """A kernel of (down, across, in, out) becomes one of (out, in, down, across)."""
        name, how = self._named(node), node["attr"]
        kernel, bias = (self.weights[each] for each in node["input"][1:])
        groups = 1
        values = kernel.values.transpose(3, 2, 0, 1)
        if node["op"] == "FusedDepthwiseConv2dNative":
            down, across, groups, times = kernel.values.shape
            values = kernel.values.transpose(2, 3, 0, 1).reshape(groups * times, 1, down, across)
        after = [base64.b64decode(each).decode() for each in how["fused_ops"]["list"]["s"]]
        if after not in (["BiasAdd"], ["BiasAdd", "Relu6"]):
            raise NotThisArchive(f"a convolution is followed by {after}")
        padding = base64.b64decode(how["padding"]["s"]).decode()
        inputs = (
            self._of(node["input"][0]),
            self.network.weighted(f"{name}/kernel", kernel, values),
            self.network.weighted(f"{name}/bias", bias, bias.values.ravel()),
        )
        clipped = len(after) > 1
        self.network.node(
            "Conv",
            inputs,
            f"{name}/conv" if clipped else name,
            wholes("strides", (int(each) for each in how["strides"]["list"]["i"][1:3])),
            whole("group", groups),
            word("auto_pad", "SAME_UPPER" if padding == "SAME" else "VALID"),
            wholes("kernel_shape", values.shape[2:]),
        )
        if clipped:
            low = self.network.constant(f"{name}/low", np.zeros(()))
            high = self.network.constant(f"{name}/high", np.full((), 6.0))
            self.network.node("Clip", (f"{name}/conv", low, high), name)

    def _plain(self, node: Mapping[str, Any]) -> None:
        op, axis = {
            "AvgPool": ("GlobalAveragePool", None),
            "Squeeze": ("Flatten", 1),
            "Softmax": ("Softmax", 1),
        }[node["op"]]
        attributes = () if axis is None else (whole("axis", axis),)
        self.network.node(op, (self._of(node["input"][0]),), self._named(node), *attributes)

    def _dense(self, node: Mapping[str, Any]) -> None:
        name = self._named(node)
        matrix, bias = (self.weights[each] for each in node["input"][1:])
        inputs = (
            self._of(node["input"][0]),
            self.network.weighted(f"{name}/matrix", matrix, matrix.values),
            self.network.weighted(f"{name}/bias", bias, bias.values.ravel()),
        )
        self.network.node("Gemm", inputs, name)


def convert(file: Path) -> bytes:
    """Turn an archive of the npm package into an ONNX model. Raises NotThisArchive."""
    nodes, weights = read_archive(file)
    turning = Turning(weights)
    for node in nodes:
        turning.add(node)
    source = f"nsfwjs mobilenet_v2_mid, MIT, from the archive with SHA-256 {_sha256(file)}"
    return turning.network.model(source, turning.given, turning.gives)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> None:
    """Turn the archive named first into the file named second, and print its checksum."""
    if len(sys.argv) != 3:
        sys.exit("usage: python bin/convert_nsfwjs.py nsfwjs-4.3.0.tgz OUT.onnx")
    try:
        made = convert(Path(sys.argv[1]))
    except NotThisArchive as why:
        sys.exit(f"This archive cannot be turned: {why}.")
    Path(sys.argv[2]).write_bytes(made)
    print(f"{len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}")


if __name__ == "__main__":
    main()
