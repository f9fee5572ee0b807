/** The folder that a new image is built from: a program that works as a step and as a service. */
export const appFolder = 'app'

export const appFiles: Readonly<Record<string, string>> = {
  Dockerfile: `FROM debian:bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends python3 \\
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
# The port that a service listens on. It is told as PORT as well.
EXPOSE 8080
# What a service runs; a step of a workflow has a command of its own.
CMD ["python3", "-u", "main.py", "serve"]
`,
  'main.py': `"""python3 main.py computes, and leaves its result in a file; python3 main.py serve answers on PORT."""
import http.server
import os
import pathlib
import sys


def total() -> int:
    return 100 * int(os.environ.get("MONTHS", "12"))


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"the total is {total()}\\n".encode()
        self.send_response(200)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if sys.argv[1:] == ["serve"]:
    port = int(os.environ.get("PORT", "8080"))
    http.server.ThreadingHTTPServer(("0.0.0.0", port), Answer).serve_forever()
else:
    pathlib.Path("out").mkdir(exist_ok=True)
    pathlib.Path("out/total").write_text(str(total()))
    print(f"computed {total()}")
`,
  '.dockerignore': `.git
__pycache__
.venv
`,
}
