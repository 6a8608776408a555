"""What is read of a Bicep file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.infra.bicep import read

TEXT = """
param name string
param extra string = ''
var things = [
  'a'
]

resource there 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: name
}

resource one 'Microsoft.Storage/storageAccounts@2024-01-01' = if (!empty(extra)) {
  name: name
  properties: {
    'odata.type': 'x'
  }
}

resource many 'Microsoft.Storage/storageAccounts@2024-01-01' = [for item in things: {
  name: item
}]

output id string = one.id
"""


def test_what_a_file_declares(tmp_path: Path) -> None:
    (tmp_path / "some.bicep").write_text(TEXT)
    template = read(tmp_path / "some.bicep")
    assert (template.file, template.variables) == ("some.bicep", {"things": ["a"]})
    assert (list(template.parameters), list(template.outputs)) == (["name", "extra"], ["id"])
    one, many = template.resources
    assert (one.symbol, one.loops_over, many.loops_over) == ("one", "", "things")
    assert one.type == "Microsoft.Storage/storageAccounts@2024-01-01"
    assert one.body == {"name": "name", "properties": {"odata.type": "x"}}
    assert many.body == {"name": "item"}
    assert {"name", "things", "one", "many"} <= template.names


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "some.bicep").write_text("resource x = {")
    with pytest.raises(Exception, match=r"[Uu]nexpected"):
        read(tmp_path / "some.bicep")
