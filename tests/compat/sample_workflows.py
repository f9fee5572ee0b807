"""The workflows that the reference client ships as samples, and the one of its documentation, by the unmodified client.

Only what cannot exist here is exchanged: ids of images, and addresses. Prints one JSON line: what became of each run.
"""

import copy
import importlib.resources
import json
import os
import sys

import requests
import yaml
from reference_client import BASE_URL, wait

from peak.resources import images, workflows

HTTP_URL = os.environ["SAMPLE_HTTP_URL"]
GIT_URL = os.environ["SAMPLE_GIT_URL"]
IMAGE_FOLDER = sys.argv[1]

cairn = requests.Session()
cairn.headers["Authorization"] = os.environ["PEAK_AUTH_TOKEN"]


def call(method, path, body):
    answer = cairn.request(method, BASE_URL + path, json=body)
    if not answer.ok:
        raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json()


def build_image():
    client = images.get_client()
    created = client.create_image(
        body={
            "name": "samples",
            "type": "workflow",
            "buildDetails": {"source": "upload", "useCache": True, "context": "."},
        },
        artifact={"path": IMAGE_FOLDER, "ignore_files": []},
    )
    version = wait(
        lambda: client.describe_version(created["imageId"], created["versionId"]),
        lambda answer: answer["lastBuildStatus"] != "building",
    )
    assert version["lastBuildStatus"] == "success", version
    return created["imageId"], created["versionId"]


def adapted(body, image):
    """The body with ids and addresses of this place; everything else as it is printed."""
    body = copy.deepcopy(body)
    for step in body["steps"].values():
        if "imageId" in step:
            step["imageId"], step["imageVersionId"] = image
        if "url" in step:
            step["url"] = f"{HTTP_URL}/sample"
        if "repository" in step:
            step["repository"]["url"] = GIT_URL
        if step.get("auth", {}).get("authUrl"):
            step["auth"]["authUrl"] = f"{HTTP_URL}/token"
    for watcher in body.get("watchers", []):
        if "webhook" in watcher:
            watcher["webhook"]["url"] = f"{HTTP_URL}/watcher"
    return body


def sample(name):
    text = importlib.resources.files("peak.sample_yaml.resources.workflows").joinpath(f"{name}.yaml").read_text()
    return yaml.safe_load(text)["body"]


client = workflows.get_client()


def run(name, body, execute=None):
    saved = client.create_or_update_workflow({**body, "name": name})
    execution_id = client.execute_workflow(saved["id"], execute or {})["executionId"]
    details = wait(
        lambda: client.get_execution_details(saved["id"], execution_id),
        lambda answer: answer["status"] not in ("Running", "Stopping"),
    )
    return {
        "id": saved["id"],
        "executionId": execution_id,
        "status": details["status"],
        "reason": details["reason"],
        "steps": {step["name"]: step for step in details["steps"]},
    }


image = build_image()
for secret in ["secret", "secret-1", "secret-2", "token", "random_token", "github", "client-id", "client-secret"]:
    call("POST", "/secrets/api/v1/secrets", {"name": secret, "value": f"value-of-{secret}"})
call(
    "PUT",
    "/queries/api/v1/queries",
    {
        "path": "path/to/sql",
        "text": "create schema if not exists schema_name;"
        "create table if not exists schema_name.table_name (column_name text);"
        "insert into schema_name.table_name values ({{ key }})",
    },
)

seed = adapted(json.loads(os.environ["SEED_BODY"]), image)
failing = copy.deepcopy(seed)
failing["steps"]["stepName"]["command"] = "exit 3"

retry = adapted(sample("workflow_auto_retry"), image)
# Ends with an exit code of the list each time: what the sample is about.
retry["steps"]["step-1"]["command"] = "exit 1"
retry["steps"]["step-1"]["runConfiguration"]["retryOptions"]["duration"] = 1

partial = {
    "steps": {
        "step1": {"imageId": image[0], "command": "echo $param1 $param2"},
        "child": {"imageId": image[0], "command": "echo $param1", "parents": ["step1"]},
        "step2": {"imageId": image[0], "command": "echo $param1 $param3"},
        "other": {"imageId": image[0], "command": "exit 1"},
    }
}

report = {
    "seed": run("seed", seed),
    "failing": run("failing", failing),
    "autoRetry": run("auto-retry", retry),
    "inputParameters": run("input-parameters", adapted(sample("workflow_input_parameters"), image)),
    "inherit": run("inherit", adapted(sample("workflow_input_parameters_inherit"), image)),
    "outputParameters": run(
        "output-parameters",
        adapted(sample("workflow_output_parameters"), image),
        {"params": {"global": {"data": "given"}}},
    ),
    "executionParameters": run("execution-parameters", adapted(sample("workflow_execution_parameters"), image)),
    "skippableSteps": run("skippable-steps", adapted(sample("workflow_skippable_steps"), image)),
    "partialRun": run("partial-run", partial, sample("execute_partial_workflow")),
}
report["patched"] = client.patch_workflow(report["seed"]["id"], step_names=["stepName"], command="python other.py")
report["described"] = client.describe_workflow(report["seed"]["id"])
report["executions"] = list(client.list_executions(report["seed"]["id"], status=["Success"], count=5))
print(json.dumps(report))
