"""The main job by the unmodified reference client, its host function replaced from outside. Prints one JSON line."""

import json
import sys
import time

from reference_client import wait

from peak.resources import artifacts, images, services, workflows

FOLDER = sys.argv[1]


def follow(read, finished):
    lines, token = [], None
    while True:
        answer = read(token)
        lines += [entry["message"] for entry in answer["logs"] or []]
        assert all(int(entry["timestamp"]) > 0 for entry in answer["logs"] or [])
        token = answer.get("nextToken", token)
        if finished(answer) and not answer["logs"]:
            return lines
        time.sleep(0.1)


image_client = images.get_client()
created = image_client.create_image(
    body={
        "name": "compat-echo",
        "type": "workflow",
        "description": "Hello from SDK",
        "buildDetails": {
            "source": "upload",
            "useCache": True,
            "buildArguments": [{"name": "GREETING", "value": "hei"}],
            "context": ".",
        },
    },
    artifact={"path": FOLDER, "ignore_files": [".dockerignore"]},
)
image_id, version_id, build_id = created["imageId"], created["versionId"], created["buildId"]
build_log = follow(
    lambda token: image_client.get_build_logs(image_id=image_id, build_id=build_id, next_token=token),
    lambda answer: answer["buildStatus"] != "building",
)
image = image_client.describe_image(image_id)
version = image_client.describe_version(image_id, version_id)
builds = list(image_client.list_image_builds(image_id))
listed = [item["name"] for item in image_client.list_images(scope=["custom"])]

artifact_client = artifacts.get_client()
artifact = artifact_client.create_artifact("compat", {"path": FOLDER, "ignore_files": [".dockerignore"]})

workflow_client = workflows.get_client()
workflow = workflow_client.create_workflow(
    {
        "name": "compat",
        "triggers": [],
        "watchers": [],
        "tags": [{"name": "foo"}],
        "steps": {
            "speak": {
                "type": "standard",
                "imageId": image_id,
                "imageVersionId": version_id,
                "command": 'echo "$GREETING $WHO from $PEAK_STEP_NAME"; echo 42 > answer',
                "resources": {"instanceTypeId": 21, "storage": "10GB"},
                "parents": [],
                "stepTimeout": 60,
                "parameters": {"env": {"WHO": "reference client"}},
                "outputParameters": {"answer": "answer"},
            },
            "check": {
                "imageId": image_id,
                "command": 'test "$ANSWER" = 42 && echo "got $ANSWER"',
                "parents": ["speak"],
                "parameters": {"inherit": {"ANSWER": "answer"}},
            },
        },
    }
)
workflow_id = workflow["id"]
execution_id = workflow_client.execute_workflow(workflow_id, {})["executionId"]
step_log = follow(
    lambda token: workflow_client.get_execution_logs(workflow_id, execution_id, "speak", next_token=token),
    lambda answer: answer["stepRunStatus"] not in ("Running", "Pending", "Queued"),
)
details = wait(
    lambda: workflow_client.get_execution_details(workflow_id, execution_id),
    lambda answer: answer["status"] != "Running",
)
patched = workflow_client.patch_workflow(workflow_id, body={"steps": {"speak": {"parameters": {"env": {"WHO": "patch"}}}}})
described = workflow_client.describe_workflow(workflow_id)
executions = list(workflow_client.list_executions(workflow_id))

service_client = services.get_client()
service = service_client.create_service(
    {
        "name": "compat-echo",
        "title": "Hello from SDK",
        "serviceType": "api",
        "imageDetails": {"imageId": image_id, "versionId": version_id},
        "resources": {"instanceTypeId": 1},
        "parameters": {"env": {"ARG": "value"}},
        "minInstances": 1,
    }
)
service_details = wait(
    lambda: service_client.describe_service(service["id"]),
    lambda answer: answer["status"] != "CREATING",
)
answer = service_client.test_service("compat-echo", http_method="post", path="/predict", payload={"key": "value"})
service_names = [item["name"] for item in service_client.list_services()]
service_client.delete_service(service["id"])

print(
    json.dumps(
        {
            "created": created,
            "buildLog": build_log,
            "image": image,
            "version": version,
            "builds": builds,
            "listed": listed,
            "artifact": artifact,
            "execution": details,
            "stepLog": step_log,
            "patched": patched,
            "described": described,
            "executions": executions,
            "service": service_details,
            "serviceNames": service_names,
            "answer": answer,
        }
    )
)
