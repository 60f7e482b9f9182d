"""Verifies calls of a webhook as docs/webhooks.md shows it: verify-webhook.py SECRET FILE; prints the event's type, or how it is wrong."""
import base64
import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

secret, path = sys.argv[1:]
with open(path, encoding='utf-8') as file:
    call = json.load(file)
try:
    print(Webhook(secret).verify(base64.b64decode(call['body']), call['headers'])['type'])
except WebhookVerificationError:
    print('wrong')
