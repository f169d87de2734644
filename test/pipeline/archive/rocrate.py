"""Judges a crate by rocrate-validator (PyPI: roc-validator 0.11.2): rocrate.py CRATE

Prints what the four profiles require and the crate lacks; exit code 77 where the
validator is not installed. ROCRATE_CONTEXTS is a folder with the vocabularies, for
machines without a network: ro-crate-1.1.jsonld, workflow-run.jsonld.
ROCRATE_SEVERITY is REQUIRED, RECOMMENDED or OPTIONAL.
"""

import json
import logging
import os
import sys

PROFILES = [
    "ro-crate-1.1",
    "process-run-crate-0.5",
    "workflow-run-crate-0.5",
    "provenance-run-crate-0.5",
]
CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate-1.1.jsonld",
    "https://w3id.org/ro/terms/workflow-run/context": "workflow-run.jsonld",
}

try:
    from rocrate_validator import services
    from rocrate_validator.utils import http
except ImportError as error:
    print(f"it is not installed: {error}")
    sys.exit(77)


class Local:
    """In the place of the validator's HTTP client: the vocabularies, and nothing else."""

    offline = False

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *_args, **_more):
        return self

    def initialize_cache(self, *_args, **_more):
        pass

    def get(self, url, *_args, **_more):
        name = CONTEXTS.get(str(url))
        if name is None:
            return Answer("", 404)
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return Answer(file.read(), 200)

    head = get


class Answer:
    headers = {"Content-Type": "application/ld+json"}

    def __init__(self, text, status):
        self.text = text
        self.status_code = status

    def json(self):
        return json.loads(self.text)


folder = os.environ.get("ROCRATE_CONTEXTS")
if folder:
    local = Local(folder)
    for module in list(sys.modules.values()):
        if module.__name__.startswith("rocrate_validator") and hasattr(module, "HttpRequester"):
            module.HttpRequester = local
    http.HttpRequester = local

found = set()


class Broken(logging.Handler):
    """A check that broke is no check that passed: the validator only warns of it."""

    def emit(self, record):
        message = record.getMessage()
        if "Unexpected error" in message or "failed" in message:
            found.add(message.splitlines()[0])


for name in list(logging.root.manager.loggerDict):
    if name.startswith("rocrate_validator") or "." not in name:
        logging.getLogger(name).addHandler(Broken(logging.WARNING))
for profile in PROFILES:
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=sys.argv[1],
            profile_identifier=profile,
            requirement_severity=os.environ.get("ROCRATE_SEVERITY", "REQUIRED"),
        )
    )
    if not result.executed_checks:
        found.add(f"{profile}: nothing was checked")
    for issue in result.get_issues():
        found.add(
            f"{issue.severity.name} {issue.check.identifier} {issue.violatingEntity}: {issue.message}"
        )
print("".join(f"{line}\n" for line in sorted(found)), end="")
sys.exit(1 if found else 0)
