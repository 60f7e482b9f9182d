// Uploads: what was chosen, and what is on its way, three at a time. They live here and not in the view, so that they continue
// while another section is shown; and in the browser (kept.js), so that they continue after a reload, a restart or a log-in.

import {Refused} from './api.js';
import {fingerprint} from './fingerprint.js';
import {forgetKept, keep, keepFile, keptFile, keptRecord, keptRecords} from './kept.js';
import {limits} from './limits.js';
import {onSession, session} from './session.js';
import {askedTransformations} from './transformations.js';
import {cancelUpload, createUpload, sendRest, uploadOffset} from './tus.js';

export const LONGEST_TITLE = 200;
/** One less than a web node takes of one account, for another client. */
const AT_ONCE = 3;
/** Milliseconds over which the pace of an upload is measured. */
const PACE = 10_000;
/** Milliseconds between two attempts, at most. */
const LONGEST_PAUSE = 30_000;
/** What a browser calls a file that is surely no video. The server knows more of them, and refuses those before their first byte. */
const NO_VIDEO = /^(text|font|message|model)\/|^image\/(?!gif)|^audio\/(?!3gpp|mp4|ogg|webm)|^application\/(pdf|zip|json)$/;

/**
 * {key, account, name, bytes, print, file, title, asked, at, id, sent, pace, state, problem, delay, stop, wake, work}; the state is
 * one of ready: chosen; loading: its file, of an earlier visit; waiting: for its turn; uploading; paused; stopped: refused;
 * missing: its file must be chosen again. The delay is why nothing is sent at the moment: lost, busy or elsewhere.
 */
let items = [];
/** What has been sent completely since the queue was empty last. */
let ended = {files: 0, bytes: 0};
/** Bytes that have left this tab, of all uploads, since the page was opened; and what they were at times of the last seconds. */
let moved = 0;
let pace = [];
let listener = {onChange: () => {}, onUploaded: () => {}};

if (session()) {
  restore();
}
onSession((reason) => {
  if (session()) {
    restore();
  } else if (reason) {
    items.filter(isUnderWay).forEach((item) => halt(item, 'waiting'));
  }
});
window.addEventListener('online', () => items.forEach((item) => item.wake?.()));
window.addEventListener('pagehide', () => items.filter(({state, delay}) => state === 'uploading' && delay !== 'elsewhere').forEach(remember));
window.addEventListener('beforeunload', (event) => {
  if (queue().some(isUnderWay)) {
    event.preventDefault();
  }
});

/** @param {{onChange: () => void, onUploaded: (item: Object) => void}} view that is shown now */
export function showQueue(view) {
  listener = view;
}

/** @returns {Object[]} the uploads of the account that is signed in */
export function queue() {
  return items.filter(({account}) => account === session()?.email);
}

/** @returns {boolean} whether an upload continues as long as the page is open */
export function isUnderWay({state}) {
  return state === 'uploading' || state === 'waiting' || state === 'loading';
}

/** @returns {boolean} whether an upload lacks only that somebody starts it */
export function isStartable({state}) {
  return state === 'ready' || state === 'paused';
}

/** @returns {number} how many uploads have begun, and have not ended */
export function unfinished() {
  return queue().filter((item) => isUnderWay(item) || item.state === 'paused' || item.state === 'missing').length;
}

/**
 * Adds files. One of which a part has been uploaded continues.
 *
 * @param {Iterable<File>} files
 * @param {Object|null} wanted the upload whose file was requested
 * @returns {Promise<Object[]>} the uploads that are new
 */
export async function take(files, wanted) {
  const {email: account} = session();
  const fresh = [];
  for (const file of files) {
    const print = await fingerprint(file).catch(() => null);
    const same = queue().find((item) => item.state === 'missing' && item.print === print);
    if (same) {
      same.file = file;
      keepFile(same.key, file);
      start([same]);
    } else if (wanted) {
      wanted.problem = {code: 'another_file'};
    } else {
      fresh.push(chosen(account, file, print));
    }
  }
  items.push(...fresh);
  listener.onChange();
  return fresh;
}

function chosen(account, file, print) {
  const problem = refusal(file, print);
  return {
    key: uniqueKey(),
    account,
    name: file.name,
    bytes: file.size,
    print,
    file,
    // By characters and not by UTF-16 units: half of an emoji is no text.
    title: [...file.name.replace(/\.[^.]{1,5}$/, '')].slice(0, LONGEST_TITLE).join('') || file.name,
    asked: null,
    at: Date.now(),
    id: null,
    sent: 0,
    state: problem ? 'stopped' : 'ready',
    problem,
    delay: null,
  };
}

/** Why the server would refuse a file, as far as it can be known without sending any of it; null when it may take it. */
function refusal(file, print) {
  if (print === null) {
    return {code: 'unreadable'};
  }
  if (file.size === 0) {
    return {code: 'empty'};
  }
  if (NO_VIDEO.test(file.type)) {
    return {code: 'no_video_name'};
  }
  return limits() && file.size > limits().max_bytes ? {code: 'too_large', values: {bytes: file.size}} : null;
}

/** Not randomUUID, which is not there where the page comes without TLS. */
function uniqueKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * How far all uploads of this tab are together: those that are under way, and those that ended meanwhile.
 *
 * @returns {{files: number, done: number, bytes: number, sent: number, seconds: number|null}|null} `seconds` until all is sent, at the pace of
 *     the last seconds, null until there is one; null when there are not several, or none is under way
 */
export function together() {
  const running = queue().filter((item) => isUnderWay(item) && item.delay !== 'elsewhere');
  const files = ended.files + running.length;
  if (running.length === 0 || files < 2) {
    return null;
  }
  const sum = (name) => running.reduce((whole, item) => whole + item[name], ended.bytes);
  const [bytes, sent] = [sum('bytes'), sum('sent')];
  return {files, done: ended.files, bytes, sent, seconds: secondsFor(bytes - sent, moved, pace)};
}

/** Queues uploads, with the transformations that are chosen now if they have not begun. */
export function start(uploads) {
  if (!queue().some(isUnderWay)) {
    ended = {files: 0, bytes: 0};
  }
  for (const item of uploads) {
    item.problem = null;
    if (item.state === 'ready' || item.state === 'stopped') {
      item.problem = refusal(item.file, item.print);
      item.asked = askedTransformations();
      if (!item.problem) {
        keepFile(item.key, item.file);
      }
    }
    item.state = item.problem ? 'stopped' : 'waiting';
    if (!item.problem) {
      remember(item);
    }
  }
  next();
  listener.onChange();
}

export function pause(item) {
  halt(item, 'paused');
  next();
}

/** Ends an upload; what of it the server has goes now, or else when it expires. */
export async function remove(item) {
  item.state = 'removed';
  item.stop?.();
  item.wake?.();
  forget(item);
  next();
  if (item.id !== null) {
    await cancelUpload(item.id).catch(() => {});
  }
}

/** Ends all uploads of the account, in this browser's other tabs too. */
export async function cancelAll() {
  const others = keptRecords(session().email).filter(({key}) => queue().every((item) => item.key !== key));
  await Promise.all([...queue(), ...others].map(remove));
}

/** Continues with what an earlier visit of this account, or another tab, has left. */
async function restore() {
  const left = keptRecords(session().email).filter(({key}) => items.every((item) => item.key !== key));
  const restored = left.map((record) => ({...record, file: null, state: 'loading', problem: null, delay: null}));
  items.push(...restored);
  await Promise.all(restored.map(async (item, index) => {
    item.file = await keptFile(item.key);
    if (item.state === 'loading') {
      item.state = item.file ? left[index].state : 'missing';
    }
  }));
  next();
  listener.onChange();
}

function next() {
  const free = AT_ONCE - queue().filter(({state}) => state === 'uploading').length;
  queue().filter(({state}) => state === 'waiting').slice(0, Math.max(0, free)).forEach(begin);
}

function begin(item) {
  item.state = 'uploading';
  listener.onChange();
  // What it did before it was paused has ended first.
  item.work = (item.work ?? Promise.resolve()).then(() => alone(item)).finally(next);
}

/** Of several tabs with the same upload, one sends it, and another one waits until it may have to continue. */
async function alone(item) {
  if (!navigator.locks) {
    await send(item);
    return;
  }
  const name = `caravana.upload.${item.key}`;
  const sent = await navigator.locks.request(name, {ifAvailable: true}, async (lock) => {
    if (lock) {
      await send(item);
    }
    return lock !== null;
  });
  if (sent || item.state !== 'uploading') {
    return;
  }
  const waiting = new AbortController();
  item.stop = () => waiting.abort();
  delay(item, 'elsewhere');
  await navigator.locks.request(name, {signal: waiting.signal}, () => takeOver(item)).catch((failure) => {
    if (failure.name !== 'AbortError') {
      throw failure;
    }
  });
}

async function takeOver(item) {
  item.delay = null;
  const record = keptRecord(item.key);
  if (record === null) {
    // It has ended.
    forget(item);
  } else if (record.state === 'waiting') {
    await send(item);
  } else {
    item.state = record.state;
    listener.onChange();
  }
}

/** Sends until all of the file has arrived, through whatever passes. */
async function send(item) {
  for (let failures = 0; item.state === 'uploading';) {
    try {
      if (!await isReadable(item)) {
        item.file = null;
        halt(item, 'missing');
        return;
      }
      if (item.id === null) {
        await create(item);
      }
      const arrived = await uploadOffset(item.id);
      failures = arrived > item.sent ? 0 : failures;
      item.sent = arrived;
      delay(item, null);
      if (item.state === 'uploading' && arrived < item.bytes) {
        await sendFrom(item, arrived);
      }
      if (item.state === 'uploading') {
        end(item);
      }
    } catch (refused) {
      if (!(refused instanceof Refused)) {
        throw refused;
      }
      if (item.state === 'uploading') {
        await failed(item, refused, failures++);
      }
    }
  }
}

/** The file itself may have been changed or moved; a copy of it, if the browser has one, has not. */
async function isReadable(item) {
  for (const find of [() => item.file, () => keptFile(item.key)]) {
    const file = await find();
    const part = await file?.slice(item.sent, item.sent + 1).arrayBuffer().catch(() => null);
    if (part) {
      item.file = file;
      return true;
    }
  }
  return false;
}

async function create(item) {
  item.id = await createUpload(item);
  if (item.state === 'removed') {
    await cancelUpload(item.id).catch(() => {});
  } else {
    remember(item);
  }
}

async function sendFrom(item, offset) {
  item.pace = [{at: Date.now(), sent: offset}];
  const sending = sendRest(item.id, item.file, offset, (bytes) => {
    moved += bytes - item.sent;
    item.sent = bytes;
    pace = sampled(pace, moved);
    item.pace = sampled(item.pace, bytes);
    listener.onChange();
  });
  item.stop = sending.stop;
  try {
    await sending.done;
  } finally {
    item.stop = null;
    item.pace = [];
  }
}

const sampled = (samples, sent) => [...samples, {at: Date.now(), sent}].filter(({at}) => at > Date.now() - PACE);

/** @returns {number|null} seconds until all is sent, at the pace of the last seconds; null until there is one */
export const secondsLeft = ({bytes, sent, pace: samples = []}) => secondsFor(bytes - sent, sent, samples);

/** @returns {number|null} seconds that so many bytes take; `sent` are those until now, of which the samples are the earlier ones */
function secondsFor(bytes, sent, samples) {
  const [first] = samples;
  const seconds = first ? (Date.now() - first.at) / 1000 : 0;
  return seconds >= 2 && sent > first.sent ? bytes * seconds / (sent - first.sent) : null;
}

async function failed(item, refused, failures) {
  if (passes(refused)) {
    delay(item, refused.status === 0 ? 'lost' : 'busy');
    await new Promise((go) => {
      item.wake = go;
      setTimeout(go, Math.min(LONGEST_PAUSE, 1000 * 2 ** failures));
    });
    return;
  }
  forgetKept(item.key);
  // Sent again, it is another upload, maybe with another title.
  Object.assign(item, {
    state: 'stopped',
    problem: refused,
    key: uniqueKey(),
    id: null,
    sent: 0,
    delay: null,
  });
  listener.onChange();
}

/** Whether the same call may succeed a little later. The session is renewed by every call that needs it. */
function passes({status, code}) {
  return [0, 401, 408, 429].includes(status) || status >= 500
    || ['wrong_offset', 'superseded', 'idempotency_in_progress'].includes(code);
}

function delay(item, why) {
  item.delay = why;
  listener.onChange();
}

function end(item) {
  item.state = 'done';
  ended.files++;
  ended.bytes += item.bytes;
  forget(item);
  listener.onUploaded(item);
}

/** Ends what an upload is doing; what has arrived stays. */
function halt(item, state) {
  item.state = state;
  item.delay = null;
  item.stop?.();
  item.wake?.();
  remember(item);
  listener.onChange();
}

function remember({key, account, name, bytes, print, title, asked, at, id, sent, state}) {
  keep({key, account, name, bytes, print, title, asked, at, id, sent, state: state === 'uploading' ? 'waiting' : state});
}

function forget(item) {
  items = items.filter((other) => other !== item);
  forgetKept(item.key);
  listener.onChange();
}
