"""Blobs and queues: Azure Storage, its emulator Azurite, this process's memory, and a cache."""
