// One video's jobs, as operators see them: each attempt with its worker, its end, and how long each of its phases took; and what other
// workers have done for them.

import {call} from './api.js';
import {emptyState, h} from './dom.js';
import {icon} from './icons.js';
import {inAll, phaseItems} from './media.js';
import {polled} from './polling.js';
import {runbookOf} from './runbooks.js';
import {dateTime, fileSize, milliseconds, money, number, percent, phase, sentence, t, why} from './texts.js';

/** Colours of badges, by how an attempt has ended. */
const COLOURS = {processed: 'redrivable', helped: 'redrivable', retry_scheduled: 'stale', requeued: 'stale', rejected: 'poison', failed_permanently: 'poison', running: ''};

/** The address of a video's jobs, within this page. */
export const ofJob = (id) => `#job/${id}`;

/** @param {string} id of a video */
export function jobView(id) {
  const section = polled({read, make: show, label: t('attempts')});
  const element = h('div', {class: 'operations job-page'},
    h('p', {}, h('a', {class: 'back', href: '#operations'}, icon('back'), t('operations'))),
    h('h1', {}, t('jobsOfVideo')), h('p', {class: 'quiet'}, h('code', {}, id)),
    ...section.elements);
  return {element, title: t('jobsOfVideo'), leave: section.leave};

  async function read() {
    const [receipt, {workers}, failures] = await Promise.all([
      call(`/ops/videos/${encodeURIComponent(id)}/receipt`), call('/ops/queue'), call('/ops/failures')]);
    const ofVideo = ({video_id: video}) => video === id;
    return {
      receipt,
      running: workers.flatMap(({worker, jobs}) => jobs.map((job) => ({...job, worker}))).find(ofVideo) ?? null,
      failure: failures.items.find(ofVideo) ?? null,
    };
  }
}

function show({receipt, running, failure}) {
  const cpu = Object.values(receipt.cpu_seconds).reduce((sum, seconds) => sum + seconds, 0);
  const figure = (name, value) => h('div', {class: 'figure'}, h('dt', {}, t(name)), h('dd', {}, value));
  let attempts = 0;
  const name = (outcome) => outcome === 'helped' ? t('helpOfWorker') : t('attemptNumber', {n: number(++attempts)});
  const cards = [...receipt.attempts.map((attempt) => ended(attempt, name(attempt.outcome), failure)), ...(running ? [now(running, name('running'))] : [])];
  return [
    failure ? h('div', {class: 'problem'}, h('p', {class: 'strong'}, failure.title), h('p', {}, why(failure)),
      failure.detail && failure.values === null ? h('p', {lang: 'en'}, h('code', {}, failure.detail)) : null) : null,
    h('dl', {class: 'figures'},
      figure('attempts', number(attempts)),
      figure('processorTime', milliseconds(cpu * 1000)),
      figure('mostMemory', receipt.peak_tool_memory_bytes > 0 ? fileSize(receipt.peak_tool_memory_bytes) : '–'),
      figure('stored', fileSize(receipt.storage_bytes)),
      figure('processingCost', money(receipt.usd.processing))),
    cards.length > 0 ? h('ol', {class: 'attempts'}, ...cards) : emptyState('noAttempts', 'noAttemptsText'),
    h('p', {class: 'quiet'}, t('attemptsMissing')),
  ].filter((part) => part !== null);
}

/** @param {Object|null} failure of the video, which has the values of its last attempt */
function ended(attempt, title, failure) {
  const {outcome, code, worker, ended_at: at, phase_ms: spent} = attempt;
  const runbook = code ? runbookOf({code}) : null;
  return card(title, outcome, worker,
    h('p', {class: 'meta'}, h('time', {datetime: at}, t('endedAt', {time: dateTime(at)})), h('span', {}, t('tookInAll', {time: milliseconds(inAll(spent))}))),
    code ? h('p', {class: 'failure'}, h('code', {}, code), ' ', sentence(failure?.code === code ? failure : {code}) ?? '') : null,
    runbook ? h('p', {}, h('a', {href: runbook, 'aria-label': t('ofVideo', {what: t('runbook'), title: code})}, t('runbook'))) : null,
    h('ol', {class: 'timeline'}, ...phaseItems(spent)));
}

function now(running, title) {
  const known = typeof running.percent === 'number';
  return card(title, 'running', running.worker,
    h('p', {}, phase(running.phase ?? 'claim'), known ? ` · ${percent(running.percent)}` : ''),
    h('progress', {max: 100, value: known ? running.percent : null, 'aria-label': t('progressOf', {title: running.video_id})}),
    ...(running.parts ? partItems(running.parts) : []));
}

/** @returns {HTMLElement[]} how many parts are done, and those that are being encoded */
function partItems({planned, done, running}) {
  return [
    h('p', {}, t('partsDone', {n: number(done), planned: number(planned)})),
    h('ul', {class: 'encoding'}, ...running.map((part) => h('li', {}, t('partOnWorker', {n: number(part.number + 1), worker: part.worker})))),
  ];
}

function card(title, outcome, worker, ...rest) {
  return h('li', {class: 'card part', 'data-outcome': outcome},
    h('div', {class: 'head'},
      h('h2', {}, title),
      h('span', {class: `badge ${COLOURS[outcome] ?? ''}`}, t(`outcome_${outcome}`))),
    h('p', {class: 'quiet'}, worker ? t('onWorker', {worker}) : t('noWorkerKnown')),
    ...rest);
}
