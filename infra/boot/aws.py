"""AWS for instances that boot on this machine: moto behind TLS, what moto lacks of Auto Scaling and Session Manager, and the
instance metadata service, version 2 only.

usage: aws.py FOLDER ADDRESS

Listens on ADDRESS:443 for *.amazonaws.com (FOLDER/aws.pem, aws.key), on ADDRESS:5000 without TLS for operators, and on
169.254.169.254:80. FOLDER/instances.json names the instances by address:
    {"10.20.0.11": {"id": "i-…", "role": "caravana-web"}, …}
A file FOLDER/state-ROLE, when it is there, holds that role's autoscaling/target-lifecycle-state.
Every call is appended to FOLDER/calls.jsonl: time, caller (a role, or "operator"), service, action, and of Auto Scaling's
calls the parameters.
"""

import datetime
import io
import json
import pathlib
import re
import sys
import threading
import time
import urllib.parse

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

folder = pathlib.Path(sys.argv[1])
address = sys.argv[2]
instances = json.loads((folder / "instances.json").read_text())
calls = (folder / "calls.jsonl").open("a", buffering=1)
refreshes = {}
NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/"


def xml(action, result):
    body = f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{result}</{action}Result></{action}Response>'
    return Response(body, content_type="text/xml")


def failure(code, message):
    body = f"<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return Response(body, status=400, content_type="text/xml")


def auto_scaling(action, form):
    """What moto does not have: lifecycle actions, and refreshes, which end at their second look."""
    group = form.get("AutoScalingGroupName", "")
    if action in ("RecordLifecycleActionHeartbeat", "CompleteLifecycleAction"):
        return xml(action, "")
    if action == "DescribeInstanceRefreshes":
        items = "".join(
            f"<member><InstanceRefreshId>{r['id']}</InstanceRefreshId><Status>{r['status']}</Status>"
            f"<PercentageComplete>{r['percent']}</PercentageComplete><StartTime>{r['start']}</StartTime>"
            f"<StatusReason>{r['reason']}</StatusReason></member>"
            for r in reversed(refreshes.get(group, []))
        )
        for refresh in refreshes.get(group, []):
            if refresh["status"] == "InProgress":
                refresh["looks"] += 1
                if refresh["looks"] > 1:
                    refresh.update(status="Successful", percent=100, reason="-")
        return xml(action, f"<InstanceRefreshes>{items}</InstanceRefreshes>")
    running = [r for r in refreshes.get(group, []) if r["status"] == "InProgress"]
    if action == "StartInstanceRefresh":
        if running:
            return failure("InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.")
        number = len(refreshes.setdefault(group, []))
        start = datetime.datetime.now(datetime.timezone.utc).isoformat()
        refreshes[group].append(dict(id=f"refresh-{number}", status="InProgress", percent=0, start=start, looks=0, reason="replacing"))
        return xml(action, f"<InstanceRefreshId>refresh-{number}</InstanceRefreshId>")
    if action == "RollbackInstanceRefresh":
        if not running:
            return failure("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group.")
        running[0].update(status="RollbackSuccessful", percent=100, reason="rolled back by an operator")
        return xml(action, f"<InstanceRefreshId>{running[0]['id']}</InstanceRefreshId>")
    return None


class Recorder:
    """Notes each call and passes it on to moto, or answers it."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        request = Request(environ, populate_request=False)
        credential = re.search(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/", request.headers.get("Authorization", ""))
        who, service = credential.groups() if credential else ("presigned", "s3")
        who = who.removeprefix("ASIA-") if who.startswith("ASIA-") else "presigned" if who == "presigned" else "operator"
        action, form, body = request.headers.get("X-Amz-Target", "").split(".")[-1], {}, b""
        if service != "s3":
            body = request.get_data()
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            if not action:
                form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace")))
                action = form.get("Action", "")
        note = dict(time=round(time.time(), 2), who=who, service=service, action=action or f"{request.method} {request.path}")
        if service == "s3":
            note["query"] = request.query_string.decode()[:200]
            note["host"] = request.host
        if service == "autoscaling":
            note["form"] = {k: v for k, v in form.items() if k not in ("Action", "Version")}
        answer = auto_scaling(action, form) if service == "autoscaling" else None
        if service == "ssm" and action == "StartSession":
            session = {"SessionId": "session", "TokenValue": "token", "StreamUrl": "wss://session"}
            answer = Response(json.dumps(session), content_type="application/x-amz-json-1.1")

        def noted(status, headers, exc_info=None):
            note["status"] = int(status.split()[0])
            calls.write(json.dumps(note) + "\n")
            return start_response(status, headers, exc_info)

        return (answer or self.app)(environ, noted)


def metadata(environ, start_response):
    request = Request(environ)
    instance = instances.get(environ["REMOTE_ADDR"], {"id": "none", "role": "none"})
    role = instance["role"]
    state = folder / f"state-{role}"
    expiry = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    credentials = dict(Code="Success", Type="AWS-HMAC", AccessKeyId=f"ASIA-{role}", SecretAccessKey="secret", Token="token", Expiration=expiry, LastUpdated=expiry)
    answers = {
        "meta-data/instance-id": instance["id"],
        "meta-data/autoscaling/target-lifecycle-state": state.read_text().strip() if state.exists() else None,
        "meta-data/iam/security-credentials": role,
        f"meta-data/iam/security-credentials/{role}": json.dumps(credentials),
        "meta-data/placement/region": "us-east-1",
    }
    path = request.path.removeprefix("/latest/").rstrip("/")
    if request.method == "PUT" and path == "api/token" and request.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
        answer = Response("TOKEN", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
    elif request.headers.get("X-aws-ec2-metadata-token") != "TOKEN":
        answer = Response("", status=401)
    elif answers.get(path):
        answer = Response(answers[path], content_type="text/plain")
    else:
        answer = Response("", status=404)
    return answer(environ, start_response)


moto = Recorder(DomainDispatcherApplication(create_backend_app))
servers = [
    make_server(address, 443, moto, threaded=True, ssl_context=(str(folder / "aws.pem"), str(folder / "aws.key"))),
    make_server(address, 5000, moto, threaded=True),
    make_server("169.254.169.254", 80, metadata, threaded=True),
]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
(folder / "aws-ready").touch()
threading.Event().wait()
