// Which videos the list shows, and in which order: a search, an order, and how many there are.

import {h, setText} from './dom.js';
import {number, t} from './texts.js';

/** Milliseconds without typing after which is searched. */
const TYPED = 300;
/** As the server sorts titles: by so many characters. */
const SORTED = 80;

const ORDERS = ['-uploaded_at', 'uploaded_at', 'title', '-title'];

/** @param {() => void} onChange what is to be shown has changed */
export function finder(onChange) {
  let typing = null;
  let searched = '';
  const count = h('p', {class: 'count quiet', role: 'status'});
  const search = h('input', {id: 'search', type: 'search', maxlength: 200, autocomplete: 'off', placeholder: t('searchHint'), oninput: () => {
    clearTimeout(typing);
    typing = setTimeout(searchAgain, TYPED);
  }, onchange: searchAgain});
  const order = h('select', {id: 'order', onchange: onChange},
    ...ORDERS.map((name) => h('option', {value: name}, t(`order_${name}`))));
  const element = h('div', {class: 'finder'},
    h('div', {class: 'search'}, h('label', {for: 'search'}, t('search')), search),
    h('div', {}, h('label', {for: 'order'}, t('order')), order));
  return {element, count, query, filter, isWanted, compare, showCount};

  function searchAgain() {
    clearTimeout(typing);
    if (query() !== searched) {
      searched = query();
      onChange();
    }
  }

  /** What is searched for; empty for everything. */
  function query() {
    return search.value.trim();
  }

  /** The parameters of the list, without its page. */
  function filter() {
    return new URLSearchParams({sort: order.value, ...(query() ? {q: query()} : {})}).toString();
  }

  /** Whether the server would list it. */
  function isWanted(video) {
    return [video.title, video.file_name ?? ''].some((text) => folded(text).includes(folded(query())));
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
