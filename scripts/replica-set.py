#!/usr/bin/env python3
"""Makes a mongod that was started with --replSet the only member and primary of its set.

    replica-set.py PORT

Speaks MongoDB's wire protocol with the standard library alone, because MongoDB's shell is not everywhere.
Run it again after the server has moved to another port, or when in doubt.
"""

import socket
import struct
import sys
import time

SET = "rs0"
PATIENCE = 60  # seconds


def encode(document):
    """BSON of a dict of str, bool, int, list and dict."""
    body = b""
    for name, value in document.items():
        key = name.encode() + b"\0"
        if isinstance(value, bool):
            body += b"\x08" + key + bytes([value])
        elif isinstance(value, int):
            body += b"\x10" + key + struct.pack("<i", value)
        elif isinstance(value, str):
            text = value.encode() + b"\0"
            body += b"\x02" + key + struct.pack("<i", len(text)) + text
        elif isinstance(value, list):
            body += b"\x04" + key + encode({str(i): item for i, item in enumerate(value)})
        else:
            body += b"\x03" + key + encode(value)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


SIZES = {0x01: 8, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16}


def decode(data):
    """The numbers, booleans and texts at the top of a BSON document; the rest is skipped."""
    found, at = {}, 4
    while data[at]:
        kind, end = data[at], data.index(b"\0", at + 1)
        name, at = data[at + 1 : end].decode(), end + 1
        if kind == 0x02:
            size = 4 + struct.unpack_from("<i", data, at)[0]
            found[name] = data[at + 4 : at + size - 1].decode()
        elif kind in (0x03, 0x04):
            size = struct.unpack_from("<i", data, at)[0]
        elif kind == 0x05:
            size = 5 + struct.unpack_from("<i", data, at)[0]
        else:
            size = SIZES[kind]
            if kind in (0x01, 0x08, 0x10):
                found[name] = struct.unpack_from({0x01: "<d", 0x08: "<?", 0x10: "<i"}[kind], data, at)[0]
        at += size
    return found


def receive(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise OSError("connection closed")
        data += part
    return data


def command(port, document):
    """Runs one command on the admin database: its reply, or None while the server does not answer."""
    message = struct.pack("<ib", 0, 0) + encode({**document, "$db": "admin"})
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(struct.pack("<iiii", 16 + len(message), 1, 0, 2013) + message)
            (length,) = struct.unpack("<i", receive(connection, 4))
            return decode(receive(connection, length - 4)[17:])
    except OSError:
        return None


def main(port):
    end = time.monotonic() + PATIENCE
    config = {"_id": SET, "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]}
    reply = {}
    while time.monotonic() < end:
        hello = command(port, {"hello": 1})
        if hello is not None:
            if hello.get("isWritablePrimary") and hello.get("me") == f"127.0.0.1:{port}":
                return
            if hello.get("setName") is None or hello.get("me") != f"127.0.0.1:{port}":
                reply = command(port, {"replSetInitiate": config}) or {}
                if reply.get("codeName") == "AlreadyInitialized":  # at another port
                    version = int(time.time()) % 2_000_000_000
                    reply = command(port, {"replSetReconfig": {**config, "version": version}, "force": True}) or {}
        time.sleep(0.1)
    sys.exit(f"mongod at port {port} is not primary after {PATIENCE} s {reply.get('errmsg', '')}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(int(sys.argv[1]))
