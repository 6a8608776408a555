from __future__ import annotations

import pytest

from tools import cli


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_every_command_has_a_line_of_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(arguments)
    except SystemExit as done:
        code = int(done.code or 0)
    text = " ".join(capsys.readouterr().out.split())
    assert code == 0
    for name, command in cli.COMMANDS.items():
        assert f"{name} {command.help}" in text


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(["dance"])
    assert done.value.code == 2
    assert "dance" in capsys.readouterr().err


def test_options_belong_to_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(["up", "--help"])
    assert done.value.code == 0
    assert "--invisibility" in capsys.readouterr().out


def test_an_unknown_benchmark_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "no-such"]) == 2
    assert cli.main(["bench"]) == 0
    assert "NAME" in capsys.readouterr().out


def test_what_is_skipped_without_pytorch_is_run_by_model_test() -> None:
    tests = cli.PROJECT / "tests"
    skips = 'torch = pytest.importorskip("{}"'.format("torch")
    skipping = [path for path in tests.rglob("test_*.py") if skips in path.read_text("utf-8")]
    named = [cli.PROJECT / word for word in cli.MODEL_TESTS if word.endswith(".py")]
    assert sorted(skipping) == sorted(named)
    assert named
