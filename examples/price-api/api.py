"""Predicts the price of a flat from its size and rooms: a least-squares fit, made when the service starts."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Square metres, rooms, price in thousands.
SALES = [(30, 1, 121), (45, 2, 168), (52, 2, 190), (60, 3, 214), (75, 3, 262), (82, 4, 281), (95, 4, 325), (120, 5, 402)]
MOST_BYTES = 65536


def fit(rows):
    """Solves the normal equations of price = a + b * size + c * rooms by elimination."""
    design = [(1.0, float(size), float(rooms)) for size, rooms, _ in rows]
    prices = [float(price) for *_, price in rows]
    system = [
        [sum(x[i] * x[j] for x in design) for j in range(3)] + [sum(x[i] * y for x, y in zip(design, prices))]
        for i in range(3)
    ]
    for i in range(3):
        for k in range(3):
            if k != i:
                factor = system[k][i] / system[i][i]
                system[k] = [a - factor * b for a, b in zip(system[k], system[i])]
    return [system[i][3] / system[i][i] for i in range(3)]


MODEL = fit(SALES)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"status": "ok", "model": [round(part, 4) for part in MODEL]})

    def do_POST(self):
        try:
            length = int(self.headers.get("content-length", "0"))
            if length > MOST_BYTES:
                self.close_connection = True
                return self.answer(413, {"error": f"the body is larger than {MOST_BYTES} bytes"})
            flat = json.loads(self.rfile.read(length))
            size, rooms = float(flat["size"]), float(flat["rooms"])
        except (ValueError, KeyError, TypeError):
            return self.answer(400, {"error": "send a JSON object with the numbers size and rooms"})
        price = MODEL[0] + MODEL[1] * size + MODEL[2] * rooms
        return self.answer(200, {"price": round(price, 1), "by": self.headers.get("x-cairn-user")})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8080"))), Handler).serve_forever()
