// One stream of changes for everything on the page that shows videos.

import {follow} from './events.js';

const listeners = new Set();
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
