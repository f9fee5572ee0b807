"""What the scripts of this folder share: the unmodified reference client with its host function replaced from outside."""

import os
import time

import peak.session
import peak.telemetry

BASE_URL = os.environ["CAIRN_URL"]


def base_domain(stage, subdomain="service"):
    return BASE_URL


# Before the first session: the client has no setting for its host.
peak.session.get_base_domain = base_domain
peak.telemetry.get_base_domain = base_domain


def wait(read, done, seconds=150):
    """Reads until what was read is as wanted; fails with what was seen last."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        value = read()
        if done(value):
            return value
        time.sleep(0.2)
    raise SystemExit(f"gave up after {seconds} s, last seen: {value}")
