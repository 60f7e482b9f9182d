// The place to drop videos, and below it a row for each upload.

import {h, say, setText} from './dom.js';
import {importsView} from './imports.js';
import {limits} from './limits.js';
import {isStartable, isUnderWay, LONGEST_TITLE, pause, queue, remove, secondsLeft, showQueue, start, take, together} from './queue.js';
import {accepted, duration, fileSize, number, percent, t, whyRefused} from './texts.js';
import {checkTransformations, transformationsView} from './transformations.js';

/** Where the choice is kept that files are uploaded as soon as they are chosen. */
const AT_ONCE = 'caravana.uploadAtOnce';
/** The same file will be refused for these again. */
const HOPELESS = ['unreadable', 'empty', 'no_video_name', 'too_large', 'not_a_video', 'upload_refused'];

/** @param {(id: string) => void} onUploaded */
export function uploadsView(onUploaded) {
  /** The upload whose file is requested. */
  let wanted = null;
  const input = h('input', {
    type: 'file',
    id: 'file',
    accept: 'video/*,.mkv,.mov,.avi,.webm',
    multiple: true,
    hidden: true,
    oncancel: () => {
      wanted = null;
    },
    onchange: async () => {
      const files = [...input.files];
      const asked = wanted;
      input.value = '';
      wanted = null;
      await add(files, asked);
    },
  });
  const rows = h('ul', {class: 'uploads', 'aria-label': t('uploads')});
  const atOnce = h('input', {type: 'checkbox', id: 'at-once', checked: isAtOnce(), onchange: () =>
    localStorage.setItem(AT_ONCE, String(atOnce.checked))});
  const all = h('button', {type: 'button', class: 'main', id: 'upload-all', onclick: () => begin(queue().filter(isStartable))});
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
      add([...event.dataTransfer.files], null);
    },
  },
  h('p', {class: 'strong'}, t('dropTitle')),
  h('p', {class: 'quiet'}, t('dropText')),
  limits() ? h('p', {class: 'quiet', id: 'accepted'}, accepted()) : null,
  h('button', {type: 'button', class: 'main', onclick: () => input.click()}, t('choose')),
  h('label', {class: 'at-once', for: 'at-once'}, atOnce, h('span', {}, t('atOnce'))),
  input);
  const bar = h('div', {class: 'buttons end all'}, all);
  const whole = wholeProgress();
  const onChange = () => {
    const shown = new Map([...rows.children].map((row) => [row.item, row]));
    const uploads = queue();
    place(rows, uploads.map((item) => shown.get(item) ?? uploadRow(item, ask)));
    [...rows.children].forEach((row) => row.update());
    const startable = uploads.filter(isStartable).length;
    bar.hidden = startable < 2;
    setText(all, t('uploadAll', {n: startable}));
    whole.update();
  };
  showQueue({
    onChange,
    onUploaded: (item) => {
      say(t('saidUploaded', item));
      onUploaded(item.id);
    },
  });
  onChange();
  return h('div', {}, zone, transformationsView(), importsView(onUploaded), bar, whole.element, rows);

  function ask(item) {
    wanted = item;
    input.click();
  }
}

/** How far all uploads are together. It is no live region: each upload that ends has a message, which is announced. */
function wholeProgress() {
  const files = h('span', {class: 'strong', id: 'files-sent'});
  const amount = h('span');
  const left = h('span');
  const bar = h('progress', {max: 100, value: 0, 'aria-label': t('allUploads'), 'aria-describedby': 'files-sent'});
  const far = h('span', {class: 'far'});
  const element = h('div', {class: 'whole card', role: 'group', 'aria-label': t('allUploads'), hidden: true},
    h('p', {class: 'file-line'}, files, amount, left),
    h('div', {class: 'line under'}, bar, far));
  let counted = 0;
  return {element, update};

  function update() {
    const all = together();
    element.hidden = all === null;
    if (all === null) {
      return;
    }
    const hundredths = Math.floor(all.sent / all.bytes * 100);
    setText(files, t('filesSent', {done: number(all.done), n: number(all.files)}));
    setText(amount, t('sentOf', {sent: fileSize(all.sent), size: fileSize(all.bytes)}));
    bar.value = hundredths;
    setText(far, percent(hundredths));
    // Once a second, so that it can be read.
    if (Date.now() - counted > 1000) {
      counted = Date.now();
      setText(left, all.seconds === null ? '' : t('left', {time: duration(all.seconds)}));
    }
  }
}

/** Leaves what is in its place alone, so that it keeps the focus. */
function place(list, rows) {
  if (rows.length === list.children.length && rows.every((row, index) => row === list.children[index])) {
    return;
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  list.replaceChildren(...rows);
  if (focused) {
    (list.contains(focused) ? focused : document.querySelector('main')).focus();
  }
}

function isAtOnce() {
  return localStorage.getItem(AT_ONCE) === 'true';
}

async function add(files, wanted) {
  const fresh = (await take(files, wanted)).filter(isStartable);
  if (fresh.length > 0 && isAtOnce()) {
    begin(fresh);
  } else if (fresh.length > 0) {
    titleOf(fresh[0])?.select();
  }
}

function titleOf(item) {
  return [...document.querySelectorAll('.uploads > li')].find((row) => row.item === item)?.querySelector('[name=title]');
}

/** Starts uploads, unless something is filled in wrong; then that is shown. */
function begin(uploads) {
  const wrong = uploads.map(titleOf).find((title) => title && !title.checkValidity());
  if (wrong) {
    wrong.reportValidity();
  } else if (checkTransformations()) {
    start(uploads);
  }
}

function uploadRow(item, ask) {
  const id = `title-${item.key}`;
  const title = h('input', {id, name: 'title', required: true, maxlength: LONGEST_TITLE, value: item.title, autocomplete: 'off', oninput: () => {
    item.title = title.value;
  }});
  const label = h('label', {for: id}, t('title'));
  const bar = h('progress', {max: 100, value: 0, 'aria-labelledby': `name-${item.key}`});
  const far = h('span', {class: 'far'});
  const amount = h('span', {class: 'amount'});
  const left = h('span');
  let counted = 0;
  const text = h('p', {hidden: true});
  const go = h('button', {type: 'submit'});
  const hold = h('button', {type: 'button', class: 'plain hold', onclick: () => {
    pause(item);
    go.focus();
  }}, t('pauseUpload'));
  const off = h('button', {type: 'button', class: 'plain off', onclick: () => {
    remove(item);
    document.querySelector('.drop button').focus();
  }});
  const form = h('form', {onsubmit: (event) => {
    event.preventDefault();
    if (item.state === 'missing') {
      ask(item);
    } else {
      begin([item]);
      hold.focus();
    }
  }},
  label,
  h('p', {class: 'file-line'}, h('span', {class: 'file', id: `name-${item.key}`}, item.name), amount, left),
  h('div', {class: 'line'}, title, go, hold, off),
  h('div', {class: 'line under'}, bar, far),
  text);
  const row = h('li', {class: 'card'}, form);
  row.item = item;
  row.update = () => {
    const running = isUnderWay(item);
    const begun = running || item.state === 'paused' || item.state === 'missing';
    row.dataset.state = item.state;
    const hopeless = HOPELESS.includes(item.problem?.code);
    if (title.readOnly !== (begun || hopeless)) {
      title.readOnly = !title.readOnly;
      title.setSelectionRange(0, 0);
    }
    label.className = title.readOnly ? 'unseen' : '';
    go.hidden = running || hopeless;
    go.className = item.problem ? 'plain' : 'main';
    setText(go, t({ready: 'upload', stopped: 'tryAgain', missing: 'chooseAgain'}[item.state] ?? 'resumeUpload'));
    hold.hidden = !running;
    setText(off, t(begun ? 'cancel' : 'remove'));
    for (const button of [go, hold, off]) {
      button.setAttribute('aria-label', t('ofVideo', {what: button.textContent, title: item.title}));
    }
    bar.parentElement.hidden = !begun;
    if (begun) {
      const hundredths = Math.floor(item.sent / item.bytes * 100);
      bar.value = hundredths;
      setText(far, item.state === 'waiting' ? t('waitsForTurn') : percent(hundredths));
    }
    setText(amount, begun ? t('sentOf', {sent: fileSize(item.sent), size: fileSize(item.bytes)}) : fileSize(item.bytes));
    // Counted once a second, so that it can be read.
    if (Date.now() - counted > 1000 || item.state !== 'uploading') {
      const seconds = item.state === 'uploading' ? secondsLeft(item) : null;
      counted = Date.now();
      setText(left, seconds === null ? '' : t('left', {time: duration(seconds)}));
    }
    const said = note(item);
    text.hidden = !said;
    text.className = item.problem ? 'problem' : 'notice';
    text.setAttribute('role', item.problem ? 'alert' : 'status');
    setText(text, said);
  };
  return row;
}

function note({problem, delay, state}) {
  if (problem) {
    return whyRefused(problem);
  }
  if (delay) {
    return t(`delay_${delay}`);
  }
  return state === 'missing' ? t('fileMissing') : '';
}
