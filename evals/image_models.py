"""How often the two image models take an ordinary photograph for sexual: their false alarms.

Run `python evals/image_models.py` with the extra `models` installed; it writes
`evals/results/image_models.md`. No sexual picture is looked at here, so nothing is said of what
share of such material the models find.
"""

from __future__ import annotations

import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evals.photographs import Corpus, gather, jpeg
from evenhand.detection.models import nsfwjs, opennsfw
from evenhand.kit.colours import colour_frames

RESULT: Final = Path(__file__).parent / "results" / "image_models.md"
MODELS: Final = (opennsfw, nsfwjs)
LEVELS: Final = (0.2, 0.5, 0.8)
SIDE_MIN: Final = 100


def scored(corpus: Corpus) -> tuple[list[str], np.ndarray, dict[str, float]]:
    """Score every photograph with every model; give names, scores, and milliseconds a picture."""
    rows, took = [], dict.fromkeys((each.CARD.name for each in MODELS), 0.0)
    for one in corpus.photographs:
        data = jpeg(one.picture)
        row = []
        for model in MODELS:
            began = time.process_time()
            frame = next(colour_frames(data, side_min=model.PICTURE_SIDE))
            row.append(model.weighed(model.scores(frame.picture)))
            took[model.CARD.name] += 1_000 * (time.process_time() - began)
        rows.append(row)
    count = len(rows)
    return (
        [one.name for one in corpus.photographs],
        np.array(rows),
        {name: each / count for name, each in took.items()},
    )


def table(scores: np.ndarray, took: dict[str, float]) -> list[str]:
    """Give the lines of the table."""
    lines = [
        "| model | " + " | ".join(f"≥ {level}" for level in LEVELS) + " | highest | ms a picture |",
        "|---|" + "---:|" * (len(LEVELS) + 2),
    ]
    for at, model in enumerate(MODELS):
        column, name = scores[:, at], model.CARD.name
        over = " | ".join(str(int((column >= level).sum())) for level in LEVELS)
        lines.append(f"| {name} | {over} | {column.max():.3f} | {took[name]:.0f} |")
    both = scores.min(axis=1)
    over = " | ".join(str(int((both >= level).sum())) for level in LEVELS)
    lines.append(f"| both at once, which a hold needs at 0.8 | {over} | {both.max():.3f} | |")
    return lines


def main() -> None:
    """Measure, print and write the table."""
    began = time.monotonic()
    corpus = gather(side_min=SIDE_MIN)
    names, scores, took = scored(corpus)
    together = float(np.corrcoef(scores.T)[0, 1])
    worst = [
        f"- {model.CARD.name}: "
        + ", ".join(f"{names[n]} ({scores[n, at]:.2f})" for n in np.argsort(-scores[:, at])[:5])
        for at, model in enumerate(MODELS)
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in ("onnxruntime", "pillow", "numpy"))
    lines = [
        "# False alarms of the image models on ordinary photographs",
        "",
        (
            f"Made by `python evals/image_models.py` (Python {platform.python_version()},"
            f" {versions}). {len(names)} photographs of at least {SIDE_MIN} pixels; of each model,"
            " how many score so high. No sexual picture was looked at: **what share of such"
            " material the models find is not measured.**"
        ),
        "",
        *table(scores, took),
        "",
        (
            f"The two models' scores correlate with r = {together:.2f} on these. The milliseconds"
            " are processor time of one core, decoding included."
        ),
        "",
        "The highest of each:",
        "",
        *worst,
        "",
        "## Corpus",
        "",
        (
            "Ordinary photographs and desktop backgrounds, among them drawn ones, at most 1,024"
            " pixels long; of those with a shorter side of 1,400 pixels also two quarters. Few"
            " show people."
        ),
        "",
        *corpus.told(),
        "",
    ]
    RESULT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
    print(f"{RESULT.name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
