"""The documentation page of the reference, snippet by snippet, by its unmodified client, from the files of this folder.

Prints one JSON line: what was made.
"""

import json
import os
import sys
from pathlib import Path

from reference_client import wait

from peak.resources import images, services, tenants, webapps, workflows
from peak.template import load_template

os.chdir(sys.argv[1])
PLACE = {"prefix": "python", "http": os.environ["PAGE_HTTP_URL"], "git": os.environ["PAGE_GIT_URL"]}


def load(name, **params):
    """What the file says, as the client's own commands read it."""
    return load_template(Path(name), {**PLACE, **params})


def built(made):
    image_client.get_build_logs(image_id=made["imageId"], build_id=made["buildId"])
    version = wait(
        lambda: image_client.describe_version(made["imageId"], made["versionId"]),
        lambda answer: answer["lastBuildStatus"] != "building",
    )
    assert version["lastBuildStatus"] == "success", version
    return made


image_client = images.get_client()
file = load("image.yaml.j2")
image = built(image_client.create_image(body=file["body"], artifact=file["artifact"]))
file = load("version.yaml.j2")
version = built(image_client.create_version(image_id=image["imageId"], body=file["body"], artifact=file["artifact"]))
ids = {"image_id": image["imageId"], "version_id": image["versionId"]}

workflow_client = workflows.get_client()
assert workflow_client.get_default_resource()["instanceTypeId"] in [
    option["id"] for option in workflow_client.list_resources()
]
assert tenants.get_client().list_instance_options(entity_type="webapp")["data"]
workflow = workflow_client.create_workflow(load("workflow.yaml.j2", **ids)["body"])
triggered = [
    workflow_client.create_workflow(load("triggers.yaml.j2", trigger=trigger)["body"]) for trigger in ("webhook", "manual")
]
execution = workflow_client.execute_workflow(workflow_id=workflow["id"], body=load("execute.yaml")["body"])
run = wait(
    lambda: workflow_client.get_execution_details(workflow["id"], execution["executionId"]),
    lambda answer: answer["status"] not in ("Running", "Stopping"),
)


def serves(service_id):
    return wait(
        lambda: service_client.describe_service(service_id=service_id),
        lambda answer: answer["status"] not in ("CREATING", "DEPLOYING"),
    )


webapp = webapps.get_client().create_webapp(load("webapp.yaml.j2", **ids)["body"])
service_client = services.get_client()
service = service_client.create_service(load("service.yaml.j2", **ids)["body"])
api = service_client.create_service(load("api.yaml.j2", **ids)["body"])
assert serves(webapp["id"])["status"] == "AVAILABLE", serves(webapp["id"])
assert serves(api["id"])["status"] == "AVAILABLE", serves(api["id"])
url = serves(service["id"])["url"]
test = load("test.yaml")["body"]
tested = service_client.test_service(
    "python-api101", http_method=test["httpMethod"], path=test["path"], payload=test["payload"]
)

print(
    json.dumps(
        {
            "image": image,
            "version": version,
            "workflow": workflow["id"],
            "triggered": [made["id"] for made in triggered],
            "run": {step["name"]: step["status"] for step in run["steps"]},
            "webapp": webapp["id"],
            "service": service["id"],
            "url": url,
            "tested": tested,
        }
    )
)
