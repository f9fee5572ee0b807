"""All thirteen image methods of the unmodified reference client. Prints one JSON line."""

import json
import os
import sys

import reference_client  # noqa: F401, before anything of the client
from peak.exceptions import BadRequestException, NotFoundException, UnprocessableEntityException
from peak.resources import images, workflows

FOLDER, SCRATCH = sys.argv[1], sys.argv[2]
client = images.get_client()
workflow_client = workflows.get_client()
report = {}
UPLOAD = {"path": FOLDER, "ignore_files": []}


def refusal(call):
    """The name of the client's exception and the words of the answer."""
    try:
        call()
    except (BadRequestException, NotFoundException, UnprocessableEntityException) as error:
        answer = error.args[0] if error.args else ""
        return [type(error).__name__, answer["detail"] if isinstance(answer, dict) else str(answer)]
    raise SystemExit("not refused")


def gone(call):
    try:
        call()
    except NotFoundException:
        return True
    return False


def built(image_id, build_id):
    """Waits for the end of a build as the client's users do."""
    answer = reference_client.wait(
        lambda: client.get_build_logs(image_id=image_id, build_id=build_id),
        lambda answer: answer["buildStatus"] not in ("building", "stopping"),
    )
    return answer["buildStatus"]


def text(dockerfile, **fields):
    return {**fields, "buildDetails": {"source": "dockerfile", "dockerfile": dockerfile}}


GOOD = "FROM debian:bookworm-slim\nLABEL methods=yes\n"
BAD = "FROM debian:bookworm-slim\nRUN false\n"

# create_image, and create_or_update_image_version where neither image nor version is there.
created = client.create_image(body=text(GOOD, name="methods", type="workflow", description="first"))
image_id = created["imageId"]
report["created"] = created
report["firstBuild"] = built(image_id, created["buildId"])
BODY = {"name": "either", "type": "api", "version": "1.0.0", "buildDetails": {"source": "upload"}}
path_one = client.create_or_update_image_version(body=BODY, artifact=UPLOAD)
built(path_one["imageId"], path_one["buildId"])

# create_version: the next patch, one with a suffix, one that fails to build.
report["second"] = client.create_version(image_id, text(GOOD, description="second"))
built(image_id, report["second"]["buildId"])
suffixed = client.create_version(image_id, text(BAD, version="0.1.0-rc.1"))
report["failedBuild"] = built(image_id, suffixed["buildId"])
report["refusedVersion"] = refusal(lambda: client.create_version(image_id, text(GOOD, version="0.0.2")))
report["noVersion"] = refusal(lambda: client.create_version(image_id, text(GOOD, version="one")))
report["refusedName"] = refusal(lambda: client.create_image(body=text(GOOD, name="methods", type="workflow")))

# create_or_update_image_version where the image is there, and where both are: the version that is ready cannot change.
path_two = client.create_or_update_image_version(body={**BODY, "version": "1.0.10"}, artifact=UPLOAD)
built(path_two["imageId"], path_two["buildId"])
report["readyCannotChange"] = refusal(
    lambda: client.create_or_update_image_version(body=BODY, artifact=UPLOAD),
)
failing = client.create_or_update_image_version(body=text(BAD, name="either", type="api", version="1.0.1"))
built(failing["imageId"], failing["buildId"])
path_three = client.create_or_update_image_version(body={**BODY, "version": "1.0.1"}, artifact=UPLOAD)
report["paths"] = {
    "image": path_one,
    "version": path_two,
    "sameImage": len({one["imageId"] for one in (path_one, path_two, failing, path_three)}),
    "updated": {key: path_three[key] == failing[key] for key in ("imageId", "versionId", "buildId")},
    "build": built(path_three["imageId"], path_three["buildId"]),
}

# update_version
updated = client.update_version(image_id, suffixed["versionId"], text(GOOD, description="mended", version="9.9.9"))
report["updated"] = updated
report["updatedBuild"] = built(image_id, updated["buildId"])

# describe_image, describe_version
report["image"] = client.describe_image(image_id)
report["version"] = client.describe_version(image_id, suffixed["versionId"])

# list_images, list_image_versions
report["listed"] = sorted(item["name"] for item in client.list_images(page_size=1, scope=["custom"]))
report["listedPage"] = client.list_images(page_number=1, page_size=1, return_iterator=False, scope=["custom"])["imageCount"]
report["found"] = [item["name"] for item in client.list_images(name="eith", status=["ready", "in-use"])]
report["foundByBuild"] = [item["name"] for item in client.list_images(last_build_status=["failed"])]
report["versions"] = [item["version"] for item in client.list_image_versions(image_id, page_size=2)]
report["exactFirst"] = client.list_image_versions(
    path_one["imageId"], version="1.0.1", page_size=1, return_iterator=False
)["versions"][0]["version"]
report["versionsByTag"] = list(client.list_image_versions(image_id, tags=["none"]))

# list_image_builds, get_build_logs with both of its ways
report["builds"] = [build["status"] for build in client.list_image_builds(image_id, page_size=2)]
report["newestBuild"] = [build["version"] for build in client.list_image_builds(image_id, count=1)]
report["failedBuilds"] = [
    build["version"] for build in client.list_image_builds(image_id, build_status=["failed"], version_ids=[suffixed["versionId"]])
]
saved = os.path.join(SCRATCH, "build.log")
client.get_build_logs(image_id=image_id, build_id=created["buildId"], save=True, file_name=saved)
with open(saved, encoding="utf-8") as file:
    report["savedLog"] = file.read()
report["logs"] = client.get_build_logs(image_id=image_id, build_id=created["buildId"])

# delete_version, delete_versions, delete_image
workflow = workflow_client.create_workflow(
    {"name": "user", "steps": {"a": {"imageId": image_id, "imageVersionId": created["versionId"], "command": "true"}}}
)
report["inUse"] = client.describe_version(image_id, created["versionId"])["status"]
report["usedVersion"] = refusal(lambda: client.delete_version(image_id, created["versionId"]))
report["usedVersions"] = refusal(lambda: client.delete_versions(image_id, [created["versionId"], suffixed["versionId"]]))
report["usedImage"] = refusal(lambda: client.delete_image(image_id))
report["noVersions"] = refusal(lambda: client.delete_versions(image_id, []))
report["unknownVersion"] = refusal(lambda: client.delete_version(image_id, 999_999))
report["deletedVersion"] = client.delete_version(image_id, suffixed["versionId"])
reference_client.wait(lambda: gone(lambda: client.describe_version(image_id, suffixed["versionId"])), lambda value: value)
report["versionsLeft"] = [item["version"] for item in client.list_image_versions(image_id)]
report["deletedVersions"] = client.delete_versions(image_id, [report["second"]["versionId"]])
workflow_client.delete_workflow(workflow["id"])
report["deletedImage"] = client.delete_image(image_id)
reference_client.wait(lambda: gone(lambda: client.describe_image(image_id)), lambda value: value)
client.delete_image(path_one["imageId"])
report["nothingLeft"] = reference_client.wait(
    lambda: [item["name"] for item in client.list_images(scope=["custom"])], lambda names: names == []
)
report["unknownImage"] = refusal(lambda: client.delete_image(image_id))
report["nameIsFree"] = client.create_image(body=text(GOOD, name="methods", type="workflow"))["imageId"] != image_id

print(json.dumps(report))
