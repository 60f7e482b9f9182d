// What an original may be, as this deployment has it.

import {call} from './api.js';

/** Milliseconds for which the page waits for them; without them it says less. */
const PATIENCE = 3_000;

let known = null;

/** Reads them once; what the browser has kept counts as well. */
export async function readLimits() {
  known = await call('/limits', {open: true, cache: 'default', signal: AbortSignal.timeout(PATIENCE)}).catch(() => null);
}

/** @returns {Object|null} the answer of GET /api/limits; null as long as it is not known */
export function limits() {
  return known;
}
