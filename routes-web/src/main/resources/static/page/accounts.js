// The operators' section of accounts: who has signed up, who may not come in, and what each may have.

import {call, request} from './api.js';
import {ask, emptyState, h, reasonLine, say, setText, table} from './dom.js';
import {icon} from './icons.js';
import {refusable} from './refusals.js';
import {session} from './session.js';
import {ago, dateTime, fileSize, number, t} from './texts.js';

/** Milliseconds without typing after which is searched. */
const TYPED = 300;
/** How many accounts the server lists at most. */
const LISTED = 100;
const GIGABYTE = 1e9;
/** The names of the quotas, with how many of the server's units one of the form's is. */
const QUOTAS = {bytes: GIGABYTE, videos: 1, open_uploads: 1, minutes: 1};

const ofAccount = ({account_id: id}, path) => `/ops/accounts/${id}/${path}`;
const nameOf = ({email, account_id: id}) => email ?? id;

export function accountsView() {
  const {problem, attempt} = refusable({not_found: 'no_account'});
  let typing = null;
  let reading = 0;
  const search = h('input', {id: 'search-accounts', type: 'search', maxlength: 254, autocomplete: 'off', oninput: () => {
    clearTimeout(typing);
    typing = setTimeout(() => attempt(load), TYPED);
  }});
  const count = h('p', {class: 'count quiet', role: 'status'}, t('loading'));
  const place = h('section', {'aria-labelledby': 'accounts'});
  const element = h('div', {class: 'operations'},
    h('p', {}, h('a', {class: 'back', href: '#operations'}, icon('back'), t('operations'))),
    h('div', {class: 'head'}, h('h1', {id: 'accounts'}, t('accounts')), count),
    h('div', {class: 'search-accounts'}, h('label', {for: 'search-accounts'}, t('searchAccounts')), search),
    problem, place);
  attempt(load);
  return {element, title: t('accounts'), leave: () => {
    clearTimeout(typing);
    reading++;
  }};

  /** Of two that overlap, the later one counts. */
  async function load() {
    const mine = ++reading;
    const wanted = search.value.trim();
    const {items} = await call(`/ops/accounts${wanted ? `?${new URLSearchParams({search: wanted})}` : ''}`);
    if (mine !== reading) {
      return;
    }
    setText(count, items.length === 1 ? t('accountCountOne')
      : items.length < LISTED ? t('accountCount', {n: number(items.length)}) : t('newestAccounts', {n: number(LISTED)}));
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    const account = focused?.closest('tr')?.dataset.account;
    const nth = [...focused?.parentElement.children ?? []].indexOf(focused) + 1;
    place.replaceChildren(items.length > 0
      ? table([t('account'), t('actions'), t('signedUp'), t('videos'), t('storage'), t('apiKeys')], items.map(row), {stacked: true})
      : emptyState('noAccounts', 'noAccountsText'));
    if (focused) {
      // The button is another one after its action: from "Block" to "Unblock".
      (document.getElementById(focused.id) ?? place.querySelector(`[data-account="${account}"] button:nth-child(${nth})`))?.focus();
    }
  }

  function row(account) {
    const {email, role, account_id: id, created_at: created, blocked_at: blocked} = account;
    const own = email !== null && email === session()?.email;
    const button = (name, run, kind = 'plain') => h('button', {
      type: 'button', class: kind, id: `${name}-${id}`, 'aria-label': t('ofVideo', {what: t(name), title: nameOf(account)}),
      onclick: () => attempt(async () => {
        if (await run() !== null) {
          await load();
        }
      }),
    }, t(name));
    return h('tr', {'data-account': id},
      h('th', {scope: 'row'}, nameOf(account), ' ',
        role === 'operator' ? h('span', {class: 'badge'}, t('accountRole_operator')) : null, ' ',
        blocked ? h('span', {class: 'badge poison', title: dateTime(blocked)}, t('blocked')) : null,
        email ? h('small', {class: 'id'}, id) : null),
      h('td', {}, h('div', {class: 'buttons'},
        button('quotas', () => changeQuotas(account)),
        // The server refuses both for an operator's own account.
        own || role === null ? null : button(role === 'operator' ? 'makeUser' : 'makeOperator', () => changeRole(account)),
        own ? null : button(blocked ? 'unblock' : 'block', () => (blocked ? unblock(account) : block(account)), blocked ? 'plain' : 'plain warn'))),
      h('td', {class: 'time', title: dateTime(created)}, ago(created)),
      h('td', {class: 'number'}, number(account.videos)),
      h('td', {class: 'number'}, fileSize(account.bytes)),
      h('td', {class: 'number'}, number(account.api_keys)));
  }

  async function block(account) {
    const reason = await ask({...reasonLine(), title: t('blockTitle', {name: nameOf(account)}), text: t('blockText'), yes: t('block'), danger: true});
    return reason === null ? null : order(account, 'POST', 'block', {reason}, 'saidBlocked');
  }

  async function unblock(account) {
    const reason = await ask({...reasonLine(), title: t('unblockTitle', {name: nameOf(account)}), text: t('unblockText'), yes: t('unblock')});
    return reason === null ? null : order(account, 'POST', 'unblock', {reason}, 'saidUnblocked');
  }

  async function changeRole(account) {
    const role = account.role === 'operator' ? 'user' : 'operator';
    const reason = await ask({
      ...reasonLine(), title: t(`toRoleTitle_${role}`, {name: nameOf(account)}), text: t(`toRoleText_${role}`), yes: t(role === 'user' ? 'makeUser' : 'makeOperator'),
    });
    return reason === null ? null : order(account, 'PUT', 'role', {role, reason}, `saidRole_${role}`);
  }

  async function changeQuotas(account) {
    const wanted = await askQuotas(account, await call(ofAccount(account, 'quotas')));
    return wanted === null ? null : order(account, 'PUT', 'quotas', wanted, 'saidQuotas');
  }

  async function order(account, method, path, json, said) {
    await request(ofAccount(account, path), {method, json});
    say(t(said, {name: nameOf(account)}));
  }
}

/**
 * Asks in a dialog which quotas an account gets.
 *
 * @returns {Promise<Object|null>} as the API takes them; null for no
 */
function askQuotas(account, {quotas, own}) {
  return new Promise((answer) => {
    const inputs = Object.entries(QUOTAS).map(([name, unit]) => h('input', {
      id: `quota-${name}`, name, type: 'number', min: 0, step: name === 'bytes' ? 'any' : 1,
      value: own[name] === null ? '' : own[name] / unit, 'aria-describedby': `quota-${name}-used`,
    }));
    const reason = h('input', {id: 'quota-reason', name: 'reason', required: true, minlength: 3, maxlength: 500, autocomplete: 'off'});
    const form = h('form', {method: 'dialog'},
      h('h2', {id: 'quotas-title'}, t('quotasTitle', {name: nameOf(account)})),
      h('p', {}, t('quotasText')),
      ...inputs.flatMap((input) => [
        h('label', {for: input.id}, t(`quota_${input.name}`)), input,
        h('small', {id: `${input.id}-used`}, inUse(input.name, quotas[input.name]))]),
      h('label', {for: 'quota-reason'}, t('reason')), reason,
      h('div', {class: 'buttons end'},
        h('button', {type: 'button', class: 'plain', onclick: () => dialog.close()}, t('cancel')),
        h('button', {type: 'submit', class: 'main'}, t('setQuotas'))));
    const dialog = h('dialog', {'aria-labelledby': 'quotas-title'}, form);
    let given = null;
    form.addEventListener('submit', () => {
      given = Object.fromEntries(inputs.map(({name, value}) => [name, value === '' ? null : Math.round(Number(value) * QUOTAS[name])]));
      given.reason = reason.value.trim();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** How much of a quota an account uses. */
export function inUse(name, {used, limit}) {
  const say = name === 'bytes' ? fileSize : (value) => number(Math.ceil(value));
  return limit === null ? t('inUse', {used: say(used)}) : t('inUseOf', {used: say(used), limit: say(limit)});
}
