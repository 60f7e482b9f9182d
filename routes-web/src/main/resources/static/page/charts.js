// Small charts of figures over time: lines on a ground, with the numbers beside them for people who do not see them.

import {h} from './dom.js';
import {svg} from './icons.js';
import {duration, number, t} from './texts.js';

const WIDTH = 300;
const HEIGHT = 64;

/**
 * @param {{title: string, samples: {at: number}[], lines: {name: string, value: (sample: Object) => number}[], gap: number}} chart
 *     the samples by time, the oldest first; lines are drawn in their order, and broken where no sample was taken for `gap`
 *     milliseconds
 * @returns {Element}
 */
export function chart({title, samples, lines, gap}) {
  const from = samples[0].at;
  const span = Math.max(1, samples.at(-1).at - from);
  const most = Math.max(1, ...samples.flatMap((sample) => lines.map(({value}) => value(sample))));
  const x = ({at}) => (at - from) / span * WIDTH;
  const y = (value) => HEIGHT - 2 - value / most * (HEIGHT - 6);
  const drawn = svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'},
    svg('path', {class: 'zero', d: `M0 ${HEIGHT - 2}H${WIDTH}`}),
    ...lines.map(({value}, index) => svg('path', {class: `series s${index}`, d: samples.map((sample, i) => {
      const begins = i === 0 || sample.at - samples[i - 1].at > gap;
      return `${begins ? 'M' : 'L'}${x(sample).toFixed(1)} ${y(value(sample)).toFixed(1)}${samples.length === 1 ? 'h1' : ''}`;
    }).join('')})));
  return h('figure', {class: 'chart card'},
    h('figcaption', {}, h('b', {}, title), h('span', {class: 'quiet'}, span < 2 ? '' : t('lastTime', {time: duration(span / 1000)}))),
    drawn,
    h('ul', {}, ...lines.map(({name, value}, index) => h('li', {class: `s${index}`},
      t('chartLine', {name, now: number(value(samples.at(-1))), most: number(Math.max(...samples.map(value)))})))));
}
