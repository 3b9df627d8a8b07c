"""Policies as lists of (action, resource), and what IAM knows of actions."""

import json
import subprocess
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parents[1] / "target" / "tools" / "template"


def many(value):
    return value if isinstance(value, list) else [value]


def statements(role):
    """A role's statements, of all its inline policies."""
    return [s for policy in role.get("Policies", []) for s in many(policy["PolicyDocument"]["Statement"])]


def granted(role):
    """Every (action, resource) that a role allows."""
    return {
        (action, resource)
        for s in statements(role)
        if s["Effect"] == "Allow"
        for action in many(s["Action"])
        for resource in many(s["Resource"])
    }


def node(script, question):
    """Asks a script of the simulator's: JSON in, JSON out."""
    answer = subprocess.run(
        [TOOLS / "lint" / "bin" / "node", HERE / "rights" / script, TOOLS / "rights" / "node_modules"],
        input=json.dumps(question), capture_output=True, text=True, check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@lru_cache
def resource_types(actions):
    """For each of these actions the ARN patterns of the resources that it knows, by the Service Authorization Reference;
    no pattern: it takes only `*`. An action that does not exist is missing."""
    return node("actions.mjs", list(actions))
