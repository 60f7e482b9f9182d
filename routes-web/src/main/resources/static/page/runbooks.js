// What operators do about a failure: the runbooks, which come with the page.

import {h} from './dom.js';
import {icon} from './icons.js';
import {t} from './texts.js';

/** By the code of a failure, or of the last attempt. */
const OF_CODE = {
  database_unavailable: 'api-errors',
  disk_full: 'disk-space',
  disk_unavailable: 'disk-space',
  queue_unavailable: 'api-errors',
  route_defect: 'route-defect',
  store_unavailable: 'api-errors',
  tool_unavailable: 'tool-unavailable',
  worker_lost: 'no-worker-alive',
  attempts_exhausted: 'dead-letters',
  output_invalid: 'dead-letters',
};

/** @returns {string|null} the address of the runbook for a failure; null where the original is at fault, so that nothing helps */
export function runbookOf({code, last_code: last}) {
  const name = OF_CODE[last] ?? OF_CODE[code];
  return name ? `#runbook/${name}` : null;
}

/** @param {string} name of a runbook, without its ending */
export function runbookView(name) {
  const text = h('article', {class: 'runbook card', lang: 'en'}, h('p', {class: 'quiet', lang: null}, t('loading')));
  load();
  return {
    element: h('div', {}, h('p', {}, h('a', {class: 'back', href: '#operations'}, icon('back'), t('operations'))), text),
    leave: () => {},
  };

  async function load() {
    const answer = /^[a-z-]+$/i.test(name) ? await fetch(`/page/runbooks/${name}.md`, {credentials: 'omit'}).catch(() => null) : null;
    if (answer?.ok) {
      text.replaceChildren(...blocks(await answer.text()));
    } else {
      text.lang = document.documentElement.lang;
      text.replaceChildren(h('p', {class: 'problem', role: 'alert'}, t('noRunbook')));
    }
  }
}

/** The blocks of a text in the part of Markdown that the runbooks use. */
function blocks(text) {
  const made = [];
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift();
    const heading = /^(#{1,4}) (.*)/.exec(line);
    const item = /^(?:[-*]|(\d+)\.) /.exec(line);
    if (heading) {
      made.push(h(`h${heading[1].length}`, {}, ...inline(heading[2])));
    } else if (line.startsWith('```')) {
      made.push(h('pre', {tabindex: 0}, h('code', {}, taken(lines, (next) => !next.startsWith('```')).join('\n'))));
      lines.shift();
    } else if (line.startsWith('|')) {
      const rows = [line, ...taken(lines, (next) => next.startsWith('|'))].map((row) => row.slice(1, row.lastIndexOf('|')).split('|'));
      made.push(h('div', {class: 'table', tabindex: 0}, h('table', {},
        h('thead', {}, h('tr', {}, ...rows[0].map((cell) => h('th', {scope: 'col'}, ...inline(cell.trim()))))),
        h('tbody', {}, ...rows.slice(2).map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, ...inline(cell.trim())))))))));
    } else if (item) {
      const items = [[line.slice(item[0].length)]];
      while (lines.length > 0 && /^(\s+\S|[-*] |\d+\. )/.test(lines[0])) {
        const next = lines.shift();
        if (/^([-*] |\d+\. )/.test(next)) {
          items.push([next.replace(/^\S+ /, '')]);
        } else {
          items.at(-1).push(next.trim());
        }
      }
      made.push(h(item[1] ? 'ol' : 'ul', {}, ...items.map((part) => h('li', {}, ...inline(part.join(' '))))));
    } else if (line.trim()) {
      made.push(h('p', {}, ...inline([line, ...taken(lines, (next) => next.trim() && !/^(#|\||```|[-*] |\d+\. )/.test(next))].join(' '))));
    }
  }
  return made;
}

/** Takes lines from the beginning as long as they fit. */
function taken(lines, fits) {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

/** Code, strong words, and links to other runbooks; what leads elsewhere is its words. */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    const link = /^\[(.+)\]\((.+)\)$/.exec(part);
    if (link) {
      const runbook = /^([a-z-]+)\.md/.exec(link[2]);
      return runbook ? h('a', {href: `#runbook/${runbook[1]}`}, ...inline(link[1])) : h('span', {}, ...inline(link[1]));
    }
    return part.startsWith('`') && part.length > 1 ? h('code', {}, part.slice(1, -1))
      : part.startsWith('**') ? h('strong', {}, part.slice(2, -2))
      : part;
  });
}
