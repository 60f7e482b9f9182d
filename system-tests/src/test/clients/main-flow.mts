// The main flow by the client that OpenAPI Generator makes for TypeScript; takes WEB, EMAIL, PASSWORD, and the video as match.mp4.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  Configuration, EventsApi, IdentityApi, ListVideosSortEnum, Problem, ProblemFromJSON, ResponseError, Scope, Status, VideosApi,
  WebhookOrder, WebhookOrderTypesEnum,
} from './caravana-typescript/index.js';

let calls = 0;
const count = { pre: async () => { calls++; } };

function configuration(accessToken?: string): Configuration {
  return new Configuration({ basePath: `${process.env.WEB}/api`, accessToken, middleware: [count] });
}

/** The problem document with which a call is refused. */
async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (refused) {
    if (!(refused instanceof ResponseError)) throw refused;
    const problem = ProblemFromJSON(await refused.response.json());
    strictEqual(problem.status, refused.response.status);
    return problem;
  }
  throw new Error('it was not refused');
}

const email = process.env.EMAIL!;
const password = process.env.PASSWORD!;

const anybody = new IdentityApi(configuration());
const account = await anybody.signUp({
  signUp: { email, password1: password, password2: password, firstName: 'Ana', lastName: 'Ruiz', city: 'Bogotá', country: 'Colombia' },
});
strictEqual(account.email, email);
strictEqual((await refusal(anybody.logIn({ logIn: { email, password: 'another one' } }))).code, 'bad_credentials');
const token = await anybody.logIn({ logIn: { email, password } });
const identity = new IdentityApi(configuration(token.accessToken));
const me = await identity.showMe();
strictEqual(me.id, account.id);
deepStrictEqual(me.roles, ['user']);

const created = await identity.createKey({
  keyOrder: { name: 'main flow', scopes: [Scope.VideosRead, Scope.VideosWrite, Scope.Webhooks] },
});
const byKey = configuration(created.key);
const videos = new VideosApi(byKey);
const events = new EventsApi(byKey);
strictEqual((await refusal(new IdentityApi(byKey).listKeys())).code, 'not_for_api_keys');

strictEqual((await videos.showLimits()).maxBytes, me.limits.uploadBytes);
const presetContent = { transformaciones: ['hd_720p', { nombre: 'recortar', inicio: 0, fin: 1.5 }, 'transcodificacion'] };
await videos.savePreset({ name: 'short', presetContent });
deepStrictEqual((await videos.showPreset({ name: 'short' })).transformaciones, presetContent.transformaciones);

strictEqual((await refusal(videos.receiveRawUpload({ title: 'Text', body: new Blob(['This is no video.']) }))).code, 'not_a_video');
const form = {
  title: 'Partido',
  videoFile: new File([new Uint8Array(await readFile('match.mp4'))], 'match.mp4', { type: 'video/mp4' }),
  preset: 'short',
  reference: 'order-4711',
  metadata: '{"customer": "4711", "public": true}',
  idempotencyKey: 'form',
};
const { videoId } = await videos.receiveUpload(form);
const again = await videos.receiveUploadRaw(form);
strictEqual((await again.value()).videoId, videoId);
strictEqual(again.raw.headers.get('Idempotency-Replayed'), 'true');
let video = await videos.showVideo({ videoId });
while (video.status === Status.Uploaded || video.status === Status.Processing) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  video = await videos.showVideo({ videoId });
}
strictEqual(video.status, Status.Processed, video.error?.detail ?? undefined);
deepStrictEqual(video.metadata, { customer: '4711', public: true });
strictEqual(video.mediaInfo?.result.video?.height, 720);
ok(video.processedAt! > video.uploadedAt);
const clip = await fetch(video.processedUrl!);
strictEqual((await clip.arrayBuffer()).byteLength, video.outputs[0].bytes);

const changed = await videos.updateVideo({ videoId, videoChanges: { title: 'Match' } });
strictEqual(changed.title, 'Match');
strictEqual(changed.reference, 'order-4711');
const listed = await videos.listVideos({
  q: 'match', status: Status.Processed, metadata: { customer: '4711' }, uploadedAfter: video.uploadedAt, sort: ListVideosSortEnum.Title, limit: 10,
});
deepStrictEqual(listed.map((one) => one.videoId), [videoId]);
deepStrictEqual(await videos.listVideos({ reference: 'order-4712' }), []);

const types: string[] = [];
let page = await events.listEvents({ limit: 2 });
while (page.events.length > 0) {
  types.push(...page.events.filter((event) => event.data['video_id'] === videoId).map((event) => event.type));
  page = await events.listEvents({ limit: 2, cursor: page.cursor });
}
deepStrictEqual(types, ['video.uploaded', 'video.processing', 'video.processed']);

const webhookOrder: WebhookOrder = { url: 'http://example.org/hook', types: [WebhookOrderTypesEnum.VideoFailed], description: 'a test' };
strictEqual((await refusal(events.createWebhook({ webhookOrder }))).code, 'url_scheme');
// Not a name, which some machines cannot look up. Nothing fails here, so nothing is sent.
webhookOrder.url = 'https://93.184.215.14/hook';
const webhook = await events.createWebhook({ webhookOrder });
ok(webhook.secret.startsWith('whsec_'));
deepStrictEqual((await events.listWebhooks()).webhooks.map((one) => one.id), [webhook.id]);
strictEqual((await events.updateWebhook({ webhookId: webhook.id, webhookChanges: { enabled: false } })).enabled, false);
await events.deleteWebhook({ webhookId: webhook.id });
deepStrictEqual((await events.listWebhooks()).webhooks, []);

await videos.deletePreset({ name: 'short' });
strictEqual((await videos.deleteVideo({ videoId })).videoId, videoId);
strictEqual((await refusal(videos.showVideo({ videoId }))).code, 'not_found');
await identity.deleteKey({ keyId: created.id });
// A node may still take it for a second.
let status = 200;
while (status === 200) {
  status = await videos.listVideosRaw({}).then(({ raw }) => raw.status, (refused) => refused.response.status);
}
strictEqual(status, 401);

console.log(`RESULT name=generated-typescript value=${calls} unit=calls verdict=pass`);
