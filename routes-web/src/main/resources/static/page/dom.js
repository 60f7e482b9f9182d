// Makes elements. Whatever people wrote (titles, file names, reasons) becomes a text node and is never read as markup.

import {icon} from './icons.js';
import {t} from './texts.js';

/**
 * @param {string} tag
 * @param {Object} attributes attributes by name; `onclick` and its like are listeners, true and false set or leave out
 * @param {...(Node|string|null)} children strings become text
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Puts a text in place, and leaves the element alone when it has that text, so that it is not read out again. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Milliseconds for which a message is shown. */
const SHOWN = 6_000;
const AT_MOST = 2;

/**
 * Shows a message for a while, and announces it to people who do not see the page.
 *
 * @param {string} text
 * @param {{action?: {name: string, label: string, run: (close: (text?: string) => void) => void}, life?: number, kind?: string}} options
 *     an action ends the message; one whose button is focused or pointed at stays, but no longer than its action is possible
 * @returns {Element} the message
 */
export function say(text, {action, life = SHOWN, kind = ''} = {}) {
  const words = h('p', {}, text);
  const act = action
    ? h('button', {type: 'button', class: 'plain', 'aria-label': action.label, onclick: () => {
      clearTimeout(timer);
      act.disabled = true;
      action.run(close);
    }}, action.name)
    : null;
  const off = h('button', {type: 'button', class: 'bare', 'aria-label': t('dismiss'), onclick: () => close()}, icon('close'));
  const message = h('div', {class: `toast ${kind}`}, words, act, off);
  let timer = setTimeout(close, life);
  if (!action) {
    for (const [begins, ends] of [['pointerenter', 'pointerleave'], ['focusin', 'focusout']]) {
      message.addEventListener(begins, () => clearTimeout(timer));
      message.addEventListener(ends, () => {
        clearTimeout(timer);
        timer = setTimeout(close, life);
      });
    }
  }
  const list = document.getElementById('said');
  list.append(message);
  // One with an action stays as long as that is possible.
  [...list.children].filter((each) => !each.querySelector('.plain')).slice(0, -AT_MOST).forEach((each) => each.remove());
  return message;

  /** @param {string} [why] what is shown for a while in place of the message */
  function close(why) {
    clearTimeout(timer);
    const focused = message.contains(document.activeElement);
    if (typeof why === 'string') {
      words.textContent = why;
      act.remove();
      timer = setTimeout(close, life);
    } else {
      message.remove();
    }
    if (focused) {
      document.querySelector('main').focus();
    }
  }
}

/**
 * Asks in a dialog.
 *
 * @param {{title: string, text: string, yes: string, no: string, input?: string, value?: string, danger?: boolean, shortest?: number, longest?: number}} question
 *     `input` is the label of a line that must be filled in, `value` what is in it at first; `shortest` and `longest` are its characters
 * @returns {Promise<string|null>} what was filled in, or an empty text; null for no
 */
export function ask({title, text, yes, no, input, value = '', danger = false, shortest = null, longest = 200}) {
  return new Promise((answer) => {
    const line = input ? h('input', {id: 'ask-input', name: 'reason', required: true, minlength: shortest, maxlength: longest, autocomplete: 'off', value}) : null;
    const form = h('form', {method: 'dialog'},
      h('h2', {id: 'ask-title'}, title),
      h('p', {id: 'ask-text'}, text),
      input ? h('label', {for: 'ask-input'}, input) : null,
      line,
      h('div', {class: 'buttons end'},
        h('button', {type: 'button', class: 'plain', autofocus: !input, onclick: () => dialog.close()}, no),
        h('button', {type: 'submit', class: danger ? 'danger' : 'main'}, yes)));
    const dialog = h('dialog', {'aria-labelledby': 'ask-title', 'aria-describedby': 'ask-text'}, form);
    let given = null;
    form.addEventListener('submit', () => {
      given = line ? line.value.trim() : '';
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(given);
    });
    document.body.append(dialog);
    dialog.showModal();
    line?.select();
  });
}

/**
 * Shows a secret that no later call of the API has, with a button that copies it.
 *
 * @param {{title: string, text: string, label: string, secret: string}} what `label` is what the secret is called
 * @returns {Promise<void>} when the dialog is closed
 */
export function showSecret({title, text, label, secret}) {
  return new Promise((closed) => {
    const place = h('code', {class: 'secret', id: 'secret', tabindex: 0, role: 'textbox', 'aria-readonly': 'true', 'aria-label': label}, secret);
    const said = h('p', {class: 'quiet', role: 'status'});
    const copy = h('button', {type: 'button', class: 'main', id: 'copy-secret', autofocus: true, onclick: async () => {
      // The same words again would not be announced.
      said.textContent = '';
      try {
        await navigator.clipboard.writeText(secret);
        said.textContent = t('secretCopied');
      } catch {
        getSelection().selectAllChildren(place);
        said.textContent = t('secretSelected');
      }
    }}, t('copySecret'));
    const dialog = h('dialog', {'aria-labelledby': 'secret-title', 'aria-describedby': 'secret-text'},
      h('h2', {id: 'secret-title'}, title),
      h('p', {id: 'secret-text'}, text),
      place, said,
      h('div', {class: 'buttons end'}, copy, h('button', {type: 'button', class: 'plain', onclick: () => dialog.close()}, t('close'))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      closed();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** For {@link ask}: the line in which an operator says why, as long as the server takes it. */
export const reasonLine = () => ({no: t('cancel'), input: t('reason'), shortest: 3, longest: 500});

/**
 * A table that scrolls sideways where it is too wide.
 *
 * @param {string[]|Node[]} heads the columns' headings; of a stacked table, texts
 * @param {boolean} stacked whether a narrow screen shows each row as a block, so that no button is outside of it
 */
export function table(heads, rows, {stacked = false} = {}) {
  if (stacked) {
    // Beside each value, since the row of headings is not visible then.
    rows.forEach((row) => [...row.cells].forEach((cell, i) => {
      cell.dataset.heading = heads[i];
    }));
  }
  return h('div', {class: stacked ? 'table card stacked' : 'table card', tabindex: 0},
    h('table', {},
      h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', {scope: 'col'}, head)))),
      h('tbody', {}, ...rows)));
}

/** In place of what there is none of; both are keys of texts.js. */
export function emptyState(title, text) {
  return h('div', {class: 'empty'}, h('p', {class: 'strong'}, t(title)), h('p', {}, t(text)));
}
