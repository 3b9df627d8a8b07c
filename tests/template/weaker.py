"""What SAM's translator, cfn-lint and checkov say of a template."""

import copy
import json
import os
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cfnlint.api import ManualArgs, lint
from samtranslator.model.exceptions import InvalidDocumentException

from iam import HERE, TOOLS
from source import expanded

REGIONS = ["ap-northeast-1", "us-east-1"]

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
    """For each template by its name, the rules that something broke: cfn-lint's, checkov's, or `sam`."""
    workers = os.cpu_count() or 2
    with ProcessPoolExecutor(workers) as pool, tempfile.TemporaryDirectory() as directory:
        results = dict(zip(templates, pool.map(_lint, templates.values())))
        for name, (_, text) in results.items():
            if text:
                Path(directory, f"{name or 'as-it-is'}.json").write_text(text, encoding="utf-8")
        by_checkov = _checkov(directory)
    return {name: found | by_checkov.get(name or "as-it-is", set()) for name, (found, _) in results.items()}


def _lint(template):
    """SAM's translator and cfn-lint, on the source and on what it expands to."""
    source = json.dumps(_with_code(template))
    try:
        text = json.dumps(expanded(template), indent=1)
    except InvalidDocumentException:
        return {"sam"}, None
    matches = lint(source, config=ManualArgs(regions=REGIONS)) + lint(text, config=ManualArgs(regions=REGIONS))
    return {match.rule.id for match in matches}, text


def _with_code(template):
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return template


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
