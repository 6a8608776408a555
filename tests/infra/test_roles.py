"""The app's identity may do what the code and the host call, and no more."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

from tools.infra.bicep import templates

PROJECT = Path(__file__).parents[2]
BLOBS = "blobServices/containers/blobs"
QUEUES = "queueServices/queues"
ACTIONS = {
    # As Microsoft's page "Permissions for calling data operations" has them, shortened
    "append_block": f"{BLOBS}/write",
    "commit_block_list": f"{BLOBS}/write",
    "create_append_blob": f"{BLOBS}/write",
    "delete_blob": f"{BLOBS}/delete",
    "delete_blobs": f"{BLOBS}/delete",
    "download_blob": f"{BLOBS}/read",
    "get_blob_properties": f"{BLOBS}/read",
    "get_block_list": f"{BLOBS}/read",
    "list_blobs": f"{BLOBS}/read",
    "stage_block": f"{BLOBS}/write",
    "upload_blob": f"{BLOBS}/write",
    "get_user_delegation_key": "blobServices/generateUserDelegationKey/action",
    "create_queue": f"{QUEUES}/write",
    "peek_messages": f"{QUEUES}/messages/read",
    "send_message": f"{QUEUES}/messages/write",
    "get_secret": "vaults/secrets/getSecret/action",
}
"""What a method of Azure's clients needs."""
NEEDS_NOTHING = {"create_container": "only with a connection string (Account._create_containers)"}
ROLES = {
    "storageBlobDataOwner": [
        "blobServices/containers/*",
        "blobServices/generateUserDelegationKey/action",
    ],
    "storageQueueDataContributor": [
        f"{QUEUES}/delete",
        f"{QUEUES}/read",
        f"{QUEUES}/write",
        f"{QUEUES}/messages/*",
    ],
    "keyVaultSecretsUser": [
        "vaults/secrets/getSecret/action",
        "vaults/secrets/readMetadata/action",
    ],
}
"""What the built-in roles allow, by their names in roles.bicep."""
FOR_THE_HOST = {"storageTableDataContributor", "monitoringMetricsPublisher"}
"""No call of ours needs them: the host's diagnostic events, and telemetry."""
CLIENT_METHOD = re.compile(
    r"(append|commit|stage|upload|download|delete|undelete|list|create|get|set|send|peek|receive|"
    r"update|clear|acquire|start|abort|exists)_?(blobs?|blob_\w+|block\w*|queues?|queue_\w+|"
    r"messages?|container\w*|append_blob|user_delegation_key|secret\w*)"
)
"""The names of methods of Azure's clients that ask the service for something."""
LOCAL = {"get_blob_client", "get_container_client", "get_queue_client", "get_secret"}
"""Ask nothing, or are found another way: the vault's call is named in undertone/vault.py."""


def calls() -> set[str]:
    """The methods of Azure's clients that the app calls."""
    found: set[str] = set()
    for file in [*(PROJECT / "undertone/storage").glob("azure_*.py"), *OTHERS]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.add(node.func.attr)
    return {name for name in found if CLIENT_METHOD.fullmatch(name)} - LOCAL | {"get_secret"}


OTHERS = [
    PROJECT / "undertone/storage/account.py",
    PROJECT / "undertone/storage/counters.py",
    PROJECT / "undertone/storage/links.py",
    PROJECT / "undertone/vault.py",
]


def granted() -> dict[str, str]:
    """The roles of the app's identity, and what each is for."""
    template = templates()["roles"]
    found = {}
    for resource in template.resources:
        properties = resource.body["properties"]
        if properties["principalId"] != "appPrincipalId":
            continue
        role = properties["roleDefinitionId"]["function"]["parameters"]["resource_name_1"]
        roles = template.variables[resource.loops_over] if resource.loops_over else [role]
        found.update(dict.fromkeys(roles, resource.body["scope"]))
    return found


def test_azures_clients_are_used_where_this_test_looks() -> None:
    using = {
        file
        for room in ("functions", "undertone")
        for file in (PROJECT / room).rglob("*.py")
        if re.search(r"from azure\.(storage|keyvault|data)", file.read_text("utf-8"))
    }
    looked_at = {*(PROJECT / "undertone/storage").glob("az*.py"), *OTHERS}
    assert using <= looked_at | {PROJECT / "undertone/storage/retries.py"}


def test_what_each_call_needs_is_known() -> None:
    assert calls() == ACTIONS.keys() | NEEDS_NOTHING.keys()


def test_the_roles_allow_every_call() -> None:
    allowed = [pattern for role in granted() for pattern in ROLES.get(role, [])]
    for method in calls() - NEEDS_NOTHING.keys():
        assert any(fnmatch(ACTIONS[method], pattern) for pattern in allowed), method


def test_no_role_is_there_for_nothing() -> None:
    for role in granted().keys() - FOR_THE_HOST:
        needed = [
            method
            for method in calls() - NEEDS_NOTHING.keys()
            if any(fnmatch(ACTIONS[method], pattern) for pattern in ROLES[role])
        ]
        assert needed, role
    assert granted().keys() - ROLES.keys() == FOR_THE_HOST


def test_each_role_is_granted_on_one_resource() -> None:
    """Never on the resource group or the subscription."""
    assert set(granted().values()) == {"account", "vault", "component"}
    for template in templates().values():
        for resource in template.resources:
            if resource.type.startswith("Microsoft.Authorization/"):
                assert "scope" in resource.body, resource.symbol


def test_the_table_of_the_manual_is_what_is_granted() -> None:
    manual = (PROJECT / "docs/operations.md").read_text("utf-8")
    table = manual.partition("| Role | On | Needed by |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    places = {"account": "storage", "vault": "vault", "component": "Application Insights"}
    spelled = {role.lower(): places[scope] for role, scope in granted().items()}
    assert {role.replace(" ", "").lower(): place for role, place, _ in rows} == spelled
    named = {method for _, _, needed in rows for method in re.findall(r"`(\w+)`", needed)}
    assert named == calls() - NEEDS_NOTHING.keys()


def test_the_ids_of_roles_are_those_that_azure_publishes() -> None:
    """From Microsoft's list of built-in roles."""
    variables = templates()["roles"].variables | templates()["registry"].variables
    ids = {name: value for name, value in variables.items() if isinstance(value, str)}
    assert ids == {
        "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "storageBlobDataContributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
        "keyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
        "acrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "acrPush": "8311e382-0749-4cb8-b61a-304f252e45ec",
    }
