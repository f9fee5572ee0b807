"""The two services of the example, chosen by the first argument: `page` shows the forecast, `api` predicts on request."""

import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import model
from chart import page

ROLE = sys.argv[1] if len(sys.argv) > 1 else "page"
PUBLISH_KEY = os.environ.get("PUBLISH_KEY", "")
LARGEST_BODY = 1 << 20

published = {"forecast": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, content, kind="application/json"):
        body = content.encode()
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        length = int(self.headers.get("content-length") or 0)
        if length > LARGEST_BODY:
            raise ValueError("body too large")
        return json.loads(self.rfile.read(length) or b"{}")

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, json.dumps({"status": "ok", "role": ROLE}))
        elif self.path == "/" and ROLE == "page":
            self.answer(200, page(model.load(), published["forecast"]), "text/html")
        elif self.path == "/forecast" and ROLE == "page":
            self.answer(200, json.dumps(published["forecast"]))
        else:
            self.answer(404, json.dumps({"message": f"nothing at {self.path}"}))

    def do_POST(self):
        try:
            if self.path == "/forecast" and ROLE == "page":
                self.publish()
            elif self.path == "/predict" and ROLE == "api":
                self.predict()
            else:
                self.answer(404, json.dumps({"message": f"nothing at {self.path}"}))
        except (KeyError, ValueError) as error:
            self.answer(400, json.dumps({"message": f"bad request: {error}"}))

    def publish(self):
        if not PUBLISH_KEY or not hmac.compare_digest(self.headers.get("x-publish-key", ""), PUBLISH_KEY):
            self.answer(403, json.dumps({"message": "the x-publish-key header is missing or wrong"}))
            return
        published["forecast"] = self.body()
        self.answer(200, json.dumps({"published": len(published["forecast"]["points"])}))

    def predict(self):
        months = int(self.body().get("months", 12))
        if not 1 <= months <= 120:
            raise ValueError("months must be 1 to 120")
        series = model.load()
        values = model.predict([value for _, value in series], (0.35, 0.05, 0.85), months)
        names = model.following_months(series[-1][0], months)
        self.answer(200, json.dumps([{"month": m, "passengers": round(v, 1)} for m, v in zip(names, values)]))


port = int(os.environ["PORT"])
print(f"{ROLE} listens on {port}", flush=True)
ThreadingHTTPServer(("", port), Handler).serve_forever()
