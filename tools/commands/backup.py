"""Copy the blobs of a deployment into a folder, or such a folder back into an account.

What the folder holds is what people said: keep it as long as you promise to, and no longer. A job
that was deleted after the copy comes back with it, so delete such jobs again after a restore.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from azure.storage.blob import BlobServiceClient

from tools.backup.copying import BackupError, restore, save
from undertone.settings import EMULATOR_CONNECTION
from undertone.storage.containers import ALL, MODELS

HELP = "copy the blobs of a deployment into a folder, or back with --restore"
CONTAINERS = [name for name in ALL if name != MODELS]
"""Models can be exported again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, help="to copy into, or with --restore from")
    parser.add_argument("--restore", action="store_true", help="copy back; overwrites nothing")
    parser.add_argument(
        "--account",
        default="",
        metavar="NAME",
        help="storage account, reached as whom `az login` made you; default: the emulator",
    )


def run(args: argparse.Namespace) -> int:
    """Copy; 1 if the folder cannot be used."""
    try:
        with account(args.account) as service:
            if args.restore:
                copied = restore(service, args.folder)
            else:
                copied = save(service, CONTAINERS, args.folder)
    except BackupError as error:
        print(f"./dev backup: {error}", file=sys.stderr)
        return 1
    way = "from" if args.restore else "to"
    print(f"{copied.blobs} blobs, {copied.bytes / 1e6:.1f} MB, copied {way} {args.folder}")
    return 0


def account(name: str) -> BlobServiceClient:
    """The blobs of an account in the cloud, or of the emulator on its usual ports."""
    if not name:
        return BlobServiceClient.from_connection_string(EMULATOR_CONNECTION)
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow, cloud only

    return BlobServiceClient(
        f"https://{name}.blob.core.windows.net", credential=DefaultAzureCredential()
    )
