"""Every public method and every command of the unmodified reference client. Prints one JSON line: what came of each.

What there is comes from the client itself; what is not called below is reported as untried. What a call does is looked at
by the other scripts of this folder: here it counts that the client is content with the answer.
"""

import importlib.metadata
import inspect
import json
import os
import sys

import click
import typer
import yaml
from reference_client import BASE_URL, wait
from typer.testing import CliRunner

from peak import base_client, metrics, press, resources
from peak.cli.cli import typer_app

FOLDER, SCRATCH = sys.argv[1], sys.argv[2]
UPLOAD = {"path": FOLDER, "ignore_files": []}
PING = {"ping": {"type": "http", "method": "get", "url": f"{BASE_URL}/healthz"}}
results = {}


def attempt(name, call):
    """Calls, and notes how it ended. The value, or None where the server does not do it."""
    try:
        value = call()
        value = list(value) if inspect.isgenerator(value) else value
    except Exception as error:  # noqa: BLE001, whatever the client makes of the answer is the result
        words = str(error.args[0] if error.args else error)
        if "not_built" not in words:
            raise SystemExit(f"{name}: {type(error).__name__}: {words}") from error
        results[name] = "not built"
        return None
    results[name] = "passes"
    return value


def sdk(resource, method, *args, **options):
    client = clients[resource]
    return attempt(f"{resource}.{method}", lambda: getattr(client, method)(*args, **options))


def cli(command, *args):
    """Runs a command in this process; its answer, read from what it prints."""

    def run():
        outcome = CliRunner().invoke(typer_app, [*command.split(" "), *map(str, args)])
        if outcome.exit_code != 0:
            raise outcome.exception if not isinstance(outcome.exception, SystemExit) else RuntimeError(outcome.output)
        start = min((at for at in map(outcome.stdout.find, "{[") if at >= 0), default=None)
        return None if start is None else json.JSONDecoder().raw_decode(outcome.stdout[start:])[0]

    return attempt(f"peak {command}", run)


def file(name, content):
    path = os.path.join(SCRATCH, name)
    with open(path, "w", encoding="utf-8") as target:
        target.write(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


clients = {
    name: getattr(resources, name).get_client()
    for name in ("images", "artifacts", "workflows", "services", "webapps", "tenants", "users", "alerts")
}


def built(created):
    read = lambda: clients["images"].get_build_logs(created["imageId"], created["buildId"])  # noqa: E731
    return wait(read, lambda answer: answer["buildStatus"] not in ("building", "stopping"))["buildStatus"]


def settled(service_id):
    read = lambda: clients["services"].describe_service(service_id)  # noqa: E731
    wait(read, lambda answer: answer["status"] not in ("CREATING", "DEPLOYING"))


def text(dockerfile, **fields):
    return {**fields, "buildDetails": {"source": "dockerfile", "dockerfile": dockerfile}}


GOOD = "FROM debian:bookworm-slim\nLABEL every=method\n"
BAD = "FROM debian:bookworm-slim\nRUN false\n"

# The images that both halves use.
image = sdk("images", "create_image", {"name": "every", "type": "workflow", "buildDetails": {"source": "upload"}}, UPLOAD)
assert built(image) == "success"
image_id = image["imageId"]


def images_by_sdk():
    failing = sdk("images", "create_version", image_id, text(BAD, version="1.0.0"))
    built(failing)
    sdk("images", "update_version", image_id, failing["versionId"], text(GOOD))
    either = sdk("images", "create_or_update_image_version", text(GOOD, name="either", type="workflow"))
    sdk("images", "describe_image", image_id)
    sdk("images", "describe_version", image_id, image["versionId"])
    sdk("images", "list_images", scope=["custom"])
    sdk("images", "list_image_versions", image_id)
    sdk("images", "list_image_builds", image_id)
    sdk("images", "get_build_logs", image_id, image["buildId"])
    sdk("images", "delete_version", image_id, failing["versionId"])
    more = clients["images"].create_version(image_id, text(GOOD, version="1.1.0"))
    sdk("images", "delete_versions", image_id, [more["versionId"]])
    sdk("images", "delete_image", either["imageId"])


def images_by_cli():
    created = cli("images create", file("image.yaml", {"body": text(GOOD, name="by-cli", type="workflow")}))
    one = created["imageId"]
    failing = cli("images create-version", one, file("version.yaml", {"body": text(BAD, version="1.0.0")}))
    failing["imageId"] = one
    built(failing)
    ids = ("--image-id", one, "--version-id", failing["versionId"])
    cli("images update-version", *ids, file("mended.yaml", {"body": text(GOOD)}))
    either = file("either.yaml", {"body": text(GOOD, name="by-cli", type="workflow", version="2.0.0")})
    second = cli("images create-or-update", either)
    cli("images list")
    cli("images list-versions", one)
    cli("images list-builds", one)
    cli("images describe", one)
    cli("images describe-version", *ids)
    cli("images get-build-logs", "--image-id", one, "--build-id", created["buildId"])
    cli("images delete-version", *ids)
    cli("images delete-versions", "--image-id", one, "--version-ids", second["versionId"])
    cli("images delete", one)


def artifacts_by_sdk():
    created = sdk("artifacts", "create_artifact", "every", UPLOAD)
    one = created["id"]
    sdk("artifacts", "create_artifact_version", one, UPLOAD)
    sdk("artifacts", "describe_artifact", one)
    sdk("artifacts", "list_artifacts")
    sdk("artifacts", "update_artifact", one, {"description": "changed"})
    sdk("artifacts", "download_artifact", one, os.path.join(SCRATCH, "sdk.zip"))
    sdk("artifacts", "delete_artifact_version", one, 1)
    sdk("artifacts", "delete_artifact", one)


def artifacts_by_cli():
    body = {"name": "by-cli", "artifact": UPLOAD}
    one = cli("artifacts create", file("artifact.yaml", body))["id"]
    cli("artifacts create-version", one, file("artifact-version.yaml", {"artifact": UPLOAD}))
    cli("artifacts describe", one)
    cli("artifacts list")
    cli("artifacts update-metadata", one, file("metadata.yaml", {"body": {"description": "changed"}}))
    cli("artifacts download", one, os.path.join(SCRATCH, "cli.zip"))
    cli("artifacts delete-version", one, 1)
    cli("artifacts delete", one)


def ended(workflow_id, execution_id):
    read = lambda: clients["workflows"].get_execution_details(workflow_id, execution_id)  # noqa: E731
    assert wait(read, lambda answer: answer["status"] != "Running", 60)["status"] == "Success"


def workflows_by_sdk():
    timed = {"name": "every", "triggers": [{"cron": "0 0 * * *"}], "steps": PING}
    one = sdk("workflows", "create_workflow", timed)["id"]
    sdk("workflows", "create_or_update_workflow", timed)
    sdk("workflows", "update_workflow", one, timed)
    sdk("workflows", "patch_workflow", one, {"tags": [{"name": "patched"}]})
    sdk("workflows", "describe_workflow", one)
    sdk("workflows", "list_workflows")
    sdk("workflows", "pause_workflow", one)
    sdk("workflows", "resume_workflow", one)
    run = sdk("workflows", "execute_workflow", one)["executionId"]
    ended(one, run)
    sdk("workflows", "list_executions", one)
    sdk("workflows", "get_execution_details", one, run)
    sdk("workflows", "get_execution_logs", one, run, "ping")
    sdk("workflows", "list_resources")
    sdk("workflows", "get_default_resource")
    sdk("workflows", "delete_workflow", one)


def workflows_by_cli():
    timed = file("workflow.yaml", {"body": {"name": "by-cli", "triggers": [{"cron": "0 0 * * *"}], "steps": PING}})
    one = cli("workflows create", timed)["id"]
    cli("workflows create-or-update", timed)
    cli("workflows update", one, timed)
    cli("workflows patch", one, file("patch.yaml", {"body": {"tags": [{"name": "patched"}]}}))
    cli("workflows describe", one)
    cli("workflows list")
    cli("workflows pause", one)
    cli("workflows resume", one)
    run = cli("workflows execute", one)["executionId"]
    ended(one, run)
    cli("workflows list-executions", one)
    ids = ("--workflow-id", one, "--execution-id", run)
    cli("workflows get-execution-details", *ids)
    cli("workflows get-execution-logs", *ids, "--step-name", "ping")
    cli("workflows list-resources")
    cli("workflows list-default-resources")
    cli("workflows delete", one)


def services():
    """Both halves at once: deployments are waited for together."""
    details = {"imageDetails": {"imageId": image_id, "versionId": image["versionId"]}}
    api = {"name": "every", "serviceType": "api", **details}
    made = [
        sdk("services", "create_service", api)["id"],
        sdk("webapps", "create_webapp", {"name": "page", "title": "Page", **details})["id"],
        cli("services create", file("service.yaml", {"body": {**api, "name": "by-cli"}}))["id"],
        cli("webapps create", file("webapp.yaml", {"body": {"name": "page-by-cli", "title": "Page", **details}}))["id"],
    ]
    for one in made:
        settled(one)
    by_sdk, page_by_sdk, by_cli, page_by_cli = made
    title = {"title": "Changed"}
    sdk("services", "update_service", by_sdk, title)
    sdk("services", "create_or_update_service", {**api, **title})
    sdk("services", "describe_service", by_sdk)
    sdk("services", "list_services")
    sdk("services", "test_service", "every", "get")
    sdk("webapps", "update_webapp", page_by_sdk, title)
    sdk("webapps", "create_or_update_webapp", {"name": "page", **title, **details})
    sdk("webapps", "describe_webapp", page_by_sdk)
    sdk("webapps", "list_webapps")
    cli("services update", by_cli, file("title.yaml", {"body": title}))
    cli("services create-or-update", file("service-again.yaml", {"body": {**api, "name": "by-cli", **title}}))
    cli("services describe", by_cli)
    cli("services list")
    cli("services test", "by-cli", "--http-method", "get")
    cli("webapps update", page_by_cli, file("title.yaml", {"body": title}))
    cli("webapps create-or-update", file("page-again.yaml", {"body": {"name": "page-by-cli", **title, **details}}))
    cli("webapps describe", page_by_cli)
    cli("webapps list")
    sdk("services", "delete_service", by_sdk)
    sdk("webapps", "delete_webapp", page_by_sdk)
    cli("services delete", by_cli)
    cli("webapps delete", page_by_cli)


def tenant():
    sdk("tenants", "list_instance_options", "workflow")
    sdk("tenants", "list_warehouses")
    sdk("tenants", "get_credentials", "data-warehouse", all_warehouses=True)
    sdk("users", "check_permissions", {"CAIRN.WORKFLOWS": "write", "PRICING.GUARDRAILS": "read"})
    sdk("alerts", "list_emails")
    sdk("alerts", "describe_email", 1)
    sdk("alerts", "list_templates")
    sdk("alerts", "describe_template", "report")
    sdk("alerts", "send_email", {"recipients": ["a@b.c"], "subject": "s", "templateName": "t"})
    cli("tenants list-instance-options", "--entity-type", "workflow")
    cli("tenants list-warehouses")
    cli("tenants get-credentials", "--data-store-type", "data-warehouse")
    cli("users check-permission", "--feature", "PRICING", "--action", "read")
    cli("alerts emails list")
    cli("alerts emails describe", 1)
    cli("alerts emails list-templates")
    cli("alerts emails describe-template", "report")
    mail = {"body": {"recipients": ["a@b.c"], "subject": "s", "templateName": "t"}}
    cli("alerts emails send", file("mail.yaml", mail))


def methods_of(package, names):
    """`resource.method` of every public method."""
    for name in names:
        module = getattr(package, name, package)
        for kind in vars(module).values():
            if inspect.isclass(kind) and issubclass(kind, base_client.BaseClient) and kind.__module__ == module.__name__:
                yield from (f"{name}.{method}" for method, value in vars(kind).items() if not method.startswith("_") and inspect.isfunction(value))


def commands_of(command, path):
    if isinstance(command, click.Group) or hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from commands_of(inner, f"{path} {name}")
    else:
        yield path


for part in (
    images_by_sdk,
    images_by_cli,
    artifacts_by_sdk,
    artifacts_by_cli,
    workflows_by_sdk,
    workflows_by_cli,
    services,
    tenant,
):
    part()

everything = [
    *methods_of(resources, ["images", "artifacts", "workflows", "services", "webapps", "tenants", "users", "alerts", "cache"]),
    *methods_of(press, ["apps", "blocks", "specs", "deployments"]),
    *methods_of(metrics, ["metrics"]),
    *commands_of(typer.main.get_command(typer_app), "peak"),
]
print(
    json.dumps(
        {
            "version": importlib.metadata.version("peak-sdk"),
            "results": {name: results.get(name, "untried") for name in everything},
            "unknown": [name for name in results if name not in everything],
        }
    )
)
