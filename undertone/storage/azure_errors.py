"""Translates the exceptions of the Azure SDK into those of `undertone.errors`.

The SDK retries connection errors and 5xx answers by itself; what is left after its retries becomes
Transient, so that the host delivers the message again. Answers that the pipeline expects and
handles (no such blob, no such block, append blob full) become a StorageAnswer each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError

from undertone.errors import Full, Missing, MissingBlocks, Transient
from undertone.storage import containers


def error_code(error: AzureError) -> str:
    """The service's code for the error (`BlobNotFound`, …); empty if the answer had none."""
    code = getattr(error, "error_code", None) or ""
    return str(getattr(code, "value", code))  # an Enum for the codes the SDK knows, else a text


@contextmanager
def translated_errors(blob: str) -> Iterator[None]:
    """Raise the SDK's exceptions from a call about `blob` as ours, which name it."""
    try:
        yield
    except ResourceNotFoundError as error:
        if error_code(error) == "ContainerNotFound":  # Missing would be read as a deleted job
            raise Transient(
                f"the container of {blob} does not exist: deploy infra/, or create the containers "
                f"{', '.join(containers.ALL)} in the storage account"
            ) from error
        raise Missing(blob) from error
    except HttpResponseError as error:
        code = error_code(error)
        if code == "BlockCountExceedsLimit":
            raise Full(blob) from error
        if code in {"InvalidBlockList", "InvalidBlockId"}:
            raise MissingBlocks(blob) from error
        raise Transient(f"storage answered {error.status_code} {code} for {blob}") from error
    except AzureError as error:
        raise Transient(
            f"storage could not be reached for {blob}: {type(error).__name__}"
        ) from error
