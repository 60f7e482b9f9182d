// Videos that the server fetches from an address: a form, and a row for each until it is a video.

import {call, request} from './api.js';
import {h, say, setText} from './dom.js';
import {refusable} from './refusals.js';
import {session} from './session.js';
import {dateTime, fileSize, t, whyRefused} from './texts.js';
import {askedTransformations, checkTransformations} from './transformations.js';

const PERIOD = 3_000;
/** Where this tab keeps which imports it shows, so that they are shown again after a reload. */
const KEY = 'caravana.imports';
const UNFINISHED = ['waiting', 'running'];

/** Only the view that was made last reads the imports. */
let latest = 0;

/** @param {(id: string) => void} onVideo gets the id of an import that has become a video */
export function importsView(onVideo) {
  const mine = ++latest;
  const {problem, attempt} = refusable();
  const url = h('input', {id: 'import-url', name: 'url', type: 'url', required: true, maxlength: 2000, placeholder: 'https://', autocomplete: 'off'});
  const form = h('form', {onsubmit: (event) => {
    event.preventDefault();
    if (checkTransformations()) {
      attempt(add);
    }
  }},
  h('label', {for: 'import-url'}, t('importUrl')),
  h('div', {class: 'line'}, url, h('button', {type: 'submit', class: 'main'}, t('import'))),
  problem);
  const rows = h('ul', {class: 'imports', 'aria-label': t('imports')});
  kept().forEach((id) => rows.append(importRow(id, forget)));
  round();
  return h('div', {}, h('details', {id: 'import', class: 'import'}, h('summary', {}, t('importTitle')), form), rows);

  async function add() {
    const asked = askedTransformations();
    const made = await call('/videos/import', {method: 'POST', json: {url: url.value, ...(asked && {transformaciones: asked})}});
    form.reset();
    keep([...kept(), made.video_id]);
    const row = importRow(made.video_id, forget);
    rows.append(row);
    row.update(made);
  }

  /** Reads those that are not over, as long as they are shown. */
  async function round() {
    if (rows.isConnected && !document.hidden) {
      await Promise.all([...rows.children].filter((row) => !row.isOver()).map(refresh));
    }
    if (mine === latest) {
      setTimeout(round, PERIOD);
    }
  }

  async function refresh(row) {
    const found = await call(`/imports/${row.dataset.id}`).catch(({status}) => (status === 404 ? {state: 'cancelled'} : null));
    if (found?.state === 'accepted') {
      say(t('saidUploaded', found));
      onVideo(row.dataset.id);
    }
    if (['accepted', 'cancelled'].includes(found?.state)) {
      forget(row);
    } else if (found) {
      row.update(found);
    }
  }

  function forget(row) {
    keep(kept().filter((id) => id !== row.dataset.id));
    if (row.contains(document.activeElement)) {
      url.closest('details').querySelector('summary').focus();
    }
    row.remove();
  }
}

function importRow(id, forget) {
  const name = h('p', {class: 'file'});
  const state = h('p', {class: 'quiet', role: 'status'});
  const off = h('button', {type: 'button', class: 'plain', onclick: async () => {
    if (UNFINISHED.includes(row.dataset.state)) {
      await request(`/imports/${id}`, {method: 'DELETE'}).catch(() => {});
    }
    forget(row);
  }}, t('cancel'));
  const row = h('li', {class: 'card', 'data-id': id, 'data-state': 'waiting'}, h('div', {}, name, state), off);
  row.isOver = () => row.dataset.state === 'failed';
  row.update = (found) => {
    row.dataset.state = found.state;
    setText(name, found.url);
    setText(state, textOf(found));
    state.className = found.state === 'failed' ? 'problem' : 'quiet';
    setText(off, t(row.isOver() ? 'remove' : 'cancel'));
    off.setAttribute('aria-label', t('ofVideo', {what: off.textContent, title: found.url}));
  };
  return row;
}

function textOf({state, received_bytes: bytes, error_code: code, error_detail: detail, next_attempt_at: next}) {
  const reason = code ? whyRefused({code, message: detail}) : null;
  if (state === 'running') {
    return t('importRunning', {size: fileSize(bytes)});
  }
  return state === 'waiting' ? [reason ?? t('importWaiting'), reason && next ? t('nextTry', {time: dateTime(next)}) : null].filter((part) => part).join(' · ') : reason ?? '';
}

/** @returns {string[]} ids of the imports of who is signed in */
function kept() {
  try {
    const {account, ids} = JSON.parse(sessionStorage.getItem(KEY));
    return account === session().email ? ids : [];
  } catch {
    return [];
  }
}

function keep(ids) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({account: session().email, ids}));
  } catch {
    // Then they are not shown after a reload.
  }
}
