// The operators' section: queue, workers, dead letters, failures.

import {call, Refused} from './api.js';
import {chart} from './charts.js';
import {ask, emptyState, h, reasonLine, say, table} from './dom.js';
import {ofJob} from './job.js';
import {runbookOf} from './runbooks.js';
import {ago, dateTime, duration, number, percent, phase, sentence, t, why, whyRefused} from './texts.js';

const PERIOD = 3_000;
/** How many of them the charts show: half an hour. */
const KEPT = 600;
/** Milliseconds without figures after which a line is broken. */
const GAP = 4 * PERIOD;
const KEY = 'caravana.figures';

/** What the queue and the workers were each time, since this tab looks at them. */
let samples = [];
try {
  samples = JSON.parse(sessionStorage.getItem(KEY)) ?? [];
} catch {
  // The charts begin again.
}

/** To the other sections of operators, and to the jobs of a video of which somebody has told only the id. */
function ways() {
  const id = h('input', {id: 'job-of', name: 'video', required: true, maxlength: 36, pattern: '[0-9a-fA-F\\-]{36}', autocomplete: 'off', title: t('videoIdHint')});
  return h('div', {class: 'head ways'},
    h('a', {href: '#accounts', id: 'to-accounts'}, t('accounts')),
    h('form', {class: 'line', onsubmit: (event) => {
      event.preventDefault();
      location.hash = ofJob(id.value.toLowerCase());
    }}, h('label', {for: 'job-of'}, t('jobOf')), id, h('button', {type: 'submit', class: 'plain'}, t('show'))));
}

function sample({visible, in_flight: running, workers}) {
  samples = [...samples, {
    at: Date.now(),
    waiting: visible,
    running,
    workers: workers.length,
    slots: workers.reduce((sum, {slots}) => sum + slots, 0),
    busy: workers.reduce((sum, worker) => sum + worker.jobs.length + helped(workers, worker).length, 0),
  }].filter(({at}) => at > Date.now() - KEPT * PERIOD);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(samples));
  } catch {
    // Then they do not survive a reload.
  }
}

/** The parts that a worker encodes for jobs of others. */
function helped(workers, {worker: helper}) {
  return workers.filter(({worker}) => worker !== helper)
    .flatMap(({jobs}) => jobs)
    .flatMap(({video_id: video, parts}) => (parts?.running ?? []).filter(({worker}) => worker === helper).map((part) => ({...part, video})));
}

const post = (path, json) => call(`/ops/${path}`, {method: 'POST', json});

export function operatorsView() {
  const selected = new Set();
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const queue = h('section', {'aria-labelledby': 'queue'});
  const charts = h('section', {class: 'charts', 'aria-label': t('overTime')});
  const workers = h('section', {'aria-labelledby': 'workers'});
  const accounts = h('section', {'aria-labelledby': 'accounts'});
  const letters = h('section', {'aria-labelledby': 'dead-letters'});
  const failures = h('section', {'aria-labelledby': 'failures'});
  const element = h('div', {class: 'operations'}, h('h1', {class: 'unseen'}, t('operations')), ways(), problem, queue, charts, workers, accounts, failures, letters);
  /** What each section shows, so that one that has not changed is left alone, and keeps the focus. */
  const shown = new Map();
  let left = false;
  let timer;
  round();
  return {element, leave: () => {
    left = true;
    clearTimeout(timer);
  }};

  async function round() {
    if (!document.hidden) {
      await refresh();
    }
    if (!left) {
      timer = setTimeout(round, PERIOD);
    }
  }

  async function refresh() {
    try {
      const [state, shares, dead, failed] = await Promise.all([call('/ops/queue'), call('/ops/shares'), call('/ops/dead-letters'), call('/ops/failures')]);
      problem.hidden = true;
      sample(state);
      update(queue, {...state, workers: null}, () => showQueue(state));
      charts.replaceChildren(...showCharts());
      // "Seen 2 s ago" grows old.
      update(workers, [state.paused, state.workers, Math.floor(Date.now() / PERIOD)], () => showWorkers(state));
      update(accounts, shares, () => showAccounts(shares.items));
      update(letters, dead, () => showLetters(dead));
      update(failures, failed, () => showFailures(failed.items));
    } catch (refused) {
      tell(refused, 'notNow');
    }
  }

  function update(section, value, make) {
    const text = JSON.stringify(value);
    if (!left && shown.get(section) !== text) {
      const focused = section.contains(document.activeElement) ? document.activeElement.id : null;
      const opened = section.querySelector('details')?.open;
      shown.set(section, text);
      section.replaceChildren(...make());
      section.querySelector('details')?.toggleAttribute('open', opened === true);
      if (focused) {
        document.getElementById(focused)?.focus();
      }
    }
  }

  function tell(refused, text) {
    if (!(refused instanceof Refused)) {
      throw refused;
    }
    const reason = whyRefused(refused);
    problem.textContent = text ? t(text, {why: reason}) : reason;
    problem.hidden = false;
  }

  async function attempt(what) {
    try {
      await what();
    } catch (refused) {
      tell(refused);
      return;
    }
    await refresh();
  }

  function showQueue(state) {
    const figure = (name, value, alarm = false) => h('div', {class: alarm ? 'figure alarm' : 'figure'}, h('dt', {}, t(name)), h('dd', {}, value));
    const dead = state.dead_letters.visible + state.dead_letters.in_flight;
    return [
      h('h2', {id: 'queue'}, t('queue')),
      h('dl', {class: 'figures'},
        figure('waiting', number(state.visible)),
        figure('inFlight', number(state.in_flight)),
        figure('delayed', number(state.delayed)),
        figure('oldestDue', state.oldest_due_seconds === null ? '–' : duration(state.oldest_due_seconds)),
        figure('deadLetters', number(dead), dead > 0)),
    ];
  }

  function showCharts() {
    const line = (name) => ({name: t(`chart_${name}`), value: (each) => each[name]});
    return [
      chart({title: t('queue'), samples, gap: GAP, lines: [line('waiting'), line('running')]}),
      chart({title: t('workers'), samples, gap: GAP, lines: [line('slots'), line('busy')]}),
    ];
  }

  function showWorkers(state) {
    const rows = state.workers.map((worker) => [worker, [...worker.jobs.map(job), ...helped(state.workers, worker).map(help)]]).map(([worker, busy]) => h('tr', {},
      h('th', {scope: 'row'}, worker.worker,
        h('small', {}, `${t('slots', {used: number(busy.length), slots: number(worker.slots)})}, ${t('seen', {time: ago(worker.seen_at)})}`),
        worker.closed_by?.length > 0 ? h('small', {class: 'closed'}, t('closedBy', {what: worker.closed_by.map((by) => t(`closed_${by}`)).join(', ')})) : null,
        worker.closed_why ? h('small', {class: 'reason', lang: 'en'}, worker.closed_why) : null),
      h('td', {}, ...(busy.length > 0 ? busy : [h('span', {class: 'quiet'}, t('idle'))]))));
    return [
      h('div', {class: 'head'},
        h('h2', {id: 'workers'}, t('workers')),
        state.paused
          ? h('button', {id: 'pause-or-resume', type: 'button', class: 'main', onclick: () => attempt(() => post('workers/resume'))}, t('resume'))
          : h('button', {id: 'pause-or-resume', type: 'button', class: 'plain', onclick: () => attempt(pause)}, t('pause'))),
      h('p', {class: state.paused ? 'notice' : 'quiet', role: 'status'}, t(state.paused ? 'workersPaused' : 'workersRunning')),
      rows.length > 0
        ? table([t('worker'), t('inFlight')], rows)
        : emptyState('noWorkers', 'noWorkersText'),
    ];
  }

  /** Those that compete for the workers, the one with most work first. */
  function showAccounts(items) {
    const rows = items.map((item) => h('tr', {},
      h('th', {scope: 'row'}, item.email ?? item.account_id),
      h('td', {class: 'number'}, number(item.weight)),
      h('td', {class: 'number time'}, item.at_once === null ? number(item.running) : t('runningOf', {n: number(item.running), most: number(item.at_once)})),
      h('td', {class: 'number'}, number(item.waiting)),
      h('td', {class: 'time'}, duration(item.waiting_seconds))));
    return [
      h('h2', {id: 'accounts'}, t('sharesOfAccounts')),
      rows.length > 0
        ? table([t('account'), t('weight'), t('inFlight'), t('waiting'), t('workThatWaits')], rows)
        : emptyState('noAccountsWait', 'noAccountsWaitText'),
    ];
  }

  function job(running) {
    const known = typeof running.percent === 'number';
    return h('div', {class: 'job'},
      h('span', {}, phase(running.phase ?? 'claim'), known ? ` · ${percent(running.percent)}` : ''),
      h('progress', {max: 100, value: known ? running.percent : null, 'aria-label': t('progressOf', {title: running.video_id})}),
      h('small', {}, linkToJob('running', running.video_id), running.attempt > 1 ? ` · ${t('attempt', {n: number(running.attempt)})}` : '',
        running.parts ? ` · ${t('partsDone', {n: number(running.parts.done), planned: number(running.parts.planned)})}` : ''));
  }

  /** A part that a worker encodes for a job of another one. */
  function help({video, number: part}) {
    return h('div', {class: 'job'},
      h('span', {}, t('helpOfWorker')),
      h('small', {}, linkToJob(`part-${part}`, video), ` · ${t('partNumber', {n: number(part + 1)})}`));
  }

  async function pause() {
    const reason = await ask({...reasonLine(), title: t('pauseTitle'), text: t('pauseText'), yes: t('pause')});
    if (reason !== null) {
      await post('workers/pause', {reason});
    }
  }

  function showLetters(dead) {
    const ids = dead.items.map((item) => item.message_id);
    [...selected].filter((id) => !ids.includes(id)).forEach((id) => selected.delete(id));
    const redrive = h('button', {id: 'redrive', type: 'button', class: 'main', onclick: () => attempt(() => redriveThem(t('redriveTitle', {n: number(selected.size)}), {message_ids: [...selected]}))}, t('redrive'));
    const discard = h('button', {id: 'discard', type: 'button', class: 'plain warn', onclick: () => attempt(discardSelected)}, t('discard'));
    const all = h('input', {id: 'select-all', type: 'checkbox', 'aria-label': t('selectAll'), onchange: () => {
      boxes.forEach((box) => {
        box.checked = all.checked;
      });
      choose();
    }});
    const boxes = dead.items.map((item) => {
      const box = h('input', {id: `select-${item.message_id}`, type: 'checkbox', value: item.message_id, 'aria-label': t('select', {video: item.video_id ?? item.message_id}), onchange: choose});
      box.checked = selected.has(item.message_id);
      return box;
    });
    const rows = dead.items.map((item, i) => h('tr', {},
      h('td', {class: 'box'}, boxes[i]),
      h('td', {}, h('code', {}, codes(item)), ' ', h('span', {class: `badge ${item.state}`}, t(`state_${item.state}`)),
        h('small', {}, sentence(item) ?? ''),
        h('small', {class: 'reason', lang: 'en'}, item.reason)),
      h('td', {class: 'id'}, item.video_id ? linkToJob('letter', item.video_id) : '–'),
      h('td', {class: 'number'}, item.attempts === null ? '–' : number(item.attempts)),
      h('td', {class: 'time'}, item.sent_at ? dateTime(item.sent_at) : '–')));
    choose();
    return [
      h('div', {class: 'head'},
        h('h2', {id: 'dead-letters'}, t('deadLetters')),
        rows.length > 0
          ? h('div', {class: 'buttons'}, redrive, discard,
            h('button', {id: 'redrive-all', type: 'button', class: 'plain', onclick: () => attempt(() => redriveThem(t('redriveAllTitle'), {all: true}))}, t('redriveAll')))
          : null),
      rows.length > 0
        ? table([all, t('reason'), t('video'), t('attempts'), t('sent')], rows)
        : emptyState('noDeadLetters', 'noDeadLettersText'),
      dead.complete ? null : h('p', {class: 'quiet'}, t('incomplete', {n: number(dead.approximate), listed: number(dead.listed)})),
    ].filter((part) => part !== null);

    function choose() {
      boxes.forEach((box) => (box.checked ? selected.add(box.value) : selected.delete(box.value)));
      all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
      redrive.disabled = selected.size === 0;
      discard.disabled = selected.size === 0;
    }
  }

  async function redriveThem(title, body) {
    if (await ask({title, text: t('redriveText'), yes: t('redrive'), no: t('cancel')}) !== null) {
      const done = await post('dead-letters/redrive', body);
      selected.clear();
      say(t('redriveDone', counts(done)));
    }
  }

  async function discardSelected() {
    const reason = await ask({
      ...reasonLine(), title: t('discardTitle', {n: number(selected.size)}), text: t('discardText'), yes: t('discard'), danger: true,
    });
    if (reason !== null) {
      const done = await post('dead-letters/discard', {message_ids: [...selected], reason});
      selected.clear();
      say(t('discardDone', counts(done)));
    }
  }

  function showFailures(items) {
    const kinds = Map.groupBy(items, codes);
    const kindRows = [...kinds].sort(([, a], [, b]) => b.length - a.length).map(([code, same]) => h('tr', {},
      h('th', {scope: 'row'}, h('code', {}, code), h('small', {}, why(same[0]))),
      h('td', {class: 'number'}, number(same.length)),
      h('td', {class: 'time'}, ago(same[0].failed_at)),
      h('td', {}, runbookOf(same[0])
        ? h('a', {href: runbookOf(same[0]), id: `runbook-${code.replace(/\W+/g, '-')}`, 'aria-label': t('ofVideo', {what: t('runbook'), title: code})}, t('runbook'))
        : h('span', {class: 'quiet'}, t('fileAtFault')))));
    const rows = items.map((item) => h('tr', {},
      h('th', {scope: 'row'}, item.title, h('small', {}, linkToJob('failed', item.video_id))),
      h('td', {}, h('code', {}, codes(item)), h('small', {}, why(item)), stored(item)),
      h('td', {class: 'time'}, dateTime(item.failed_at))));
    return [
      h('h2', {id: 'failures'}, t('failures')),
      ...(rows.length > 0
        ? [table([t('reason'), t('videos'), t('lastOne'), t('whatToDo')], kindRows, {stacked: true}), h('details', {class: 'all-failures'}, h('summary', {}, t('eachFailure')), table([t('video'), t('reason'), t('failedAt')], rows, {stacked: true}))]
        : [emptyState('noFailures', 'noFailuresText')]),
    ];
  }
}

/** @param {string} where it stands, since a video may be named more than once */
const linkToJob = (where, id) => h('a', {href: ofJob(id), id: `${where}-${id}`}, id);

/** What happened, as it was stored; null for a refused file, about which the page's own sentence says as much. */
const stored = ({values, detail}) => (detail && values === null ? h('small', {class: 'reason', lang: 'en'}, detail) : null);

/** The code of a failure; when no attempts were left, with that of the last one. */
function codes({code, last_code: last}) {
  return last ? `${code}: ${last}` : code ?? '–';
}

function counts(lists) {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => Array.isArray(list)).map(([name, list]) => [name, number(list.length)]));
}
