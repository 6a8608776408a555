"""Makes the RoBERTa-sized model in a folder, its one argument; needs PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks._roberta_sized import make
from benchmarks._texts import model_texts

if __name__ == "__main__":
    make(Path(sys.argv[1]), model_texts(None).for_tokenizer)
