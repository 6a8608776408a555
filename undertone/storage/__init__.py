"""Blobs and queues: `azure` for the cloud and the emulator, `memory` for tests of the pipeline."""
