"""What Azure Storage answers, in our words.

The SDK retries connection trouble and 5xx by itself; what outlives that becomes Transient, so
that the host delivers the message again. Expected answers (404, 409, 412) become StorageAnswers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError

from undertone.errors import Full, Missing, MissingBlocks, Transient
from undertone.storage.containers import ALL


def code_of(error: AzureError) -> str:
    """The service's own name for what went wrong, empty if it gave none."""
    code = getattr(error, "error_code", None) or ""
    return str(getattr(code, "value", code))  # an Enum for the codes the SDK knows, else a text


@contextmanager
def answers(name: str) -> Iterator[None]:
    """Turn the SDK's exceptions about blob `name` into ours."""
    try:
        yield
    except ResourceNotFoundError as error:
        if code_of(error) == "ContainerNotFound":  # not "the job is gone": nothing would be kept
            raise Transient(
                f"the container of {name} does not exist: deploy infra/, or create the containers "
                f"{', '.join(ALL)} in the storage account"
            ) from error
        raise Missing(name) from error
    except HttpResponseError as error:
        code = code_of(error)
        if code == "BlockCountExceedsLimit":
            raise Full(name) from error
        if code in {"InvalidBlockList", "InvalidBlockId"}:
            raise MissingBlocks(name) from error
        raise Transient(f"storage answered {error.status_code} {code} for {name}") from error
    except AzureError as error:
        raise Transient(
            f"storage could not be reached for {name}: {type(error).__name__}"
        ) from error
