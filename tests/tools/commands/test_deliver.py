"""Models are brought to the container from which the app loads them."""

from __future__ import annotations

import json
from argparse import Namespace
from hashlib import sha256
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from tools.commands.deliver import run, upload
from undertone.settings import StorageSettings
from undertone.storage.account import Account
from undertone.storage.containers import MODELS
from undertone.stored_models import MANIFEST, download_model


@pytest.mark.azurite
def test_what_is_uploaded_is_what_the_app_loads(azurite: str, tmp_path: Path) -> None:
    folder = tmp_path / "roberta"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"weights")
    digests = {"model.onnx": sha256(b"weights").hexdigest()}
    (folder / MANIFEST).write_text(json.dumps({"files": digests}))
    account = Account.connect(StorageSettings(connection=azurite))
    with BlobServiceClient.from_connection_string(azurite) as service:
        upload(service, folder, "roberta")
    loaded = download_model(account.blobs(MODELS), "roberta", tmp_path / "cache")
    account.close()
    for path in folder.iterdir():
        assert (loaded / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("choice", ["", "compact", "vader", "azure"])
def test_what_is_in_the_package_needs_no_delivery(
    choice: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANALYZER", choice)
    assert run(Namespace(step="upload", source="")) == 0
    assert "nothing to deliver" in capsys.readouterr().out
