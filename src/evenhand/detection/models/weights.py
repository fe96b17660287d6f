"""Weights are loaded once in a process, on one thread, and only when they are what the card says.

A package that is missing is one thing (nobody looked: skipped), weights that are not those of the
card, or a network that breaks, another (the look failed). Neither is ever "not found".
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.errors import DetectorFailed, ModelMissing
from evenhand.detection.model import Needs
from evenhand.detection.models.card import ModelCard

Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""A loaded network: one picture's numbers in, its scores out. Raises DetectorFailed."""

_loaded: Final[dict[str, Run]] = {}
_loading: Final = threading.Lock()


def installed(needs: Needs) -> bool:
    """Tell whether what a detector needs is there; nothing is loaded."""
    return all(importlib.util.find_spec(module) is not None for module in needs.modules)


def is_loaded(card: ModelCard) -> bool:
    """Tell whether this process has loaded a model's weights."""
    return card.sha256 in _loaded


def file_of(module: str, name: str) -> Path:
    """Find a file that a package ships, without running the package."""
    found = importlib.util.find_spec(module)
    assert found is not None, "asked for after `installed`"
    assert found.origin is not None, "a package with files has a place"
    return Path(found.origin).parent / name


def network(card: ModelCard, needs: Needs, file: Callable[[], Path]) -> Run:
    """Give a model's network, loaded at the first call.

    Raises ModelMissing when a package is, and DetectorFailed when the file is not that of the card.
    """
    with _loading:
        run = _loaded.get(card.sha256)
        if run is None:
            if not installed(needs):
                raise ModelMissing(needs.says)
            run = _loaded[card.sha256] = _opened(_checked(card, file()))
    return run


def _checked(card: ModelCard, file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as why:
        raise DetectorFailed(f"the weights of {card.name} cannot be read: {why.strerror}") from why
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise DetectorFailed(
            f"the weights of {card.name} are not those of its card: install its package again"
        )
    return content


def _opened(content: bytes) -> Run:
    try:
        import onnxruntime
    except ImportError as why:
        raise DetectorFailed(f"onnxruntime is installed and does not start: {why}") from why
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong comes back as an error, and is told there
    # Eight-bit weights become numbers once, at loading, and not at every picture.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    faults = _faults()
    try:
        session = onnxruntime.InferenceSession(
            content, sess_options=options, providers=["CPUExecutionProvider"]
        )
    except faults as why:
        raise DetectorFailed(f"the network does not load: {why}") from why
    name = session.get_inputs()[0].name

    def run(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        given: Mapping[str, Any] = {name: numbers[np.newaxis]}
        try:
            scores: NDArray[np.float32] = np.asarray(session.run(None, given)[0][0], np.float32)
        except faults as why:
            raise DetectorFailed(f"the network broke: {why}") from why
        if not np.isfinite(scores).all():
            raise DetectorFailed("the network gave no numbers")
        return scores

    return run


def _faults() -> tuple[type[Exception], ...]:
    """Name what the runtime raises: classes of its own, which have no class above them."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return tuple(
        each
        for each in vars(state).values()
        if isinstance(each, type) and issubclass(each, Exception)
    )
