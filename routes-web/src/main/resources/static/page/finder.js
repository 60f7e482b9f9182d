// Which videos the list shows, in which order, and how: a search, a filter, an order, and as a list or a grid.

import {h, setText} from './dom.js';
import {icon} from './icons.js';
import {noteList} from './place.js';
import {number, t} from './texts.js';

/** Milliseconds without typing after which is searched. */
const TYPED = 300;
/** As the server sorts titles: by so many characters. */
const SORTED = 80;
/** Where it is kept whether videos are shown as a list or a grid. */
const SHAPE = 'caravana.shape';

const ORDERS = ['-uploaded_at', 'uploaded_at', 'title', '-title'];
const STATES = ['processed', 'processing', 'uploaded', 'failed', 'cancelled'];
const SHAPES = ['list', 'grid'];

/**
 * @param {URLSearchParams} asked what the address asks for
 * @param {{onChange: () => void, onShape: (shape: string) => void}} listener what is to be shown has changed, or its shape
 */
export function finder(asked, {onChange, onShape}) {
  let typing = null;
  let searched = asked.get('q') ?? '';
  const count = h('p', {class: 'count quiet', role: 'status'});
  const search = h('input', {id: 'search', type: 'search', maxlength: 200, autocomplete: 'off', placeholder: t('searchHint'), value: searched, oninput: () => {
    clearTimeout(typing);
    typing = setTimeout(searchAgain, TYPED);
  }, onchange: searchAgain});
  const status = h('select', {id: 'status', onchange: changed}, h('option', {value: ''}, t('anyStatus')),
    ...STATES.map((name) => h('option', {value: name, selected: name === asked.get('status')}, t(name))));
  const order = h('select', {id: 'order', onchange: changed},
    ...ORDERS.map((name) => h('option', {value: name, selected: name === asked.get('sort')}, t(`order_${name}`))));
  const shapes = SHAPES.map((name) => h('button', {type: 'button', class: 'plain', id: `as-${name}`, 'aria-label': t(`as_${name}`), title: t(`as_${name}`), onclick: () => {
    localStorage.setItem(SHAPE, name);
    showShape();
  }}, icon(name)));
  const element = h('div', {class: 'finder'},
    h('div', {class: 'search'}, h('label', {for: 'search'}, t('search')), search),
    h('div', {}, h('label', {for: 'status'}, t('status')), status),
    h('div', {}, h('label', {for: 'order'}, t('order')), order),
    h('div', {class: 'shapes', role: 'group', 'aria-label': t('shape')}, ...shapes));
  return {element, count, query, filter, isWanted, isFiltered, clear, compare, showCount, showShape};

  function searchAgain() {
    clearTimeout(typing);
    if (query() !== searched) {
      changed();
    }
  }

  function changed() {
    searched = query();
    noteList(new URLSearchParams(Object.entries({
      q: query(), status: status.value, sort: order.value === ORDERS[0] ? '' : order.value,
    }).filter(([, value]) => value)).toString());
    onChange();
  }

  /** Shows everything again. */
  function clear() {
    search.value = '';
    status.value = '';
    changed();
    search.focus();
  }

  function showShape() {
    const shape = SHAPES.includes(localStorage.getItem(SHAPE)) ? localStorage.getItem(SHAPE) : SHAPES[0];
    shapes.forEach((button, index) => button.setAttribute('aria-pressed', String(SHAPES[index] === shape)));
    onShape(shape);
  }

  /** What is searched for; empty for everything. */
  function query() {
    return search.value.trim();
  }

  function isFiltered() {
    return query() !== '' || status.value !== '';
  }

  /** The parameters of the list, without its page. */
  function filter() {
    return new URLSearchParams({
      sort: order.value,
      ...(status.value ? {status: status.value} : {}),
      ...(query() ? {q: query()} : {}),
    }).toString();
  }

  /** Whether the server would list it. */
  function isWanted(video) {
    return (!status.value || video.status === status.value)
      && [video.title, video.file_name ?? ''].some((text) => folded(text).includes(folded(query())));
  }

  /** Which of two is listed first. */
  function compare(a, b) {
    const key = order.value.endsWith('title') ? ({title}) => folded(title).slice(0, SORTED) : ({uploaded_at: time}) => time;
    const [first, second] = order.value.startsWith('-') ? [b, a] : [a, b];
    return key(first) < key(second) ? -1
      : key(first) > key(second) ? 1
      : first.video_id < second.video_id ? -1 : Number(first.video_id > second.video_id);
  }

  /** @param {number} total how many videos all pages have together */
  function showCount(total) {
    setText(count, total === 1 ? t('countOne') : t('count', {n: number(total)}));
  }
}

/** As the server compares texts: without case and accents. */
function folded(text) {
  return text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
}
