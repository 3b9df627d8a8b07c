"""ministack: CloudFormation and nearly all that the template makes, on this machine. Started for a test, and ended with it."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import boto3

from iam import TOOLS
from source import ACCOUNT, REGION

PATIENCE_SECONDS = 120


@contextmanager
def ministack():
    """Its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home, open(Path(home, "log"), "w+", encoding="utf-8") as log:
        environment = {
            "PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1",
            "MINISTACK_ACCOUNT_ID": ACCOUNT, "MINISTACK_REGION": REGION, "LOG_LEVEL": "WARNING",
        }
        process = subprocess.Popen([TOOLS / "ministack" / "bin" / "ministack"], env=environment, cwd=home, stdout=log, stderr=log)
        try:
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(url, process, log):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=2).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    log.seek(0)
    raise AssertionError(f"ministack does not start: {log.read()[-2000:]}")


def environment(url):
    """For any AWS client: this cloud and no other."""
    return {
        "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.3",
    }


def client(url, service):
    return boto3.client(service, endpoint_url=url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
