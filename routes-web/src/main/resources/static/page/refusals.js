// What people read beside a control when a call was refused.

import {Refused} from './api.js';
import {h} from './dom.js';
import {whyRefused} from './texts.js';

/**
 * @param {Object<string, string>} others codes that have another text here, with the code of that text
 * @returns {{problem: Element, attempt: (call: () => Promise<void>) => Promise<void>}} where the reason appears, and what
 *     makes a call and shows the reason when it is refused
 */
export function refusable(others = {}) {
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  return {problem, attempt};

  async function attempt(call) {
    problem.hidden = true;
    try {
      await call();
    } catch (refused) {
      if (!(refused instanceof Refused)) {
        throw refused;
      }
      problem.textContent = whyRefused({code: others[refused.code] ?? refused.code, message: refused.message, values: refused.values});
      problem.hidden = false;
    }
  }
}
