"""Turns a sequence classifier into an artifact: `./dev model export MODEL_OR_FOLDER OUT`.

The model is a BERT-like classifier of Hugging Face (BERT, RoBERTa, XLM-R), by name or from a
folder, or a folder that `./dev model train` wrote. Before anything is written, the int8 graph is
compared with PyTorch on real texts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from model.artifact import FORMAT, GRAPH, MANIFEST, TOKENIZER, WEIGHTS, sha256
from model.onnx_analyzer import OnnxAnalyzer
from model.text import PREPROCESSING
from model.windows import truncating_tokenizer
from training import corpus, network
from training.first_token import first_token_only
from training.fuse import Shape, fused_graph
from training.metrics import Probabilities, fit_temperature, softmax
from training.quantise import quantise

DEFAULT = "cardiffnlp/twitter-roberta-base-sentiment-latest"
MAX_TOKENS = 128
"""The window, or less if the model has fewer positions. Longer comments are rare, and are scored in
windows."""
AGREEMENT = 0.98
"""Share of texts on which the int8 graph must give PyTorch's answer."""
DIFFERENCE = 0.15
"""The most that any probability may differ from PyTorch's."""
LARGE = 8_000_000
"""Graphs of this many bytes get their weights in a file of their own: ONNX Runtime then starts
RoBERTa in half the time and with a third less memory, and compact in two thirds of the time."""
_OFFSET_FAMILIES = {"roberta", "xlm-roberta", "camembert"}
"""Their positions start at the padding's id plus one: the positions before cannot be used."""


class Source(NamedTuple):
    """A classifier in PyTorch, and what goes into its artifact."""

    classifier: Any
    shape: Shape
    tokenizer: str
    """The text of its tokenizer.json."""
    fields: dict[str, Any]
    """Of the manifest; those that are known before the export."""


class Parity(NamedTuple):
    """How close an artifact's probabilities are to PyTorch's on real texts."""

    texts: int
    agreement: float
    largest_difference: float
    mean_difference: float


def main(argv: Sequence[str] | None = None) -> int:
    """Export, compare, write. 1 if the artifact is too far from the model; it is not written."""
    options = _options(argv)
    source = read_source(options)
    examples = parity_texts(options.data)[: options.texts]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        write(source, made, int8=not options.float, large=options.split_above)
        expected = torch_logits(source, made, examples)
        if options.data and "temperature" not in source.fields:
            source.fields["temperature"] = fit_temperature(_labels(examples), expected)
        parity = compare_with_torch(source, made, examples, expected)
        print(parity)
        if parity.agreement < options.agreement or parity.largest_difference > options.difference:
            print(
                f"not written: agreement must reach {options.agreement} and no probability differ "
                f"by more than {options.difference}. A model with random weights agrees by chance "
                "only: lower --agreement for such a one",
                file=sys.stderr,
            )
            return 1
        source.fields["parity"] = {"against": f"PyTorch {torch.__version__}", **parity._asdict()}
        write_manifest(source, made)
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / WEIGHTS).unlink(missing_ok=True)
        for file in made.iterdir():
            shutil.copyfile(file, options.out / file.name)
    size = sum((options.out / name).stat().st_size for name in (GRAPH, *_weights(options.out)))
    print(f"written: {options.out}, {size / 1e6:.1f} MB")
    return 0


def read_source(options: argparse.Namespace) -> Source:
    """Load what `./dev model train` wrote, or a model of Hugging Face."""
    if (Path(options.model) / "training.json").is_file():
        return _own_source(Path(options.model), options)
    return _hugging_face_source(options)


def _own_source(folder: Path, options: argparse.Namespace) -> Source:
    training = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    net = network.load(folder)
    fields = {
        "name": options.name or "compact",
        "source": training["encoder"],
        "licence": "MIT; encoder weights Apache-2.0",
        "labels": list(corpus.LABELS),
        "languages": options.languages or training.get("languages"),
        "max_tokens": training["max_tokens"],
        "pad_id": 0,
        "preprocessing": training["preprocessing"],
        "temperature": training["temperature"],
        "training": training,
    }
    tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
    return Source(net, _shape(net.config), tokenizer, fields)


def _hugging_face_source(options: argparse.Namespace) -> Source:
    transformers.logging.set_verbosity_error()
    classifier = AutoModelForSequenceClassification.from_pretrained(
        options.model, attn_implementation="eager"
    )
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    config = classifier.config
    positions = config.max_position_embeddings
    if config.model_type in _OFFSET_FAMILIES:
        positions -= config.pad_token_id + 1
    knows_emojis = tokenizer.unk_token_id not in tokenizer("😍")["input_ids"]
    commit = getattr(config, "_commit_hash", None)
    fields = {
        "name": options.name or Path(options.model).name,
        "source": f"{options.model} {commit or ''}".strip(),
        "licence": options.licence,
        "labels": options.labels or _labels_of(config),
        "languages": options.languages,
        "max_tokens": min(MAX_TOKENS, positions // 4 * 4),
        "pad_id": tokenizer.pad_token_id,
        "preprocessing": "plain-1" if knows_emojis else "words-1",
    }
    text = tokenizer.backend_tokenizer.to_str()
    return Source(classifier.eval(), _shape(config), text, fields)


def _labels_of(config: Any) -> list[str]:
    labels = [config.id2label[place].lower() for place in range(config.num_labels)]
    if sorted(labels) != sorted(corpus.LABELS):
        raise SystemExit(
            f"the model calls its classes {labels}: say what they mean, in that order, with "
            "--labels negative neutral positive"
        )
    return labels


def _shape(config: Any) -> Shape:
    return Shape(config.num_hidden_layers, config.num_attention_heads, config.hidden_size)


def write(source: Source, folder: Path, *, int8: bool, large: int = LARGE) -> None:
    """Write the graph, tokenizer.json and a manifest without parity."""
    graph = first_token_only(fused_graph(source.classifier, source.shape))
    source.fields["quantisation"] = "rows" if int8 else "none"
    save_graph(quantise(graph) if int8 else graph, folder, large)
    (folder / TOKENIZER).write_text(source.tokenizer, encoding="utf-8")
    write_manifest(source, folder)


def save_graph(graph: onnx.ModelProto, folder: Path, large: int = LARGE) -> None:
    """Write model.onnx; from `large` bytes on with its weights in weights.bin."""
    if graph.ByteSize() < large:
        onnx.save(graph, str(folder / GRAPH))
        return
    onnx.save(
        graph,
        str(folder / GRAPH),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS,
        size_threshold=1024,
    )


def _weights(folder: Path) -> list[str]:
    return [WEIGHTS] if (folder / WEIGHTS).exists() else []


def write_manifest(source: Source, folder: Path) -> None:
    """Write the manifest of the folder's files; the revision is a hash of files and calibration."""
    files = {name: sha256(folder / name) for name in (GRAPH, TOKENIZER, *_weights(folder))}
    fields = {"temperature": 1.0, "quality": {}, **source.fields}
    hashed = json.dumps([files, fields["temperature"], fields["preprocessing"]])
    revision = corpus.digest([corpus.Example(hashed, 0)])[:8]
    manifest = {"format": FORMAT, "revision": revision, **fields, "files": files}
    if manifest.get("languages") is None:
        manifest.pop("languages", None)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def parity_texts(data: Path | None) -> list[corpus.Example]:
    """TweetEval's validation tweets; our own comments where there is no data folder."""
    if data is None:
        return corpus.read_tsv(corpus.OWN_COMMENTS)
    return corpus.semeval(data, "val")


def torch_logits(source: Source, folder: Path, examples: list[corpus.Example]) -> Probabilities:
    """PyTorch's logits [texts, 3] in the order of corpus.LABELS, a text at a time, not padded."""
    order = [source.fields["labels"].index(label) for label in corpus.LABELS]
    rows = []
    with torch.inference_mode():
        for ids in _token_ids(source, folder, examples):
            given = torch.tensor([ids])
            answer = source.classifier(input_ids=given, attention_mask=torch.ones_like(given))
            rows.append((answer if isinstance(answer, torch.Tensor) else answer.logits)[0, order])
    return np.asarray(torch.stack(rows).double().numpy())


def compare_with_torch(
    source: Source, folder: Path, examples: list[corpus.Example], expected: Probabilities
) -> Parity:
    """Compare the folder's artifact with PyTorch's logits, `expected`."""
    ids = _token_ids(source, folder, examples)
    logits = OnnxAnalyzer.load(folder).logits(ids).astype(np.float64)
    temperature = source.fields.get("temperature", 1.0)
    exact, actual = softmax(expected, temperature), softmax(logits, temperature)
    difference = np.abs(exact - actual)
    return Parity(
        texts=len(examples),
        agreement=round(float((exact.argmax(1) == actual.argmax(1)).mean()), 4),
        largest_difference=round(float(difference.max()), 4),
        mean_difference=round(float(difference.mean()), 5),
    )


def _token_ids(source: Source, folder: Path, examples: list[corpus.Example]) -> list[list[int]]:
    preprocess = PREPROCESSING[source.fields["preprocessing"]]
    tokenizer = truncating_tokenizer(str(folder / TOKENIZER), source.fields["max_tokens"])
    texts = [preprocess(one.text) for one in examples]
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def _labels(examples: list[corpus.Example]) -> Any:
    return np.array([one.label for one in examples])


class _Languages(argparse.Action):
    """Makes a dict of (code, F1) pairs."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        del parser, option
        setattr(namespace, self.dest, dict(values))


def _language(text: str) -> tuple[str, float]:
    code, _, f1 = text.partition("=")
    return code, float(f1)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev model export", description=__doc__)
    parser.add_argument("model", nargs="?", default=DEFAULT, help=f"default: {DEFAULT}")
    parser.add_argument("out", type=Path, help="the artifact's folder")
    parser.add_argument("--name", default="", help="default: the model's own")
    parser.add_argument("--labels", nargs=3, metavar="LABEL", help="the outputs' meaning, in order")
    parser.add_argument(
        "--languages",
        nargs="+",
        type=_language,
        action=_Languages,
        metavar="CODE=F1",
        help="what it reads, and the macro F1 measured in it (es=0.68); without, it is given all",
    )
    parser.add_argument("--licence", default="see the model's page")
    parser.add_argument("--float", action="store_true", help="no int8: to compare with")
    parser.add_argument("--texts", type=int, help="compare on so many; default: all there are")
    parser.add_argument(
        "--split-above",
        type=int,
        default=LARGE,
        metavar="BYTES",
        help="weights of larger graphs go into a file of their own",
    )
    parser.add_argument("--agreement", type=float, default=AGREEMENT)
    parser.add_argument("--difference", type=float, default=DIFFERENCE)
    corpus.add_data_option(parser)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
