// The account's API keys: what each may do, how one is created, and how it is revoked.

import {createKey, deleteKey, listKeys} from './api.js';
import {ask, emptyState, h, say, showSecret, table} from './dom.js';
import {refusable} from './refusals.js';
import {isOperator, session} from './session.js';
import {ago, date, dateTime, number, t} from './texts.js';

const SCOPES = ['videos:read', 'videos:write', 'videos:priority', 'webhooks', 'operator'];
/** Days after which a new key expires. */
const DAYS = [30, 90, 365];
const DAY = 24 * 3_600_000;
/** Days before its end in which a key is marked. */
const SOON = 7;

/** @returns {Element} */
export function keysView() {
  const {problem, attempt} = refusable({not_found: 'no_key'});
  const count = h('p', {class: 'count quiet'});
  const place = h('div', {}, h('p', {class: 'quiet'}, t('loading')));
  let isRead = false;
  const form = creationForm(create);
  attempt(load);
  return h('section', {class: 'keys', 'aria-labelledby': 'keys'},
    h('div', {class: 'head'}, h('h2', {id: 'keys'}, t('apiKeys')), count),
    h('p', {class: 'quiet'}, t('apiKeysText')),
    form, problem, place);

  async function load() {
    const {keys, limit} = await listKeys().catch((refused) => {
      if (!isRead) {
        place.replaceChildren(h('button', {type: 'button', class: 'plain', onclick: () => attempt(load)}, t('tryAgain')));
      }
      throw refused;
    });
    isRead = true;
    count.textContent = t('keyCount', {n: number(keys.length), limit: number(limit)});
    place.replaceChildren(keys.length > 0
      ? table([t('key'), t('created'), t('lastUsed'), t('expires'), t('actions')], keys.map(row), {stacked: true})
      : emptyState('noKeys', 'noKeysText'));
  }

  function create(wanted) {
    return attempt(async () => {
      const {key, name} = await createKey(wanted);
      form.reset();
      await Promise.all([
        showSecret({title: t('newKeyTitle', {name}), text: t('newKeyText'), label: t('key'), secret: key}),
        // A list that cannot be read does not hide the key.
        attempt(load)]);
      say(t('saidKeyCreated', {name}));
    });
  }

  function row(key) {
    const {id, name, prefix, scopes, addresses, created_at: created, expires_at: expires, last_used_at: used} = key;
    return h('tr', {},
      h('th', {scope: 'row'}, name, ' ', ...end(expires),
        h('small', {}, h('code', {}, `${prefix}…`)),
        h('small', {}, scopes.join(', ')),
        addresses.length > 0 ? h('small', {}, t('onlyFrom', {addresses: addresses.join(', ')})) : null),
      h('td', {class: 'time', title: dateTime(created)}, date(created)),
      h('td', {class: 'time', title: used ? dateTime(used) : null}, used ? ago(used) : t('never')),
      h('td', {class: 'time', title: expires ? dateTime(expires) : null}, expires ? date(expires) : t('never')),
      h('td', {}, h('button', {
        type: 'button', class: 'plain warn', id: `revoke-${id}`, 'aria-label': t('ofVideo', {what: t('revoke'), title: name}),
        onclick: () => attempt(() => revoke(key)),
      }, t('revoke'))));
  }

  async function revoke({id, name}) {
    if (await ask({title: t('revokeTitle', {name}), text: t('revokeText'), yes: t('revoke'), no: t('cancel'), danger: true}) === null) {
      return;
    }
    const ids = [...place.querySelectorAll('[id^=revoke-]')].map((button) => button.id);
    const next = ids[ids.indexOf(`revoke-${id}`) + 1];
    try {
      await deleteKey(id);
      say(t('saidKeyRevoked', {name}));
    } finally {
      // Also when it was refused: another tab may have revoked the key.
      await load();
      (document.getElementById(next) ?? document.getElementById('key-name')).focus();
    }
  }
}

/** The mark of a key that has expired, or expires soon. */
function end(expires) {
  const days = expires === null ? Infinity : (Date.parse(expires) - Date.now()) / DAY;
  return days > SOON ? [] : [h('span', {class: days > 0 ? 'badge stale' : 'badge poison'}, t(days > 0 ? 'expiresSoon' : 'expired'))];
}

/**
 * The form for a new key.
 *
 * @param {(wanted: Object) => Promise<void>} create gets what the API takes
 * @returns {HTMLFormElement}
 */
function creationForm(create) {
  const name = h('input', {id: 'key-name', name: 'name', required: true, maxlength: 100, pattern: '.*\\S.*', autocomplete: 'off'});
  const boxes = SCOPES.filter((scope) => scope !== 'operator' || mayOperate()).map((scope) =>
    h('input', {type: 'checkbox', id: `scope-${scope.replace(':', '-')}`, value: scope, checked: scope === 'videos:read', onchange: check}));
  const day = h('input', {id: 'key-day', type: 'date', min: tomorrow(), max: '9999-12-30'});
  const dayField = h('div', {hidden: true}, h('label', {for: 'key-day'}, t('lastDay')), day);
  const expiry = h('select', {id: 'key-expiry', onchange: showDay},
    ...DAYS.map((days) => h('option', {value: days}, t(`expiry_${days}`))),
    h('option', {value: 'day'}, t('expiry_day')),
    h('option', {value: ''}, t('never')));
  const addresses = h('input', {id: 'key-addresses', maxlength: 1000, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'key-addresses-hint'});
  const submit = h('button', {type: 'submit', class: 'main'}, t('createKey'));
  const form = h('form', {class: 'card new', onreset: () => setTimeout(showDay), onsubmit: async (event) => {
    event.preventDefault();
    submit.disabled = true;
    await create(wanted());
    submit.disabled = false;
    // A disabled button loses the focus.
    if (document.activeElement === document.body) {
      submit.focus();
    }
  }},
  h('div', {class: 'fields'},
    h('div', {}, h('label', {for: 'key-name'}, t('keyName')), name),
    h('div', {}, h('label', {for: 'key-expiry'}, t('expires')), expiry),
    dayField),
  h('fieldset', {}, h('legend', {}, t('keyMay')), ...boxes.map((box) => h('label', {for: box.id}, box, h('span', {}, t(`scope_${box.value}`), ' ', h('code', {class: 'quiet'}, box.value))))),
  h('details', {id: 'key-only-from'}, h('summary', {}, t('onlySomeAddresses')),
    h('label', {for: 'key-addresses'}, t('addresses')), addresses, h('small', {id: 'key-addresses-hint'}, t('addressesHint'))),
  h('div', {class: 'buttons end'}, submit));
  return form;

  function wanted() {
    return {
      name: name.value.trim(),
      scopes: boxes.filter((box) => box.checked).map((box) => box.value),
      expires_at: expiresAt(),
      addresses: addresses.value.split(/[\s,;]+/).filter((address) => address),
    };
  }

  function expiresAt() {
    if (expiry.value === 'day') {
      // To the end of that day, in the time zone of the browser.
      const [year, month, dayOfMonth] = day.value.split('-').map(Number);
      return new Date(year, month - 1, dayOfMonth, 23, 59, 59).toISOString();
    }
    return expiry.value === '' ? null : new Date(Date.now() + expiry.value * DAY).toISOString();
  }

  function showDay() {
    dayField.hidden = expiry.value !== 'day';
    day.required = !dayField.hidden;
    check();
  }

  /** Makes the browser say so before anything is sent. */
  function check() {
    boxes[0].setCustomValidity(boxes.some((box) => box.checked) ? '' : t('error_nothing_chosen'));
  }
}

/** An outside issuer decides who is an operator, so the server gives keys no such scope then. */
const mayOperate = () => isOperator() && !session().outside;

/** As a field of a date takes it, in the time zone of the browser. */
function tomorrow() {
  const day = new Date(Date.now() + DAY);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
