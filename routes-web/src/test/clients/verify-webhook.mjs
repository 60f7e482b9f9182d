// Verifies a call of a webhook as docs/webhooks.md shows it: verify-webhook.mjs SECRET FILE; prints the event's type, or how it is wrong.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Webhook, WebhookVerificationError } = createRequire(`${process.env.NODE_PATH}/`)('standardwebhooks');
const [secret, path] = process.argv.slice(2);
const call = JSON.parse(readFileSync(path, 'utf8'));
try {
  console.log(new Webhook(secret).verify(Buffer.from(call.body, 'base64'), call.headers).type);
} catch (failure) {
  if (!(failure instanceof WebhookVerificationError)) throw failure;
  console.log('wrong');
}
