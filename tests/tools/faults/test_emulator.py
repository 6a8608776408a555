from __future__ import annotations

import threading
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError
from azure.storage.blob import BlobBlock, BlobServiceClient, LinearRetry
from azure.storage.queue import QueueServiceClient

from tools.faults.emulator import Emulator
from tools.faults.proxy import FaultProxy


@pytest.mark.azurite
def test_a_restart_keeps_what_was_acknowledged(azurite: str, tmp_path: Path) -> None:
    """Blobs, staged blocks, blocks that are appended meanwhile, and messages."""
    assert azurite
    with FaultProxy() as proxy, Emulator(proxy, tmp_path) as emulator:
        connection = emulator.connection
        policy = LinearRetry(backoff=1, retry_total=0)
        service = BlobServiceClient.from_connection_string(connection, retry_policy=policy)
        container = service.create_container("kept")
        container.upload_blob("blob", b"content")
        container.get_blob_client("staged").stage_block("AAAA", b"block")
        log = container.get_blob_client("log")
        log.create_append_blob()
        acknowledged: list[int] = []
        appended = threading.Event()
        ending = threading.Event()

        def append() -> None:
            number = 0
            while not ending.is_set():
                number += 1
                try:
                    log.append_block(f"{number}\n".encode())
                except AzureError:
                    continue
                acknowledged.append(number)
                appended.set()

        with QueueServiceClient.from_connection_string(connection) as queues:
            queue = queues.create_queue("kept")
            queue.send_message("hello")
            thread = threading.Thread(target=append)
            thread.start()
            # On a busy machine the emulator could be gone before the first block came.
            assert appended.wait(timeout=60)
            emulator.restart()
            ending.set()
            thread.join()
            assert emulator.connection == connection
            assert [message.content for message in queue.receive_messages()] == ["hello"]
        assert container.download_blob("blob").readall() == b"content"
        container.get_blob_client("staged").commit_block_list([BlobBlock("AAAA")])
        assert container.download_blob("staged").readall() == b"block"
        lines = [int(line) for line in log.download_blob().readall().split()]
        assert set(acknowledged) <= set(lines)
