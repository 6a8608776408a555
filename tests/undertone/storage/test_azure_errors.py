"""The exceptions of the Azure SDK as ours."""

from __future__ import annotations

import pytest
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.storage.blob import StorageErrorCode

from undertone.errors import Full, Missing, MissingBlocks, StorageAnswer, Transient
from undertone.storage.azure_errors import error_code, translated_errors


def answered(kind: type[HttpResponseError], code: str, status: int = 400) -> HttpResponseError:
    error = kind("the service's own words")
    error.error_code = code  # type: ignore[attr-defined] # as the SDK sets it
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (answered(ResourceNotFoundError, "BlobNotFound", 404), Missing),
        (answered(ResourceNotFoundError, "", 404), Missing),
        (answered(HttpResponseError, "BlockCountExceedsLimit", 409), Full),
        (answered(HttpResponseError, "InvalidBlockList"), MissingBlocks),
        (answered(HttpResponseError, "InvalidBlockId"), MissingBlocks),
    ],
)
def test_expected_answers_name_the_blob(error: AzureError, ours: type[StorageAnswer]) -> None:
    with pytest.raises(ours, match=r"^job/blob$"), translated_errors("job/blob"):
        raise error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            answered(ResourceNotFoundError, "ContainerNotFound", 404),
            "the container of job/blob does not exist: deploy infra/, or create the containers "
            "jobs, comments, results, models",
        ),
        (
            answered(HttpResponseError, "ServerBusy", 503),
            "storage answered 503 ServerBusy for job/blob",
        ),
        (
            ServiceRequestError("refused"),
            "storage could not be reached for job/blob: ServiceRequestError",
        ),
    ],
)
def test_all_others_may_succeed_later(error: AzureError, message: str) -> None:
    with pytest.raises(Transient, match=message), translated_errors("job/blob"):
        raise error


def test_the_service_s_words_are_not_repeated() -> None:
    """They may hold the address with its signature."""
    with pytest.raises(Transient) as caught, translated_errors("blob"):
        raise answered(HttpResponseError, "ServerBusy", 503)
    assert "own words" not in str(caught.value)


def test_a_code_is_text_or_one_of_the_sdk_or_none() -> None:
    error = AzureError("")
    assert error_code(error) == ""
    for code in ("BlobNotFound", StorageErrorCode.BLOB_NOT_FOUND):
        error.error_code = code  # type: ignore[attr-defined] # as the SDK sets it
        assert error_code(error) == "BlobNotFound"
