"""A board that everybody who has the page open sees change at once: WebSockets with nothing but Python's library."""

import asyncio
import base64
import hashlib
import json
import os
import struct

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Live board</title>
<meta name="viewport" content="width=device-width"><h1>Live board</h1>
<form><input name="note" aria-label="Note" maxlength="200" autofocus><button>Post</button></form><ul></ul>
<script>
const socket = new WebSocket(location.href.replace(/^http/, 'ws') + 'socket')
const list = document.querySelector('ul')
socket.onmessage = ({ data }) => {
  list.replaceChildren(...JSON.parse(data).map((note) => Object.assign(document.createElement('li'), { textContent: note })))
}
document.forms[0].onsubmit = (event) => {
  event.preventDefault()
  socket.send(document.forms[0].note.value)
  document.forms[0].reset()
}
</script></html>"""

MOST_BYTES = 4096
notes = []
writers = set()


async def handle(reader, writer):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])}
        if headers.get("upgrade", "").lower() == "websocket":
            await talk(reader, writer, headers.get("sec-websocket-key", ""))
        else:
            body = PAGE.encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n")
            writer.write(f"content-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        pass
    finally:
        writers.discard(writer)
        writer.close()


async def talk(reader, writer, key):
    accept = base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n")
    writer.write(f"sec-websocket-accept: {accept}\r\n\r\n".encode())
    writers.add(writer)
    send(writer, 1, json.dumps(notes).encode())
    while True:
        kind, data = await read_frame(reader)
        if kind == 8:
            return send(writer, 8, data)
        if kind == 9:
            send(writer, 10, data)
        if kind == 1:
            notes.append(data.decode("utf-8", "replace"))
            del notes[:-20]
            for each in list(writers):
                send(each, 1, json.dumps(notes).encode())


async def read_frame(reader):
    """One frame; clients of a board send whole messages. A frame that is too long or unmasked ends the connection."""
    first, second = await reader.readexactly(2)
    length = second & 127
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    if length > MOST_BYTES or not second & 128:
        raise ConnectionError
    mask = await reader.readexactly(4)
    data = await reader.readexactly(length)
    return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


def send(writer, kind, data):
    length = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
    writer.write(bytes([0x80 | kind]) + length + data)


async def main():
    server = await asyncio.start_server(handle, "0.0.0.0", int(os.environ.get("PORT", "8080")))
    await server.serve_forever()


asyncio.run(main())
