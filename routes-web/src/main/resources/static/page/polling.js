// A part of the page that reads its figures again and again.

import {h} from './dom.js';
import {refusable} from './refusals.js';

const PERIOD = 3_000;

/**
 * Reads every three seconds, and draws the section again when the answer has changed. What has the focus and what is opened stays
 * so. A read that is refused has a message of its own, so that the next one does not take away why an action was refused.
 *
 * @param {{read: () => Promise<Object>, make: (answer: Object) => Node[], label: string, others?: Object<string, string>}} section
 *     `others` as {@link refusable} has it
 * @returns {{elements: Element[], refresh: () => Promise<void>, leave: () => void}}
 */
export function polled({read, make, label, others}) {
  const place = h('section', {'aria-label': label});
  const {problem, attempt} = refusable(others);
  let shown = null;
  let left = false;
  let timer;
  round();
  return {elements: [problem, place], refresh, leave: () => {
    left = true;
    clearTimeout(timer);
  }};

  async function round() {
    if (!document.hidden) {
      await attempt(refresh);
    }
    if (!left) {
      timer = setTimeout(round, PERIOD);
    }
  }

  async function refresh() {
    const answer = await read();
    const text = JSON.stringify(answer);
    if (left || text === shown) {
      return;
    }
    shown = text;
    const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
    const opened = [...place.querySelectorAll('details[open]')].map((details) => details.id);
    place.replaceChildren(...make(answer));
    opened.forEach((details) => document.getElementById(details)?.setAttribute('open', ''));
    if (focused) {
      document.getElementById(focused)?.focus();
    }
  }
}
