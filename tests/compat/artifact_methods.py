"""All eight artifact methods of the unmodified reference client. Prints one JSON line."""

import hashlib
import json
import os
import sys
import zipfile

import reference_client  # noqa: F401, before anything of the client
from peak.exceptions import BadRequestException, NotFoundException, PayloadTooLargeException
from peak.resources import artifacts

FOLDER, SCRATCH = sys.argv[1], sys.argv[2]
client = artifacts.get_client()
report = {}


def refusal(call):
    """The name of the client's exception and the words of the answer."""
    try:
        call()
    except (BadRequestException, NotFoundException, PayloadTooLargeException) as error:
        answer = error.args[0] if error.args else ""
        return [type(error).__name__, answer["detail"] if isinstance(answer, dict) else str(answer)]
    raise SystemExit("not refused")


def folder(name, text):
    path = os.path.join(SCRATCH, name)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "main.py"), "w", encoding="utf-8") as file:
        file.write(text)
    return {"path": path, "ignore_files": []}


def downloaded(artifact_id, version=None):
    path = os.path.join(SCRATCH, f"{artifact_id}-{version}.zip")
    client.download_artifact(artifact_id, path, version)
    with open(path, "rb") as file:
        content = file.read()
    with zipfile.ZipFile(path) as archive:
        text = archive.read("main.py").decode()
    return {"sha256": hashlib.sha256(content).hexdigest(), "sizeBytes": len(content), "text": text}


created = client.create_artifact("model", folder("one", "print(1)"))
artifact_id = created["id"]
report["created"] = created
report["withoutDescription"] = client.describe_artifact(artifact_id)["description"]
report["added"] = client.create_artifact_version(artifact_id, folder("two", "print(2)"))
report["third"] = client.create_artifact_version(artifact_id, folder("three", "print(3)"), scan=True)
report["described"] = client.describe_artifact(artifact_id)
report["versionPage"] = client.describe_artifact(artifact_id, page_number=2, page_size=2)
report["latest"] = downloaded(artifact_id)
report["first"] = downloaded(artifact_id, 1)

with open(os.path.join(folder("checked", "print(4)")["path"], ".env"), "w", encoding="utf-8") as file:
    file.write("# settings\nPASSWORD=do-not-show\n")
checked = client.create_artifact("checked", folder("checked", "print(4)"), source="email", scan=True, validate=True)
report["checked"] = client.describe_artifact(checked["id"])
client.delete_artifact(checked["id"])

report["updated"] = client.update_artifact(artifact_id, {"name": "renamed", "description": "with holidays"})
report["renamed"] = client.describe_artifact(artifact_id)

report["versionDeleted"] = client.delete_artifact_version(artifact_id, 3)
report["afterDeletion"] = [item["version"] for item in client.describe_artifact(artifact_id)["versions"]]
report["latestAfterDeletion"] = downloaded(artifact_id)["text"]
report["numberAfterDeletion"] = client.create_artifact_version(artifact_id, folder("three", "print(3)"))["version"]

OPTIONS = {"description": "packed", "source": "email", "scan": False, "validate": False}
others = [client.create_artifact(f"other-{number}", {"path": FOLDER, "ignore_files": []}, **OPTIONS) for number in range(4)]
report["iterated"] = [item["name"] for item in client.list_artifacts(page_size=2)]
page = client.list_artifacts(page_size=2, page_number=2, return_iterator=False)
report["page"] = {**page, "artifacts": [item["name"] for item in page["artifacts"]]}
report["listed"] = next(client.list_artifacts())

report["artifactDeleted"] = client.delete_artifact(artifact_id)
for other in others:
    client.delete_artifact(other["id"])
report["nothingLeft"] = list(client.list_artifacts())
report["refused"] = {
    "describe": refusal(lambda: client.describe_artifact(artifact_id)),
    "update": refusal(lambda: client.update_artifact(artifact_id, {"name": "x"})),
    "add": refusal(lambda: client.create_artifact_version(artifact_id, folder("one", "print(1)"))),
    "delete": refusal(lambda: client.delete_artifact(artifact_id)),
    "deleteVersion": refusal(lambda: client.delete_artifact_version(artifact_id, 1)),
    "download": refusal(lambda: downloaded(artifact_id)),
    "noId": refusal(lambda: client.describe_artifact("model")),
    "noName": refusal(lambda: client.create_artifact("", folder("one", "print(1)"))),
    "tooLarge": None,
}
with open(os.path.join(folder("large", "")["path"], "noise.bin"), "wb") as file:
    file.write(os.urandom(3_000_000))
report["refused"]["tooLarge"] = refusal(lambda: client.create_artifact("large", folder("large", "")))

print(json.dumps(report))
