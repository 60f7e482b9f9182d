// One stream of changes for everything on the page that shows videos.

import {say} from './dom.js';
import {follow} from './events.js';
import {t} from './texts.js';

const listeners = new Set();
/** Of disabled webhooks: a stream that opens again repeats what happened just before. */
const said = new Set();
let stopping = null;

/**
 * Follows until the answer is called.
 *
 * @param {{onVideo: (video: Object) => void, onDeleted: (id: string) => void, onOpen: () => void, unfinished: () => string[]}} listener
 *     as {@link follow} has it
 * @returns {() => void}
 */
export function watch(listener) {
  listeners.add(listener);
  if (stopping === null) {
    stopping = new AbortController();
    follow({
      signal: stopping.signal,
      onVideo: (video) => listeners.forEach((each) => each.onVideo(video)),
      onDeleted: (id) => listeners.forEach((each) => each.onDeleted(id)),
      onWebhookDisabled: sayDisabled,
      onOpen: () => listeners.forEach((each) => each.onOpen()),
      unfinished: () => [...new Set([...listeners].flatMap((each) => each.unfinished()))],
    });
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      stopping?.abort();
      stopping = null;
    }
  };
}

function sayDisabled(data) {
  if (!said.has(data)) {
    said.add(data);
    say(t('saidWebhookDisabled'), {action: {name: t('webhooks'), label: t('webhooks'), run: (close) => {
      location.hash = '#webhooks';
      close();
    }}});
  }
}
