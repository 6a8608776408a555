"""What reading files needs is imported when the first file comes, not at a cold start."""

import subprocess
import sys


def loaded(module: str) -> set[str]:
    """All modules of a fresh process that has imported `module`."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_app_does_not_load_the_parsers_of_files() -> None:
    assert not {name for name in loaded("function_app") if name.startswith("undertone.uploads")}


def test_the_parsers_of_files_load_no_http_client() -> None:
    assert not {"requests", "urllib3", "idna"} & loaded("undertone.uploads.upload")


def test_what_only_some_files_need_is_not_loaded_for_the_others() -> None:
    heavy = {"openpyxl", "dateparser", "multipart", "regex", "idna"}
    assert not heavy & (loaded("undertone.uploads.upload") | loaded("functions.files"))
