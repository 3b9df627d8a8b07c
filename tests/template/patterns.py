"""EventBridge's event patterns, as far as the template uses them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""


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
