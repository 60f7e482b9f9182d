// How far a video is, as one bar that only grows while a worker has it.

import {h, setText} from './dom.js';
import {duration, number, percent, phase, t} from './texts.js';

/** Where each phase begins, in percent of all of them; nearly all of the time is spent in one. */
export const PHASES = {claim: 0, download: 1, probe: 5, transcode: 8, check: 94, publish: 96, commit: 99};
const NAMES = Object.keys(PHASES);

/** @returns {{element: Element, update: (video: Object) => void}} */
export function progressView() {
  const bar = h('progress', {max: 100});
  const step = h('span', {class: 'step'});
  const left = h('span', {class: 'left'});
  const element = h('div', {class: 'progress'}, bar, h('p', {class: 'steps'}, step, left));
  return {element, update};

  function update(video) {
    bar.setAttribute('aria-label', t('progressOf', video));
    if (video.status === 'uploaded') {
      bar.value = 0;
      const position = video.queue_position;
      setText(step, position ? (position >= 1000 ? t('placeMany') : t('place', {n: number(position)})) : t('waitsForWorker'));
      setText(left, video.attempts > 0 ? t('attempt', {n: number(video.attempts + 1)}) : '');
    } else if (video.status === 'processing') {
      const done = overall(video);
      bar.value = done;
      setText(step, `${phase(video.phase ?? 'claim')} · ${percent(Math.floor(done))}`);
      setText(left, video.eta_seconds > 0 ? t('left', {time: duration(video.eta_seconds)}) : '');
    }
  }
}

/** Percent of all phases together. */
function overall({phase: name, progress}) {
  const index = Math.max(0, NAMES.indexOf(name));
  const from = PHASES[NAMES[index]];
  const to = PHASES[NAMES[index + 1]] ?? 100;
  return from + (to - from) * (progress ?? 0) / 100;
}
