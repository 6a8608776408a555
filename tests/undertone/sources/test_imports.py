"""What loads with function_app.py must not load an HTTP client."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["undertone.posts", "undertone.sources.config"])
def test_light_modules_load_no_http_client(module: str) -> None:
    code = (
        f"import sys, {module}; print(sorted({{'requests', 'urllib3', 'idna'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
