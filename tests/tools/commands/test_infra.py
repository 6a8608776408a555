"""What of checkov's report is a fault."""

from __future__ import annotations

from typing import Any

from tools.commands.infra import faults


def report(**changes: Any) -> dict[str, Any]:
    results: dict[str, Any] = {"parsing_errors": [], "failed_checks": [], "skipped_checks": []}
    return {"results": results | changes, "summary": {"passed": 1}}


def check(comment: str = "") -> dict[str, Any]:
    return {
        "file_path": "/vault.bicep",
        "resource": "vault",
        "check_id": "CKV_1",
        "check_name": "Is safe",
        "check_result": {"suppress_comment": comment},
    }


def test_a_clean_report_has_no_faults() -> None:
    assert faults(report(skipped_checks=[check("a reason")])) == []


def test_what_failed_is_named() -> None:
    assert faults(report(failed_checks=[check()])) == ["infra/vault.bicep: vault: CKV_1: Is safe"]


def test_a_file_that_cannot_be_read_is_a_fault() -> None:
    assert faults(report(parsing_errors=["infra/x.bicep"])) == [
        "infra/x.bicep: checkov cannot read it"
    ]


def test_a_skip_without_a_reason_is_a_fault() -> None:
    assert len(faults(report(skipped_checks=[check(" ")]))) == 1


def test_a_report_about_nothing_is_a_fault() -> None:
    assert faults(report() | {"summary": {"passed": 0}}) == [
        "no check passed: were the files read?"
    ]
