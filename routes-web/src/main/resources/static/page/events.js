// What changes about one's videos, as it happens: by the event stream, and where that fails by asking again and again.

import {Refused, request} from './api.js';

/** Longer than two heartbeats of the server. */
const SILENCE = 40_000;
const AGAIN = 1_000;
/** Rounds of asking before the stream is tried once more. */
const ROUNDS = 5;
const SHORTEST_ROUND = 2_000;
const LONGEST_ROUND = 10_000;

/**
 * Follows until the signal aborts.
 *
 * @param {{onVideo: (video: Object) => void, onDeleted: (id: string) => void, onWebhookDisabled: (data: string) => void, onOpen: () => void,
 *     unfinished: () => string[], signal: AbortSignal}} listener `onOpen` when the stream is there (again): what was
 *     missed may need a read; `unfinished` returns the ids to ask for
 */
export async function follow(listener) {
  let last = null;
  const tags = new Map();
  while (!listener.signal.aborted) {
    try {
      last = await stream(listener, last);
      await pause(AGAIN, listener.signal);
    } catch (failure) {
      if (listener.signal.aborted || (failure instanceof Refused && failure.status === 401)) {
        return;
      }
      for (let round = 0; round < ROUNDS && !listener.signal.aborted; round++) {
        await pause(await poll(listener, tags), listener.signal);
      }
    }
  }
}

/** Reads the stream to its end, and answers with the id of its last event. Fails when there is no stream. */
async function stream({onVideo, onDeleted, onWebhookDisabled, onOpen, signal}, last) {
  const watchdog = new AbortController();
  const stop = () => watchdog.abort();
  signal.addEventListener('abort', stop);
  let timer = setTimeout(stop, SILENCE);
  try {
    const answer = await request('/videos/events', {
      headers: last ? {'Last-Event-ID': last} : {},
      signal: watchdog.signal,
    });
    onOpen();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE);
        const blocks = (text + part.value).split('\n\n');
        text = blocks.pop();
        for (const block of blocks) {
          const event = parse(block);
          last = event.id ?? last;
          if (event.name === 'video') {
            onVideo(JSON.parse(event.data));
          } else if (event.name === 'deleted') {
            onDeleted(JSON.parse(event.data).video_id);
          } else if (event.name === 'webhook.disabled') {
            onWebhookDisabled(event.data);
          }
        }
      }
    } catch (broken) {
      // Silent for too long, or cut off. It has worked, so it is tried again at once.
      if (signal.aborted) {
        throw broken;
      }
    }
    return last;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function parse(block) {
  const event = {name: null, id: null, data: ''};
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    const field = line.slice(0, at);
    const value = line.slice(at + 1).replace(/^ /, '');
    if (field === 'event') {
      event.name = value;
    } else if (field === 'id') {
      event.id = value;
    } else if (field === 'data') {
      event.data += value;
    }
  }
  return event;
}

/** Asks once for everything that is not finished, and answers with the milliseconds until it is worth asking again. */
async function poll({onVideo, onDeleted, unfinished, signal}, tags) {
  let wait = LONGEST_ROUND;
  for (const id of unfinished()) {
    try {
      const known = tags.get(id);
      const answer = await request(`/videos/${id}`, {headers: known ? {'If-None-Match': known} : {}, signal});
      wait = Math.min(wait, Number(answer.headers.get('Retry-After') ?? Infinity) * 1000);
      if (answer.status === 200) {
        tags.set(id, answer.headers.get('ETag'));
        onVideo(await answer.json());
      }
    } catch (failure) {
      if (failure instanceof Refused && failure.status === 404) {
        onDeleted(id);
      }
    }
  }
  return Math.max(wait, SHORTEST_ROUND);
}

function pause(milliseconds, signal) {
  return new Promise((go) => {
    const timer = setTimeout(go, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      go();
    }, {once: true});
  });
}

