"""Workflows described, patched, listed and run by the unmodified reference client. Prints one JSON line."""

import json
import sys
from datetime import datetime, timedelta, timezone

from reference_client import BASE_URL, wait

from peak.exceptions import BadRequestException, ConflictException
from peak.resources import images, workflows

FOLDER = sys.argv[1]
client = workflows.get_client()
report = {}


def described(workflow_id):
    return client.describe_workflow(workflow_id)


def without_times(details):
    return {key: value for key, value in details.items() if key not in ("updatedAt", "triggers")}


def refused(call):
    try:
        call()
    except (BadRequestException, ConflictException) as error:
        return str(error)
    raise SystemExit("not refused")


image = images.get_client().create_image(
    body={"name": "shapes", "type": "workflow", "buildDetails": {"source": "upload"}},
    artifact={"path": FOLDER, "ignore_files": []},
)
EVENTS = {"success": False, "fail": True, "runtimeExceeded": 10, "missed": True, "recovered": True}
BODY = {
    "name": "shapes",
    "metadata": {"allowConcurrentExecution": True, "workflowTimeout": 600},
    "retryOptions": {"duration": 1, "numberOfRetries": 2, "exponentialBackoff": True, "exitCodes": [1, 2]},
    "tags": [{"name": "foo"}, {"name": "bar"}],
    "triggers": [{"cron": "0 0 * * *", "timezone": "Europe/London"}],
    "watchers": [
        {"user": "abc@peak.ai", "events": EVENTS},
        {
            "webhook": {"name": "info", "url": "https://abc.com/post", "payload": "{}", "signingSecret": "client-secret"},
            "events": EVENTS,
        },
        {"email": {"name": "crew", "recipients": {"to": ["user1@peak.ai", "user2@peak.ai"]}}, "events": EVENTS},
    ],
    "steps": {
        "train": {
            "type": "standard",
            "imageId": image["imageId"],
            "imageVersionId": image["versionId"],
            "command": "python train.py",
            "resources": {"instanceTypeId": 21, "storage": "10GB"},
            "parents": [],
            "stepTimeout": 30,
            "clearImageCache": True,
            "parameters": {"env": {"KEY": "value", "MODE": "fast"}, "inherit": {}, "secrets": ["client-secret"]},
            "outputParameters": {"score": "/tmp/score"},
            "runConfiguration": {"skipConfiguration": {"skip": False, "skipDAG": False}},
        },
        "call": {
            "type": "http",
            "method": "post",
            "url": "https://peak.ai",
            "parents": ["train"],
            "auth": {
                "type": "oauth",
                "clientId": "client-id",
                "clientSecret": "client-secret",
                "authUrl": "https://get-access-token.com",
            },
            "payload": "{{score}}",
            "headers": {"absolute": {"x-tenant": "t"}, "secrets": {"x-token": "client-secret"}},
            "parameters": {"inherit": {"score": "score"}},
            "executionParameters": {
                "conditional": [{"condition": "equals", "paramName": "score", "stepName": "train", "value": "1"}],
                "parentStatus": [{"condition": "all-of", "parents": ["train"], "status": ["success"]}],
            },
        },
        "query": {
            "type": "sql",
            "parents": ["train"],
            "repository": {"url": "https://github.com/org/repo", "branch": "main", "filePath": "q.sql"},
            "parameters": {"env": {"key": "value"}},
        },
        "dump": {
            "type": "export",
            "parents": ["query"],
            "schema": "public",
            "table": "t",
            "sortBy": "id",
            "sortOrder": "desc",
            "compression": True,
        },
    },
}
workflow_id = client.create_workflow(BODY)["id"]
first = described(workflow_id)

# What describe shows goes back as it is, and shows the same again.
client.update_workflow(workflow_id, body=first)
again = described(workflow_id)
report["takesBackWhatItShows"] = without_times(again) == without_times(first)
report["steps"] = first["steps"]

# One step's env is merged; what a patch does not send is kept.
client.patch_workflow(workflow_id, body={"steps": {"train": {"parameters": {"env": {"MODE": "slow", "NEW": "1"}}}}})
patched = described(workflow_id)
report["env"] = patched["steps"]["train"]["parameters"]["env"]
report["kept"] = {key: patched.get(key) == first.get(key) for key in ("metadata", "retryOptions", "tags", "watchers")}
report["timezone"] = patched["triggers"][0].get("timezone")

# Options for one step, and for all: keys of container steps land in every type, with a stray `workflowId`.
client.patch_workflow(
    workflow_id,
    name="renamed",
    command="python other.py",
    instance_type_id=23,
    storage="20GB",
    step_names=["train"],
)
client.patch_workflow(
    workflow_id,
    command="python all.py",
    image_id=image["imageId"],
    image_version_id=image["versionId"],
    instance_type_id=22,
    storage="30GB",
    step_timeout=workflow_id,
    clear_image_cache=True,
)
client.patch_workflow(
    workflow_id,
    repository="https://github.com/org/fork",
    branch="next",
    token="client-secret",
    step_names=["query"],
)
optioned = described(workflow_id)
report["renamed"] = optioned["name"]
report["optioned"] = optioned["steps"]
report["workflowId"] = workflow_id

# A new step, another list of tags, triggers cleared by `[{}]`.
client.patch_workflow(
    workflow_id,
    body={"tags": [], "triggers": [{}], "steps": {"extra": {"type": "http", "url": "https://peak.ai"}}},
)
cleared = described(workflow_id)
report["cleared"] = [cleared["tags"], cleared["triggers"], list(cleared["steps"])]
report["unknownType"] = refused(
    lambda: client.patch_workflow(workflow_id, body={"steps": {"extra": {"type": "magic"}}}),
)

# A webhook keeps its id through a patch, and gets another from a bare PUT.
ping = {"ping": {"type": "http", "method": "get", "url": f"{BASE_URL}/healthz"}}
hooked = client.create_workflow({"name": "hooked", "triggers": [{"webhook": True}], "steps": ping})
hook = hooked["triggers"][0]["webhook"]
kept = client.patch_workflow(hooked["id"], body={"tags": [{"name": "x"}]})["triggers"][0]["webhook"]
shown = described(hooked["id"])["triggers"][0]["webhook"]
renewed = client.update_workflow(hooked["id"], {"name": "hooked", "triggers": [{"webhook": True}], "steps": ping})
report["hook"] = [hook == kept, hook == shown, hook == renewed["triggers"][0]["webhook"]]

# By name: another whose name only begins the same is left alone.
client.create_workflow({"name": "nightly-2", "steps": ping})
created = client.create_or_update_workflow({"name": "nightly", "metadata": {"allowConcurrentExecution": True}, "steps": ping})
updated = client.create_or_update_workflow({"name": "nightly", "tags": [{"name": "second"}], "steps": ping})
nightly = described(updated["id"])
report["createOrUpdate"] = [created["id"] == updated["id"], nightly["tags"], nightly["metadata"]]

# History: by count, status, date and page.
runs = [client.execute_workflow(nightly["id"])["executionId"] for _ in range(3)]
wait(lambda: list(client.list_executions(nightly["id"], status=["Success"])), lambda ended: len(ended) == 3, 60)


def history(**filters):
    return [runs.index(run["executionId"]) for run in client.list_executions(nightly["id"], **filters)]


now = datetime.now(timezone.utc)
report["history"] = {
    "all": history(),
    "newestTwo": history(count=2),
    "byPages": history(page_size=1),
    "newestTwoByPages": history(count=2, page_size=1),
    "succeeded": history(status=["Success", "Running"]),
    "failed": history(status=["Failed"]),
    "today": history(date_from=(now - timedelta(hours=1)).isoformat(), date_to=(now + timedelta(hours=1)).isoformat()),
    "before": history(date_to=(now - timedelta(hours=1)).isoformat()),
    "byDay": history(date_from=now.strftime("%Y-%m-%d"), date_to=now.strftime("%Y-%m-%d")),
}
report["page"] = client.list_executions(nightly["id"], page_size=2, page_number=2, return_iterator=False)


def names(**filters):
    return [workflow["name"] for workflow in client.list_workflows(**filters)]


client.create_workflow({"name": "timed", "triggers": [{"cron": "0 0 * * *"}], "steps": ping})
timed = next(client.list_workflows(name="timed"))["id"]
client.pause_workflow(timed)
report["lists"] = {
    "all": sorted(names()),
    "byPages": sorted(names(page_size=1)),
    "search": names(name="nightly"),
    "paused": names(workflow_status=["Paused"]),
    "succeeded": names(last_execution_status=["Success"]),
    "mine": len(names(last_modified_by=["admin@cairn.local"])),
    "nobody": names(last_modified_by=["nobody@example.com"]),
}
print(json.dumps(report))
