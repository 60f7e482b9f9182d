// One's own videos: the place to drop new ones, and the list of those that there are.

import {doAll, FINISHED, fitting, isDeletedHere, removeAll, SEVERAL} from './actions.js';
import {countVideos, listVideos, Refused, showVideo} from './api.js';
import {videoCard} from './card.js';
import {h, say, setText} from './dom.js';
import {finder} from './finder.js';
import {icon} from './icons.js';
import {watch} from './live.js';
import {place as address} from './place.js';
import {number, t, whyRefused} from './texts.js';
import {uploadsView} from './uploads.js';

/** How many videos' details are fetched at once. */
const AT_ONCE = 4;
/** Milliseconds for which the list need not be read again. */
const FRESH = 3_000;
/** Milliseconds after a change, for the next one, until the videos are counted again. */
const SETTLED = 500;
/** Milliseconds after which the ages are written again. */
const AGING = 30_000;
/** How far below the screen the next page is fetched. */
const AHEAD = '600px';

const SAID = {processed: 'saidProcessed', failed: 'saidFailed', cancelled: 'saidCancelled'};

export function videosView() {
  const leaving = new AbortController();
  const cards = new Map();
  let next = null;
  let readAt = 0;
  let reading = 0;
  let counting = null;

  const find = finder(address().query, {onChange: () => {
    cards.forEach((card) => card.element.remove());
    cards.clear();
    next = null;
    more.hidden = true;
    showSelection();
    problem.hidden = true;
    loading.hidden = false;
    load();
  }, onShape: (shape) => {
    list.classList.toggle('grid', shape === 'grid');
    loading.classList.toggle('grid', shape === 'grid');
  }});
  const list = h('ul', {class: 'videos', 'aria-labelledby': 'your-videos'});
  const emptyTitle = h('p', {class: 'strong'});
  const emptyText = h('p');
  const showAll = h('button', {type: 'button', class: 'plain', onclick: () => find.clear()}, t('showAll'));
  const empty = h('div', {class: 'empty', hidden: true}, icon('film'), emptyTitle, emptyText, showAll);
  const reason = h('p', {class: 'strong'});
  const problem = h('div', {class: 'blank error', role: 'alert', hidden: true}, icon('offline'), reason,
    h('button', {type: 'button', class: 'plain', onclick: () => load()}, t('tryAgain')));
  const loading = h('div', {class: 'videos', id: 'loading'}, h('p', {class: 'unseen', role: 'status'}, t('loading')),
    ...Array.from({length: 3}, () => h('div', {class: 'ghost card', 'aria-hidden': 'true'},
      h('div', {class: 'thumb skeleton'}), h('div', {class: 'about'}, h('div', {class: 'skeleton line-of-text'}), h('div', {class: 'skeleton line-of-text short'})))));
  const more = h('button', {type: 'button', class: 'plain', hidden: true, onclick: () => load(next)}, t('more'));
  const selected = h('p', {class: 'strong', role: 'status'});
  const several = SEVERAL.map((name) => h('button', {type: 'button', class: 'plain', 'data-several': name, onclick: () => act(() =>
    doAll(name, fitting(name, selection()), show))}, t(name)));
  const selectionBar = h('section', {class: 'selection card', 'aria-label': t('selection'), hidden: true},
    selected,
    h('div', {class: 'buttons'},
      ...several,
      h('button', {type: 'button', class: 'plain warn', 'data-several': 'delete', onclick: () => act(() => removeAll(selection(), drop))}, t('delete')),
      h('button', {type: 'button', class: 'plain', id: 'select-shown', onclick: () => select(true)}, t('selectShown')),
      h('button', {type: 'button', class: 'plain', id: 'select-none', onclick: () => {
        select(false);
        list.querySelector('.pick')?.focus();
      }}, t('selectNone'))));
  const uploads = uploadsView((id) => showVideo(id).then(show, () => {}));
  const element = h('div', {},
    h('h1', {class: 'unseen'}, t('videos')),
    uploads,
    h('section', {},
      h('div', {class: 'head'}, h('h2', {id: 'your-videos'}, t('yourVideos')), find.count),
      find.element,
      problem, empty, list, loading,
      h('div', {class: 'buttons middle'}, more),
      selectionBar));

  find.showShape();
  load();
  const unwatch = watch({
    onVideo: show,
    onDeleted: (id) => {
      const card = cards.get(id);
      if (card) {
        drop(id);
        if (!isDeletedHere(id)) {
          say(t('saidDeleted', card.video));
        }
      }
    },
    onOpen: () => {
      // What happened while there was no stream; at the very first, the list has just been requested.
      if (Date.now() - readAt > FRESH) {
        load();
      }
    },
    unfinished: () => [...cards.values()].filter((card) => !FINISHED.includes(card.video.status))
      .map((card) => card.video.video_id),
  });
  document.addEventListener('deleted', ({detail}) => drop(detail), {signal: leaving.signal});
  document.addEventListener('restored', ({detail}) => show(detail), {signal: leaving.signal});
  const aging = setInterval(() => cards.forEach((card) => card.grow()), AGING);
  const end = new IntersectionObserver(([seen]) => {
    if (seen.isIntersecting && next !== null) {
      load(next);
    }
  }, {rootMargin: AHEAD});
  end.observe(more);
  return {element, focus: (id) => cards.get(id)?.focus(), leave: () => {
    leaving.abort();
    unwatch();
    clearInterval(aging);
    end.disconnect();
  }};

  /** Reads the first page, or the one at that path. Of two that overlap, the later one counts. */
  async function load(path) {
    const mine = ++reading;
    try {
      readAt = Date.now();
      const shown = [...cards.values()];
      const page = await listVideos(path ?? `/videos?limit=20&count=true&${find.filter()}`);
      if (mine !== reading) {
        return;
      }
      problem.hidden = true;
      if (page.total !== null) {
        find.showCount(page.total);
      }
      if (!path) {
        dropMissing(shown, page);
      }
      // Later pages stay as they are when the first one is read again.
      if (path || cards.size <= page.videos.length) {
        next = page.next;
      }
      page.videos.forEach((video) => cards.has(video.video_id) || add(video));
      loading.hidden = true;
      // Observed again, so that the next page is also fetched where this one did not fill the screen.
      more.hidden = next === null;
      end.unobserve(more);
      end.observe(more);
      showEmpty();
      await detail(page.videos.filter((video) => cards.get(video.video_id)?.lacks(video)));
    } catch (refused) {
      if (mine !== reading) {
        return;
      }
      loading.hidden = true;
      if (!(refused instanceof Refused)) {
        throw refused;
      }
      setText(reason, whyRefused(refused));
      problem.hidden = false;
      showEmpty();
    }
  }

  /** Takes away what was shown, would be on this page of the list, and is not: it has been deleted elsewhere. */
  function dropMissing(shown, page) {
    const listed = new Set(page.videos.map((video) => video.video_id));
    const last = page.next ? page.videos.at(-1) : null;
    shown.filter(({video}) => (last === null || find.compare(video, last) <= 0) && !listed.has(video.video_id))
      .forEach(({video}) => drop(video.video_id));
  }

  /** The list says nothing of posters and reasons. */
  async function detail(videos) {
    const left = [...videos];
    const worker = async () => {
      for (let video = left.shift(); video && !leaving.signal.aborted; video = left.shift()) {
        await showVideo(video.video_id).then(show, () => {});
      }
    };
    await Promise.all(Array.from({length: AT_ONCE}, worker));
  }

  function show(video) {
    const card = cards.get(video.video_id);
    if (card) {
      const before = card.video;
      if (before.status !== video.status && SAID[video.status]) {
        say(t(SAID[video.status], video), {kind: video.status === 'failed' ? 'bad' : ''});
      }
      if (before.status !== video.status && !find.isWanted(video)) {
        drop(video.video_id);
        return;
      }
      card.update(video);
      if (before.title !== video.title) {
        place(card);
      }
      showSelection();
    } else if (find.isWanted(video)) {
      add(video);
      recount();
    }
    showEmpty();
  }

  function add(video) {
    const card = videoCard(video, {onDeleted: drop, onChanged: show, onSelected: showSelection});
    cards.set(video.video_id, card);
    place(card);
  }

  /** Puts it where the order wants it; the focus stays where it is. */
  function place(card) {
    const focused = card.element.contains(document.activeElement) ? document.activeElement : null;
    const after = [...cards.values()].filter((other) => find.compare(card.video, other.video) < 0)
      .sort((a, b) => find.compare(a.video, b.video))[0];
    list.insertBefore(card.element, after ? after.element : null);
    focused?.focus();
  }

  function drop(id) {
    const card = cards.get(id);
    if (card) {
      const focused = card.element.contains(document.activeElement);
      card.element.remove();
      cards.delete(id);
      if (focused) {
        document.querySelector('main').focus();
      }
      showSelection();
      showEmpty();
      recount();
    }
  }

  /** What came or went was in the count, or was not. */
  function recount() {
    clearTimeout(counting);
    counting = setTimeout(() => countVideos(find.filter()).then(find.showCount, () => {}), SETTLED);
  }

  function showEmpty() {
    empty.hidden = list.childElementCount > 0 || !loading.hidden || !problem.hidden;
    setText(emptyTitle, find.query() ? t('nothingFound', {q: find.query()}) : find.isFiltered() ? t('nothingInState') : t('none'));
    setText(emptyText, find.query() ? t('nothingFoundText') : find.isFiltered() ? t('nothingInStateText') : t('noneText'));
    showAll.hidden = !find.isFiltered();
  }

  function selection() {
    return [...cards.values()].filter(({box}) => box.checked).map(({video}) => video);
  }

  function select(wanted) {
    cards.forEach(({box}) => {
      box.checked = wanted;
    });
    showSelection();
  }

  function showSelection() {
    const videos = selection();
    selectionBar.hidden = videos.length === 0;
    list.classList.toggle('choosing', videos.length > 0);
    setText(selected, videos.length === 1 ? t('selectedOne') : t('selected', {n: number(videos.length)}));
    several.forEach((button, index) => {
      button.hidden = fitting(SEVERAL[index], videos).length === 0;
    });
  }

  /** Something with the selection, which ends with it. */
  async function act(what) {
    const focused = selectionBar.contains(document.activeElement);
    const buttons = [...selectionBar.querySelectorAll('button')];
    buttons.forEach((button) => {
      button.disabled = true;
    });
    try {
      await what();
    } finally {
      buttons.forEach((button) => {
        button.disabled = false;
      });
      select(false);
      if (focused && (document.activeElement === document.body)) {
        document.querySelector('main').focus();
      }
    }
  }
}
