"""Bring the model that ANALYZER names to where a deployment loads it; run by azd (azure.yaml).

`compact` is in the package: nothing to do. For `roberta` the export makes the artifact in
`out/roberta` and writes the digest of its manifest into the environment of azd, from which the
deployment's settings pin it; the upload brings it into the container `models`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient

from tools.commands.backup import account
from tools.environment import InstallError, model_python
from tools.processes import run_python
from tools.project import OUT
from undertone.storage.containers import MODELS
from undertone.stored_models import MANIFEST

HELP = "export the model that ANALYZER names and bring it to a deployment"
EXPORTED = {"roberta": "cardiffnlp/twitter-roberta-base-sentiment-latest"}
"""Models that are exported, and their names at the Hugging Face hub."""
PINNED_BY = "MODEL_DIGEST"
"""The setting that holds the digest of the manifest."""
ROLE_MINUTES = 10
"""So long may a role that has just been granted need to be known everywhere."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("step", choices=["export", "upload"])
    parser.add_argument("--source", default="", help="a local folder instead of the hub's model")


def run(args: argparse.Namespace) -> int:
    """Do one of the two; the exit code."""
    name = os.environ.get("ANALYZER", "").strip()
    if name not in EXPORTED:
        print(f"ANALYZER is {name or 'compact'!r}: nothing to deliver")
        return 0
    folder = OUT / name
    if args.step == "export":
        return _export(args.source or EXPORTED[name], folder)
    with account(os.environ.get("AZURE_STORAGE_ACCOUNT", "")) as service:
        upload(service, folder, name)
    return 0


def _export(source: str, folder: Path) -> int:
    if not (folder / MANIFEST).is_file():
        try:
            python = model_python()
        except InstallError as error:
            print(f"./dev deliver: {error}", file=sys.stderr)
            return 1
        code = run_python("-m", "training.export", source, str(folder), python=python)
        if code != 0:
            return code
    digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    print(f"{folder}: {PINNED_BY}={digest}")
    if shutil.which("azd") is None:
        print(f"Without azd: set {PINNED_BY} yourself")
        return 0
    command = ["azd", "env", "set", PINNED_BY, digest]
    return subprocess.run(command, check=False).returncode


def upload(service: BlobServiceClient, folder: Path, name: str) -> None:
    """Copy the files of a model to `models/{name}/`, the manifest last: then it is whole."""
    container = service.get_container_client(MODELS)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    files.sort(key=lambda path: path.name == MANIFEST)
    end = time.monotonic() + ROLE_MINUTES * 60
    for path in files:
        while True:
            try:
                with path.open("rb") as data:
                    container.upload_blob(f"{name}/{path.name}", data, overwrite=True)
                break
            except HttpResponseError as error:
                if error.status_code != 403 or time.monotonic() > end:
                    raise
                print("Storage does not know the new role yet …", file=sys.stderr)
                time.sleep(15)
        print(f"Uploaded {path.name} to {MODELS}/{name}/")
