"""What SAM's translator, cfn-lint and checkov say of a template."""

import hashlib
import json
import os
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cfnlint.api import ManualArgs, lint
from samtranslator.model.exceptions import InvalidDocumentException

from iam import HERE, TOOLS
from source import ROOT, expanded

REGIONS = ["ap-northeast-1"]
KEPT = ROOT / "target" / "template" / "weaker"
AS_IT_IS = "as-it-is"

# What checkov asks for, and why this template does without.
EXCEPTIONS = {
    "CKV_AWS_27": "the queues are encrypted by SQS itself, and hold no secret",
    "CKV_AWS_91": "access logs are a parameter: the bucket is the company's",
    "CKV_AWS_115": "reserved concurrency fails in accounts that have none to spare; overlapping sweeps are harmless",
    "CKV_AWS_116": "the reaper's failures go to a queue by its invocation's destination; a click has no queue",
    "CKV_AWS_117": "the functions call AWS's public APIs; in a VPC they would need endpoints at USD 7 a month each",
    "CKV_AWS_119": "the tables are encrypted with AWS's key; one of one's own costs and guards no better here",
    "CKV_AWS_158": "logs are encrypted by CloudWatch, and hold neither tokens nor addresses",
    "CKV_AWS_173": "no variable is a secret",
    "CKV_AWS_260": "port 80 only sends people on to HTTPS",
}
# Only where SNS has a key of the company's: a parameter.
EXCEPTIONS["CKV_AWS_26"] = "CloudWatch cannot publish through alias/aws/sns; a key is a parameter"


def check(templates):
    """For each template by its name, the rules that something broke: cfn-lint's, checkov's, or `sam`.

    What they said before is kept, for they take a second or two for each template."""
    keys = {name: _key(template) for name, template in templates.items()}
    new = {name: template for name, template in templates.items() if not (KEPT / keys[name]).exists()}
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, found in _check(new).items():
        (KEPT / keys[name]).write_text(json.dumps(sorted(found)), encoding="utf-8")
    return {name: set(json.loads((KEPT / key).read_text(encoding="utf-8"))) for name, key in keys.items()}


def _key(template):
    """Another template, another version of a tool, other exceptions: another key."""
    said = json.dumps(template, sort_keys=True).encode()
    tools = [p.read_bytes() for p in (*sorted(HERE.glob("requirements/*.txt")), Path(__file__))]
    return hashlib.sha256(b"\0".join([said, *tools])).hexdigest()


def _check(templates):
    if not templates:
        return {}
    workers = os.cpu_count() or 2
    with ProcessPoolExecutor(workers) as pool, tempfile.TemporaryDirectory() as directory:
        results = dict(zip(templates, pool.map(_lint, templates.values())))
        for name, (_, text) in results.items():
            if text:
                Path(directory, f"{name or AS_IT_IS}.json").write_text(text, encoding="utf-8")
        by_checkov = _checkov(directory)
    return {name: found | by_checkov.get(name or AS_IT_IS, set()) for name, (found, _) in results.items()}


def _lint(template):
    """SAM's translator, and cfn-lint on what it makes. (On the source, as `sam validate --lint` does, cfn-lint sees less.)"""
    try:
        text = json.dumps(expanded(template), indent=1)
    except InvalidDocumentException:
        return {"sam"}, None
    return {match.rule.id for match in lint(text, config=ManualArgs(regions=REGIONS))}, text


def _checkov(directory):
    command = [TOOLS / "checkov" / "bin" / "checkov", "--directory", directory, "--framework", "cloudformation",
               "--skip-download", "--quiet", "--compact", "--output", "json", "--skip-check", ",".join(EXCEPTIONS)]
    environment = {"PATH": os.environ["PATH"], "HOME": directory, "BC_SKIP_MAPPING": "TRUE"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=HERE)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    found = {}
    for failed in report.get("results", {}).get("failed_checks", []):
        found.setdefault(Path(failed["file_path"]).stem, set()).add(failed["check_id"])
    return found
