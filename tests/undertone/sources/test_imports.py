"""What loads with function_app.py must not load an HTTP client."""

import subprocess
import sys

import pytest

LIGHT = ["undertone.posts", "undertone.sources.config", "undertone.sources.upload",
         "undertone.sources.url_list"]  # fmt: skip


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_load_no_http_client(module: str) -> None:
    code = (
        f"import sys, {module}; print(sorted({{'requests', 'urllib3', 'idna'}} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
