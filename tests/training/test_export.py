"""Exports equal PyTorch; runs where there is PyTorch.

`./dev model test`
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import onnx
import pytest

torch = pytest.importorskip("torch", reason="export needs PyTorch: ./dev model test")
sentencepiece = pytest.importorskip("sentencepiece")

from transformers import (  # noqa: E402 - only where there is PyTorch
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from model.factory import build  # noqa: E402
from model.windows import truncating_tokenizer  # noqa: E402
from tests.model import tiny_roberta  # noqa: E402
from training import corpus, export, network  # noqa: E402
from training.fuse import FusionError, Shape, fused_graph  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("default")  # PyTorch's and transformers' own
FEW = ["--texts", "200"]
SIZE: dict[str, Any] = {
    "vocab_size": tiny_roberta.VOCABULARY,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 140,
    "num_labels": 3,
    "pad_token_id": 1,
    "id2label": {0: "negative", 1: "neutral", 2: "positive"},
}
FAMILIES = {
    "bert": (BertConfig, BertForSequenceClassification),
    "roberta": (RobertaConfig, RobertaForSequenceClassification),
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaForSequenceClassification),
}


def hugging_face_folder(folder: Path, family: str) -> Path:
    torch.manual_seed(3)
    config, classifier = FAMILIES[family]
    model = classifier(config(**SIZE))
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)  # random weights answer all texts alike unless they are large
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tiny_roberta.tokenizer(), pad_token="<pad>", unk_token="<unk>"
    ).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_float_export_equals_pytorch(family: str, tmp_path: Path) -> None:
    model = hugging_face_folder(tmp_path / "model", family)
    out = tmp_path / "out"
    assert export.main([str(model), str(out), "--float", "--difference", "0.0005", *FEW]) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["parity"]["agreement"] >= 0.99
    assert manifest["preprocessing"] == "plain-1"
    assert build(str(out)).model == f"model@{manifest['revision']}"
    kept = {one.name for one in onnx.load(str(out / "model.onnx")).graph.initializer}
    assert "first_token" in kept, "the last layer is computed for all tokens"


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_an_int8_export_is_near_pytorch(family: str, tmp_path: Path) -> None:
    model = hugging_face_folder(tmp_path / "model", family)
    out = tmp_path / "out"
    assert export.main([str(model), str(out), "--agreement", "0.9", *FEW]) == 0
    assert json.loads((out / "manifest.json").read_text())["quantisation"] == "rows"


def sentencepiece_folder(folder: Path) -> Any:
    """An XLM-R classifier as it lies on the hub: its tokenizer is a SentencePiece file alone.

    Returns SentencePiece's own processor of that file.
    """
    folder.mkdir()
    texts = [one.text for one in corpus.read_tsv(corpus.OWN_COMMENTS)]
    pieces = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=pieces,
        vocab_size=600,
        model_type="unigram",
        character_coverage=0.98,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    (folder / "sentencepiece.bpe.model").write_bytes(pieces.getvalue())
    settings = {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 138}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    torch.manual_seed(3)
    model = XLMRobertaForSequenceClassification(XLMRobertaConfig(**{**SIZE, "vocab_size": 602}))
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)
    model.save_pretrained(folder)
    return sentencepiece.SentencePieceProcessor(model_proto=pieces.getvalue())


def test_an_xlm_roberta_with_its_sentencepiece_tokenizer_exports(tmp_path: Path) -> None:
    """Token ids against SentencePiece itself, and fairseq's rule of XLM-R: <s> 0, <pad> 1, </s> 2,
    <unk> 3, and all other pieces one further than in the file."""
    processor = sentencepiece_folder(tmp_path / "xlm-t")
    out = tmp_path / "out"
    languages = ["--languages", "en=0.7", "es=0.68"]
    arguments = [str(tmp_path / "xlm-t"), str(out), "--agreement", "0.9", *languages, *FEW]
    assert export.main(arguments) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["pad_id"], manifest["languages"]) == (1, {"en": 0.7, "es": 0.68})
    tokenizer = truncating_tokenizer(str(out / "tokenizer.json"), manifest["max_tokens"])
    unknown = processor.unk_id()
    for text in [
        "I love it",
        "so  good!!",
        "¿qué tal? ñandú",
        "ﬁne ½ \uff21",
        "❤️ 😍",
        "",
        "x" * 50,
    ]:
        pieces = [3 if one == unknown else one + 1 for one in processor.encode(text)]
        assert tokenizer.encode(text).ids == [0, *pieces, 2], text
    assert build(str(out)).predict(["so good"])[0].windows == 1


def test_an_export_that_is_too_far_off_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = hugging_face_folder(tmp_path / "model", "roberta")
    assert export.main([str(model), str(tmp_path / "out"), "--difference", "0", *FEW]) == 1
    assert not (tmp_path / "out").exists()
    assert "not written" in capsys.readouterr().err


def test_labels_that_mean_nothing_must_be_named(tmp_path: Path) -> None:
    model = hugging_face_folder(tmp_path / "model", "bert")
    config = json.loads((model / "config.json").read_text())
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    config["label2id"] = {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2}
    (model / "config.json").write_text(json.dumps(config))
    out = tmp_path / "out"
    with pytest.raises(SystemExit, match="--labels negative neutral positive"):
        export.main([str(model), str(out)])
    named = ["--labels", "positive", "neutral", "negative", "--agreement", "0.9", *FEW]
    assert export.main([str(model), str(out), *named]) == 0
    assert json.loads((out / "manifest.json").read_text())["labels"][0] == "positive"


def test_our_own_network_exports(tmp_path: Path) -> None:
    torch.manual_seed(5)
    sizes = {name: value for name, value in SIZE.items() if name not in {"num_labels", "id2label"}}
    net = network.PooledClassifier(BertConfig(**{**sizes, "pad_token_id": 0}))
    training = {
        "encoder": "none",
        "max_tokens": 128,
        "preprocessing": "words-1",
        "temperature": 1.2,
    }
    text = tiny_roberta.tokenizer().to_str()
    network.save(net, text, training, tmp_path / "model")
    arguments = [str(tmp_path / "model"), str(tmp_path / "out"), "--float", "--difference", "5e-4"]
    assert export.main([*arguments, "--agreement", "0.99", *FEW]) == 0
    assert build(str(tmp_path / "out")).model.startswith("compact@")


def test_attention_that_cannot_be_fused_is_an_error() -> None:
    model = BertForSequenceClassification(BertConfig(**SIZE)).eval()
    with pytest.raises(FusionError, match="instead of"):
        fused_graph(model, Shape(layers=3, heads=4, hidden=64))


def test_a_large_model_has_its_weights_beside_it(tmp_path: Path) -> None:
    graph = tiny_roberta.graph(tiny_roberta.weights())
    export.save_graph(graph, tmp_path, large=10**9)
    whole = (tmp_path / "model.onnx").stat().st_size
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]
    export.save_graph(graph, tmp_path, large=1)
    weights = (tmp_path / "weights.bin").stat().st_size
    assert 0.8 * whole < weights < whole
    assert (tmp_path / "model.onnx").stat().st_size < 0.2 * whole
    onnx.checker.check_model(str(tmp_path / "model.onnx"))


def test_a_split_model_is_exported_loaded_and_replaced(tmp_path: Path) -> None:
    model = hugging_face_folder(tmp_path / "model", "roberta")
    out = tmp_path / "out"
    out.mkdir()
    (out / "weights.bin").write_bytes(b"of an earlier export")
    assert export.main([str(model), str(out), "--agreement", "0.9", *FEW]) == 0
    assert not (out / "weights.bin").exists()
    split = ["--split-above", "1000", "--agreement", "0.9", *FEW]
    assert export.main([str(model), str(out), *split]) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert set(manifest["files"]) == {"model.onnx", "tokenizer.json", "weights.bin"}
    assert build(str(out)).predict(["so good"])[0].windows == 1
