// Makes elements. Whatever people wrote (titles, file names, reasons) becomes a text node and is never read as markup.

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

/** Tells people who do not see the page what has happened on it. */
export function say(text) {
  document.getElementById('said').textContent = text;
}

/**
 * Asks in a dialog.
 *
 * @param {{title: string, text: string, yes: string, no: string, input?: string, value?: string, danger?: boolean}} question
 *     `input` is the label of a line that must be filled in, and `value` what is in it at first
 * @returns {Promise<string|null>} what was filled in, or an empty text; null for no
 */
export function ask({title, text, yes, no, input, value = '', danger = false}) {
  return new Promise((answer) => {
    const line = input ? h('input', {id: 'ask-input', name: 'reason', required: true, maxlength: 200, autocomplete: 'off', value}) : null;
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
