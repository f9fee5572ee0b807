"""All seven service methods and all six web-app methods of the unmodified reference client. Prints one JSON line."""

import json
import sys

import reference_client  # noqa: F401, before anything of the client
from peak.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    UnprocessableEntityException,
)
from peak.resources import images, services, webapps

FOLDER = sys.argv[1]
UPLOAD = {"path": FOLDER, "ignore_files": []}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# Several lines, one argument each; it ends at once when it is told to.
ENTRYPOINT = "perl\n-e\n$SIG{TERM} = sub { exit }; do './server.pl'\n"
image_client = images.get_client()
client = services.get_client()
webapp_client = webapps.get_client()
report = {}


def refusal(call):
    """The name of the client's exception and the words of the answer."""
    try:
        call()
    except (
        BadRequestException,
        ConflictException,
        NotFoundException,
        UnprocessableEntityException,
    ) as error:
        answer = error.args[0] if error.args else ""
        return [type(error).__name__, answer["detail"] if isinstance(answer, dict) else str(answer)]
    raise SystemExit("not refused")


def image(name, image_type):
    created = image_client.create_image(
        body={"name": name, "type": image_type, "version": "1.0.0", "buildDetails": {"source": "upload"}}, artifact=UPLOAD
    )
    build = reference_client.wait(
        lambda: image_client.get_build_logs(image_id=created["imageId"], build_id=created["buildId"]),
        lambda answer: answer["buildStatus"] != "building",
    )
    assert build["buildStatus"] == "success", build
    return created["imageId"], created["versionId"]


def settled(describe, service_id):
    """Waits for the end of a deployment as the client's users do."""
    return reference_client.wait(lambda: describe(service_id), lambda answer: answer["status"] not in ("CREATING", "DEPLOYING"))


def gone(describe, service_id):
    try:
        describe(service_id)
    except NotFoundException:
        return True
    return False


api_image, api_version = image("predictor", "api")
page_image, page_version = image("page", "webapp")
API = {
    "name": "predict",
    "title": "Predictions",
    "serviceType": "api",
    "imageDetails": {"imageId": api_image, "versionId": api_version},
    "resources": {"instanceTypeId": 1},
    "parameters": {"env": {"GREETING": "bonjour"}, "secrets": []},
    "description": "first",
    "entrypoint": ENTRYPOINT,
    "healthCheckURL": "/health",
    "minInstances": 1,
}
PAGE = {"name": "page", "title": "Page", "imageDetails": {"imageId": page_image}, "sessionStickiness": True}

# create_service, create_webapp: both paths of create_or_update begin with a create.
created = client.create_service(API)
service_id = created["id"]
report["created"] = created
report["status"] = client.describe_service(service_id)["status"]
report["createdWebapp"] = webapp_client.create_webapp(PAGE)
webapp_id = report["createdWebapp"]["id"]
either = client.create_or_update_service({**API, "name": "predict-more"})["id"]
either_page = webapp_client.create_or_update_webapp({**PAGE, "name": "page-more"})["id"]
report["refusedName"] = refusal(lambda: client.create_service(API))
report["refusedFields"] = [
    refusal(lambda: client.create_service({**API, "name": "other", **fields}))
    for fields in (
        {"sessionStickiness": True},
        {"scaleToZero": True},
        {"minInstances": 3},
        {"imageDetails": {"imageId": 999_999}},
        {"resources": {"instanceTypeId": 999}},
        {"parameters": {"secrets": ["none"]}},
    )
]

# describe_service, describe_webapp
report["service"] = settled(client.describe_service, service_id)
report["webapp"] = settled(webapp_client.describe_webapp, webapp_id)
report["unknown"] = [refusal(lambda: client.describe_service(UNKNOWN)), refusal(lambda: webapp_client.describe_webapp(UNKNOWN))]

# test_service
report["test"] = client.test_service("predict", "get")
report["posted"] = client.test_service("predict", "post", path="/predict?months=3", payload={"a": [1, "ä"]})
report["methods"] = [client.test_service("predict", method, path="/x")["responseBody"] for method in ("put", "patch", "delete")]
report["refusedTests"] = [
    refusal(lambda: client.test_service("page", "get")),
    refusal(lambda: client.test_service("nothing", "get")),
    refusal(lambda: client.test_service("predict", "head")),
    refusal(lambda: client.test_service("predict", "get", path="//example.com")),
]

# update_service: a title changes without a deploy, what runs changes by one.
report["updated"] = client.update_service(service_id, {"title": "Forecasts", "description": None})
report["retitled"] = client.describe_service(service_id)
client.update_service(service_id, {"parameters": {"env": {"GREETING": "servus"}}})
report["redeploys"] = client.describe_service(service_id)["status"]
settled(client.describe_service, service_id)
report["redeployed"] = client.test_service("predict", "get")["responseBody"]
report["refusedUpdates"] = [
    refusal(lambda: client.update_service(service_id, {"name": "renamed"})),
    refusal(lambda: client.update_service(service_id, {"serviceType": "web-app"})),
    refusal(lambda: client.update_service(UNKNOWN, {"title": "x"})),
]
# What was described can be sent back as it is.
described = client.describe_service(service_id)
client.update_service(service_id, described)
described_page = webapp_client.describe_webapp(webapp_id)
webapp_client.update_webapp(webapp_id, described_page)
report["sentBack"] = [client.describe_service(service_id)["status"], webapp_client.describe_webapp(webapp_id)["status"]]

# update_webapp, create_or_update_service, create_or_update_webapp where they are there
report["updatedWebapp"] = webapp_client.update_webapp(webapp_id, {"title": "Start"})
report["retitledWebapp"] = webapp_client.describe_webapp(webapp_id)["title"]
again = client.create_or_update_service({**API, "name": "predict-more", "title": "More"})
again_page = webapp_client.create_or_update_webapp({**PAGE, "name": "page-more", "title": "More"})
report["same"] = [again["id"] == either, again_page["id"] == either_page]
report["changed"] = [client.describe_service(either)["title"], webapp_client.describe_webapp(either_page)["title"]]

# list_services, list_webapps
settled(client.describe_service, either)
settled(webapp_client.describe_webapp, either_page)
report["listed"] = [item["name"] for item in client.list_services(page_size=1)]
report["listedPage"] = client.list_services(page_size=3, page_number=2, return_iterator=False)
report["found"] = [item["name"] for item in client.list_services(name="predict")]
report["byType"] = [item["name"] for item in client.list_services(service_type=["api", "shiny"])]
report["byCommas"] = [item["name"] for item in client.list_services(service_type=["api,shiny"])]
report["byStatus"] = [
    len(list(client.list_services(status=["AVAILABLE"]))),
    len(list(client.list_services(status=["CREATE_FAILED", "DELETE_FAILED"]))),
]
report["item"] = next(client.list_services(name="predict"))
report["listedWebapps"] = [item["name"] for item in webapp_client.list_webapps(page_size=1)]
report["webappPage"] = webapp_client.list_webapps(page_number=1, return_iterator=False, name="page", status=["AVAILABLE"])
report["noWebapps"] = list(webapp_client.list_webapps(name="nothing"))
report["refusedList"] = refusal(lambda: client.list_services(status=["BROKEN"], return_iterator=False))

# delete_service, delete_webapp
report["deleted"] = [client.delete_service(service_id), webapp_client.delete_webapp(webapp_id)]
report["deleting"] = refusal(lambda: client.update_service(service_id, {"title": "late"}))
client.delete_service(either)
webapp_client.delete_webapp(either_page)
for describe, one in (
    (client.describe_service, service_id),
    (webapp_client.describe_webapp, webapp_id),
    (client.describe_service, either),
    (webapp_client.describe_webapp, either_page),
):
    reference_client.wait(lambda: gone(describe, one), lambda value: value)
report["nothingLeft"] = [list(client.list_services()), list(webapp_client.list_webapps())]
report["unknownDeletes"] = [
    refusal(lambda: client.delete_service(service_id)),
    refusal(lambda: webapp_client.delete_webapp(webapp_id)),
]

print(json.dumps(report))
