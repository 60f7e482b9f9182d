// Files on their way. They are kept here and not by the view, so that they go on while another section is shown.

import {upload} from './api.js';
import {h, say, setText} from './dom.js';
import {limits} from './limits.js';
import {onSession, session} from './session.js';
import {accepted, percent, t, why} from './texts.js';
import {askedTransformations, checkTransformations, transformationsView} from './transformations.js';

const LONGEST_TITLE = 200;

/** {file, title, key, state: 'ready' | 'uploading' | 'stopped', fraction, problem, stop} */
let items = [];
/** Shows them anew; that of the view that is there. */
let refresh = () => {};
let uploaded = () => {};

onSession(() => {
  if (!session()) {
    items.forEach((item) => item.stop?.());
    items = [];
  }
});

/** @param {(id: string) => void} onUploaded */
export function uploadsView(onUploaded) {
  uploaded = onUploaded;
  const input = h('input', {type: 'file', id: 'file', accept: 'video/*,.mkv,.mov,.avi,.webm', multiple: true, hidden: true, onchange: () => {
    take(input.files);
    input.value = '';
  }});
  const rows = h('ul', {class: 'uploads'});
  const zone = h('section', {
    class: 'drop',
    'aria-label': t('upload'),
    ondragover: (event) => {
      event.preventDefault();
      zone.classList.add('over');
    },
    ondragleave: (event) => zone.contains(event.relatedTarget) || zone.classList.remove('over'),
    ondrop: (event) => {
      event.preventDefault();
      zone.classList.remove('over');
      take(event.dataTransfer.files);
    },
  },
  h('p', {class: 'strong'}, t('dropTitle')),
  h('p', {class: 'quiet'}, t('dropText')),
  limits() ? h('p', {class: 'quiet', id: 'accepted'}, accepted()) : null,
  h('button', {type: 'button', class: 'main', onclick: () => input.click()}, t('choose')),
  input);
  refresh = () => {
    const shown = new Map([...rows.children].map((row) => [row.item, row]));
    rows.replaceChildren(...items.map((item) => {
      const row = shown.get(item) ?? uploadRow(item);
      row.update();
      return row;
    }));
  };
  refresh();
  return h('div', {}, zone, transformationsView(), rows);
}

function take(files) {
  const fresh = [...files].map((file) => ({
    file,
    // By characters and not by UTF-16 units: half of an emoji is no text.
    title: [...file.name.replace(/\.[^.]{1,5}$/, '')].slice(0, LONGEST_TITLE).join('') || file.name,
    key: uniqueKey(),
    state: 'ready',
    fraction: 0,
    problem: null,
  }));
  items.push(...fresh);
  refresh();
  if (fresh.length > 0) {
    document.getElementById(`title-${fresh[0].key}`)?.select();
  }
}

/** Not randomUUID, which is not there where the page comes without TLS. */
function uniqueKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function uploadRow(item) {
  const id = `title-${item.key}`;
  const title = h('input', {id, name: 'title', required: true, maxlength: LONGEST_TITLE, value: item.title, autocomplete: 'off', oninput: () => {
    item.title = title.value;
  }});
  const bar = h('progress', {max: 100, value: 0, 'aria-labelledby': `name-${item.key}`});
  const far = h('span', {class: 'far'});
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const go = h('button', {type: 'submit', class: 'main'});
  const off = h('button', {type: 'button', class: 'plain', onclick: () => remove(item)});
  const form = h('form', {onsubmit: (event) => {
    event.preventDefault();
    start(item);
  }},
  h('label', {for: id}, t('title')),
  h('p', {class: 'file', id: `name-${item.key}`}, item.file.name),
  h('div', {class: 'line'}, title, go, off),
  h('div', {class: 'line under'}, bar, far),
  problem);
  const row = h('li', {class: 'card'}, form);
  row.item = item;
  row.update = () => {
    const running = item.state === 'uploading';
    row.dataset.state = item.state;
    title.readOnly = running;
    go.hidden = running;
    setText(go, t(item.state === 'stopped' ? 'tryAgain' : 'upload'));
    setText(off, t(running ? 'cancel' : 'remove'));
    bar.parentElement.hidden = !running;
    bar.value = item.fraction * 100;
    setText(far, percent(Math.floor(item.fraction * 100)));
    problem.hidden = !item.problem;
    setText(problem, item.problem ? why(item.problem) : '');
  };
  return row;
}

async function start(item) {
  if (!checkTransformations()) {
    return;
  }
  if (limits() && item.file.size > limits().max_bytes) {
    // The server would refuse it as well, after it had come a long way.
    item.state = 'stopped';
    item.problem = {code: 'too_large', detail: null};
    refresh();
    return;
  }
  item.state = 'uploading';
  item.problem = null;
  item.fraction = 0;
  const running = upload(item.file, item.title.trim(), askedTransformations(), item.key, (fraction) => {
    item.fraction = fraction;
    refresh();
  });
  item.stop = running.stop;
  refresh();
  try {
    const id = await running.done;
    forget(item);
    say(t('saidUploaded', item));
    uploaded(id);
  } catch (refused) {
    if (refused !== null) {
      item.state = 'stopped';
      item.problem = {code: refused.code, detail: refused.message};
      if (refused.code !== 'no_answer') {
        // Sent anew, it may be another title; only an upload whose answer was lost is the same one.
        item.key = uniqueKey();
      }
      refresh();
    }
  }
}

function remove(item) {
  forget(item);
  item.stop?.();
  document.querySelector('.drop button').focus();
}

function forget(item) {
  items = items.filter((other) => other !== item);
  refresh();
}
