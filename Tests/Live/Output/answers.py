"""Validates what commands answer to --json by their schemas.

usage: answers.py PROGRAM FOLDER < a line for each run: SCHEMA, STATUS, VERDICT, COMMAND, separated by tabs

Says what is wrong with a run, a line each.
"""

import json
import subprocess
import sys

import jsonschema

program, folder = sys.argv[1:]


def faults(name, status, verdict, command):
    with open(f"{folder}/{name}.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    command = command.replace("evenkeel ", program + " ", 1)
    run = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if run.returncode != int(status):
        yield f"ended with {run.returncode}: {run.stderr}"
    decoder, rest, last = json.JSONDecoder(), run.stdout.lstrip(), None
    while rest:
        last, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()
        for error in validator.iter_errors(last):
            yield f"{list(error.absolute_path)}: {error.message}"
    if last is None:
        yield "no answer"
        return
    keys = list(last)
    if keys[:2] != ["version", "verdict"] or keys[-1] != "error":
        yield f"the keys are {keys}"
    if last["verdict"] != verdict:
        yield f"the verdict is {last['verdict']}"
    # What was refused or could not be looked at may have an error of its own.
    if run.returncode and verdict == "unknown" and not last["error"] and not last.get("missed"):
        yield "it failed without an error"


for line in sys.stdin:
    fields = line.rstrip("\n").split("\t")
    for fault in faults(*fields):
        print(f"{fields[-1]}: {fault}")
