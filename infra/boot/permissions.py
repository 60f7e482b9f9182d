"""Compares the calls that roles have made with what Terraform grants them; ends with 1 unless each was granted.

usage: permissions.py TERRAFORM_FOLDER CALLS_FILE
"""

import json
import pathlib
import re
import sys

terraform = pathlib.Path(sys.argv[1])


def permission(call):
    service, action = call["service"], call["action"]
    if service != "s3":
        return f"{service}:{action.removesuffix('Batch')}"
    method, path = action.split(" ", 1)
    # The bucket is in the host's name.
    if path.strip("/") == "":
        return "s3:ListBucketMultipartUploads" if re.search("(^|&)uploads(=|&|$)", call["query"]) else "s3:ListBucket"
    if method == "DELETE":
        return "s3:AbortMultipartUpload" if "uploadId" in call["query"] else "s3:DeleteObject"
    if method == "GET" and "uploadId" in call["query"]:
        return "s3:ListMultipartUploadParts"
    return "s3:GetObject" if method in ("GET", "HEAD") else "s3:PutObject"


made = {}
for line in open(sys.argv[2]):
    call = json.loads(line)
    if call["who"].startswith("caravana-"):
        made.setdefault(call["who"].removeprefix("caravana-"), {}).setdefault(permission(call), 0)
        made[call["who"].removeprefix("caravana-")][permission(call)] += 1

bad = 0
for role, permissions in sorted(made.items()):
    files = [terraform / "modules" / folder / "iam.tf" for folder in (role, "instances")]
    granted = {m for file in files for m in re.findall(r'"(\w+:\w+)"', file.read_text())}
    for name, count in sorted(permissions.items()):
        print(f"{role} {name}: {count} calls, {'granted' if name in granted else 'NOT GRANTED'}")
        bad += name not in granted
if set(made) != {"web", "worker"}:
    print(f"calls were made by {sorted(made)} only")
    bad += 1
sys.exit(1 if bad else 0)
