"""Blobs and queues: `account` for the cloud and the emulator, `memory` for the pipeline's tests."""
