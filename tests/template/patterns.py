"""EventBridge's event patterns and the pipes' input templates, as far as the template uses them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
"""

import json
import re


def matches(pattern, event):
    """Whether an event matches: every field of the pattern does."""
    for field, wanted in pattern.items():
        found = event.get(field) if isinstance(event, dict) else None
        if isinstance(wanted, dict):
            if not matches(wanted, found if isinstance(found, dict) else {}):
                return False
        elif not any(_is(choice, found) for choice in wanted):
            return False
    return True


def _is(choice, value):
    if not isinstance(choice, dict):
        return choice == value
    (operator, argument), = choice.items()
    match operator:
        case "exists":
            return (value is not None) == argument
        case "prefix":
            return isinstance(value, str) and value.startswith(argument)
        case "anything-but":
            return value is not None and value not in (argument if isinstance(argument, list) else [argument])
    raise AssertionError(f"not known: {operator}")


def transformed(template, event):
    """What a pipe sends to its target. A value stands within quotes, and is escaped there."""
    def value(match):
        found = event
        for name in match.group(1).split("."):
            found = found[name]
        return json.dumps(found)[1:-1]

    return re.sub(r"<\$\.([\w.]+)>", value, template)
