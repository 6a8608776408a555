"""Makes a model of RoBERTa-base's architecture and size with random weights, to measure speed.

The real one cannot be had offline, and the values of weights do not change how long a product
takes. Its tokenizer is a byte-level BPE of the same size, trained on texts like those scored.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from model.artifact import CLASSES
from training import export, fuse

VOCABULARY, POSITIONS, SEED = 50_265, 514, 1


def make(folder: Path, texts: Iterable[str]) -> None:
    """Write three forms of the model into `folder`, unless they are there.

    `pytorch/` for transformers, `plain.onnx` from a plain float export, `int8/` from our export.
    The tokenizer is trained on `texts`.
    """
    if (folder / "int8" / "manifest.json").exists():
        return
    torch.manual_seed(SEED)
    config = RobertaConfig(
        vocab_size=VOCABULARY,
        max_position_embeddings=POSITIONS,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        num_labels=len(CLASSES),
        id2label=dict(enumerate(CLASSES)),
    )
    pytorch = folder / "pytorch"
    RobertaForSequenceClassification(config).save_pretrained(pytorch)
    _tokenizer(texts).save_pretrained(pytorch)
    eager = RobertaForSequenceClassification.from_pretrained(pytorch, attn_implementation="eager")
    fuse.export_plain(eager.eval(), folder / "plain.onnx")
    # With random weights the answers agree by chance only, so parity is not required.
    loose = ["--agreement", "0", "--difference", "1", "--texts", "50"]
    export.main([str(pytorch), str(folder / "int8"), *loose])


def _tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=special,
        initial_alphabet=alphabet,
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    bpe.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
    )
