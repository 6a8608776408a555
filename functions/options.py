"""A job's options, which come in the JSON body or, beside a file, in the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from functions.fields import Problems, problem_of
from undertone import wire
from undertone.pipeline.job_records import Options
from undertone.records import Want

Text = Annotated[str, msgspec.Meta(max_length=200)]


class OptionsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The options as callers write them."""

    name: Text = ""
    comments_per_post: Annotated[int, msgspec.Meta(ge=1, le=50_000)] = 1000
    order: Literal["top", "newest"] = "top"
    sample: Literal["", "random"] = ""
    replies: bool = True
    min_coverage: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    max_age_minutes: Annotated[int, msgspec.Meta(ge=0, le=60 * 24 * 30)] = 60
    authors: Literal["", "plain", "hashed", "none"] = ""
    mask: bool = False


OPTIONS = {field.name: field for field in msgspec.structs.fields(OptionsBody)}
"""By name."""


def read_options(raw: Mapping[str, Any], problems: Problems, *, strict: bool = True) -> OptionsBody:
    """The options among `raw`; what is wrong with any of them goes into `problems`.

    `strict` False reads numbers and truth values from text, as a query has them.
    """
    valid: dict[str, Any] = {}
    for name, field in OPTIONS.items():
        if name not in raw:
            continue
        if problem := problem_of(raw[name], field.type, strict=strict):
            problems.add(name, problem)
        else:
            valid[name] = wire.convert(raw[name], field.type, strict=strict)
    return OptionsBody(**valid)


def job_options(options: OptionsBody) -> Options:
    """The options as the pipeline knows them."""
    want = Want(
        limit=options.comments_per_post,
        order=options.order,
        sample=options.sample,
        replies=options.replies,
    )
    return Options(
        want=want,
        min_coverage=options.min_coverage,
        max_age_minutes=options.max_age_minutes,
        authors=options.authors,
        mask=options.mask,
    )
