// The account's webhooks: where its events are sent, and what came of each.

import {call, request} from './api.js';
import {ask, emptyState, h, say, showSecret, table} from './dom.js';
import {polled} from './polling.js';
import {refusable} from './refusals.js';
import {ago, dateTime, milliseconds, number, t} from './texts.js';

const TYPES = ['video.uploaded', 'video.processing', 'video.playable', 'video.processed', 'video.failed', 'video.cancelled', 'video.deleted',
  'video.restored', 'upload.expired', 'import.failed', 'webhook.disabled'];
/** What is not found here is a webhook, or a delivery of one. */
const OTHERS = {not_found: 'no_webhook'};
const STATES = ['waiting', 'delivered', 'failed'];
/** Colours of badges: of states of deliveries, and of webhooks. */
const COLOURS = {delivered: 'redrivable', waiting: '', failed: 'poison', works: 'redrivable', fails: 'stale', off: 'poison'};

const ofWebhook = (id, path = '') => `/webhooks/${id}${path}`;
const post = (id, path) => call(ofWebhook(id, path), {method: 'POST'});

/** @param {string|null} id of the webhook whose deliveries are shown; null for the list of all */
export function webhooksView(id) {
  return id ? deliveriesView(id) : listView();
}

function listView() {
  const {problem, attempt} = refusable(OTHERS);
  const section = polled({read: () => call('/webhooks'), make: ({webhooks}) => show(webhooks), label: t('webhooks'), others: OTHERS});
  const element = h('div', {class: 'operations webhooks'},
    h('div', {class: 'head'}, h('h1', {}, t('webhooks'))),
    h('p', {class: 'quiet'}, t('webhooksText')), form(), problem, ...section.elements);
  return {element, leave: section.leave};

  function form() {
    const url = h('input', {id: 'webhook-url', name: 'url', type: 'url', required: true, maxlength: 2000, placeholder: 'https://', autocomplete: 'off'});
    const boxes = TYPES.map((type) => h('input', {type: 'checkbox', id: `type-${type}`, value: type}));
    const made = h('form', {class: 'card new', onsubmit: (event) => {
      event.preventDefault();
      attempt(async () => {
        const types = boxes.filter((box) => box.checked).map((box) => box.value);
        const webhook = await call('/webhooks', {method: 'POST', json: {url: url.value, types}});
        made.reset();
        await section.refresh();
        await showSecretOf(webhook);
      });
    }},
    h('label', {for: 'webhook-url'}, t('webhookUrl')),
    h('div', {class: 'line'}, url, h('button', {type: 'submit', class: 'main'}, t('addWebhook'))),
    h('details', {}, h('summary', {}, t('onlySomeEvents')),
      h('div', {class: 'types'}, ...boxes.map((box) => h('label', {for: box.id}, box, ' ', box.value)))));
    return made;
  }

  function show(webhooks) {
    return [webhooks.length > 0
      ? table([t('webhook'), t('status'), t('actions')], webhooks.map(row), {stacked: true})
      : emptyState('noWebhooks', 'noWebhooksText')];
  }

  function row(webhook) {
    const {id, url} = webhook;
    const button = (name, run, kind = 'plain') =>
      h('button', {type: 'button', class: kind, id: `${name}-${id}`, 'aria-label': t('ofVideo', {what: t(name), title: url}), onclick: () => attempt(async () => {
        if (await run() !== null) {
          await section.refresh();
        }
      })}, t(name));
    return h('tr', {},
      h('th', {scope: 'row'}, h('a', {href: `#webhooks/${id}`, id: `deliveries-${id}`}, url),
        h('small', {}, webhook.types.length > 0 ? webhook.types.join(', ') : t('allEvents')),
        webhook.description ? h('small', {}, webhook.description) : null),
      h('td', {}, ...state(webhook)),
      h('td', {}, h('div', {class: 'buttons'},
        webhook.enabled ? button('testWebhook', async () => {
          await post(id, '/test');
          say(t('saidTested'));
        }) : null,
        button('rotateSecret', async () => {
          const question = {title: t('rotateTitle'), text: t('rotateText'), yes: t('rotateSecret'), no: t('cancel')};
          return await ask(question) === null ? null : showSecretOf(await post(id, '/rotate-secret'));
        }),
        button(webhook.enabled ? 'disableWebhook' : 'enableWebhook', () => call(ofWebhook(id), {method: 'PATCH', json: {enabled: !webhook.enabled}})),
        button('deleteWebhook', async () => {
          const question = {title: t('deleteWebhookTitle', {url}), text: t('deleteWebhookText'), yes: t('deleteWebhook'), no: t('cancel'), danger: true};
          return await ask(question) === null ? null : request(ofWebhook(id), {method: 'DELETE'});
        }, 'plain warn'))));
  }
}

/** Whether a webhook works, and if not, since when or why. */
function state({enabled, disabled_reason: reason, failing_since: since}) {
  const name = !enabled ? 'off' : since ? 'fails' : 'works';
  const text = !enabled ? t(`off_${reason ?? 'account'}`) : since ? t('failsSince', {time: ago(since)}) : null;
  return [h('span', {class: `badge ${COLOURS[name]}`}, t(`webhook_${name}`)), text ? h('small', {}, text) : null].filter((part) => part !== null);
}

/** Why a try got no answer; a code that is new to the page is shown as it is. */
function outcome(code) {
  const key = `try_${code}`;
  const text = t(key);
  return text === key ? code : text;
}

/** The only time that it is shown. */
const showSecretOf = ({secret}) => showSecret({title: t('secretTitle'), text: t('secretText'), label: t('secret'), secret});

function deliveriesView(id) {
  const {problem, attempt} = refusable(OTHERS);
  const about = h('div', {});
  let wanted = '';
  let pages = 1;
  const filter = h('select', {id: 'delivery-state', 'aria-label': t('status'), onchange: () => {
    wanted = filter.value;
    pages = 1;
    attempt(section.refresh);
  }}, h('option', {value: ''}, t('anyStatus')), ...STATES.map((each) => h('option', {value: each}, t(`delivery_${each}`))));
  const since = h('input', {id: 'replay-since', type: 'datetime-local', required: true});
  const again = h('form', {class: 'line', onsubmit: (event) => {
    event.preventDefault();
    attempt(async () => {
      const {replayed} = await post(id, `/replay?since=${encodeURIComponent(new Date(since.value).toISOString())}`);
      say(t('saidReplayed', {n: number(replayed)}));
      await section.refresh();
    });
  }}, h('label', {for: 'replay-since'}, t('replaySince')), since, h('button', {type: 'submit', class: 'plain'}, t('replayAll')));
  const section = polled({read, make: show, label: t('deliveries'), others: OTHERS});
  const element = h('div', {class: 'operations webhooks'},
    h('p', {}, h('a', {href: '#webhooks'}, t('allWebhooks'))), about, h('div', {class: 'head'}, filter, again), problem, ...section.elements);
  return {element, leave: section.leave};

  async function read() {
    const webhook = await call(ofWebhook(id));
    const deliveries = [];
    let cursor = null;
    for (let page = 0; page < pages && (page === 0 || cursor !== null); page++) {
      const query = new URLSearchParams({...(wanted && {state: wanted}), ...(cursor && {cursor})});
      const answer = await call(ofWebhook(id, `/deliveries?${query}`));
      deliveries.push(...answer.deliveries);
      ({cursor} = answer);
    }
    return {webhook, deliveries, more: cursor !== null};
  }

  function show({webhook, deliveries, more}) {
    about.replaceChildren(h('h1', {class: 'address'}, webhook.url), h('p', {}, ...state(webhook)));
    return [
      deliveries.length > 0
        ? table([t('event'), t('status'), t('tries'), t('actions')], deliveries.map(row), {stacked: true})
        : emptyState('noDeliveries', 'noDeliveriesText'),
      more ? h('div', {class: 'buttons middle'}, h('button', {type: 'button', class: 'plain', id: 'more-deliveries', onclick: () => {
        pages++;
        attempt(section.refresh);
      }}, t('more'))) : null,
    ].filter((part) => part !== null);
  }

  function row(delivery) {
    return h('tr', {},
      h('th', {scope: 'row'}, delivery.type, h('small', {}, dateTime(delivery.created_at)), h('small', {}, delivery.subject)),
      h('td', {}, h('span', {class: `badge ${COLOURS[delivery.state]}`}, t(`delivery_${delivery.state}`)),
        delivery.late ? h('small', {}, t('late')) : null,
        delivery.next_attempt_at ? h('small', {}, t('nextTry', {time: dateTime(delivery.next_attempt_at)})) : null),
      h('td', {}, delivery.tries.length > 0 ? tries(delivery) : '–'),
      h('td', {}, h('button', {
        type: 'button', class: 'plain', id: `replay-${delivery.id}`, disabled: delivery.state === 'waiting',
        'aria-label': t('ofVideo', {what: t('replay'), title: delivery.type}),
        onclick: () => attempt(async () => {
          await post(id, `/deliveries/${delivery.id}/replay`);
          say(t('saidReplayed', {n: number(1)}));
          await section.refresh();
        }),
      }, t('replay'))));
  }

  function tries({id: delivery, tries: all}) {
    return h('details', {id: `tries-${delivery}`}, h('summary', {}, t('triesMade', {n: number(all.length)})),
      ...all.map((each) => h('div', {class: 'try'},
        h('small', {}, `${dateTime(each.at)} · ${each.status ?? outcome(each.error)} · ${milliseconds(each.milliseconds)}`),
        each.answer ? h('code', {class: 'answer'}, each.answer) : null)));
  }
}
