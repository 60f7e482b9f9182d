// One's own videos: the place to drop new ones, and the list of those that there are.

import {countVideos, listVideos, Refused, restoreVideo, showVideo} from './api.js';
import {FINISHED, videoCard} from './card.js';
import {h, say} from './dom.js';
import {follow} from './events.js';
import {finder} from './finder.js';
import {t, why} from './texts.js';
import {uploadsView} from './uploads.js';

/** How many videos are asked for their details at once. */
const AT_ONCE = 4;
/** Milliseconds for which the list need not be read again. */
const FRESH = 3_000;
/** Milliseconds for which the server lets a deletion be undone. */
const UNDO = 10_000;
/** Milliseconds after a change, for the next one, until the videos are counted again. */
const SETTLED = 500;

const SAID = {processed: 'saidProcessed', failed: 'saidFailed', cancelled: 'saidCancelled'};

export function videosView() {
  const leaving = new AbortController();
  const cards = new Map();
  let next = null;
  let readAt = 0;
  let reading = 0;
  let counting = null;

  const find = finder(() => {
    cards.forEach((card) => card.element.remove());
    cards.clear();
    loading.hidden = false;
    load();
  });
  const list = h('ul', {class: 'videos', 'aria-labelledby': 'your-videos'});
  const emptyTitle = h('p', {class: 'strong'});
  const emptyText = h('p');
  const empty = h('div', {class: 'empty', hidden: true}, emptyTitle, emptyText);
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const loading = h('p', {class: 'quiet'}, t('loading'));
  const more = h('button', {type: 'button', class: 'plain', hidden: true, onclick: () => load(next)}, t('more'));
  const uploads = uploadsView((id) => showVideo(id).then(show, () => {}));
  const element = h('div', {},
    h('h1', {class: 'unseen'}, t('videos')),
    uploads,
    h('section', {},
      h('div', {class: 'head'}, h('h2', {id: 'your-videos'}, t('yourVideos')), find.count),
      find.element,
      problem, loading, empty, list,
      h('div', {class: 'buttons middle'}, more)));

  load();
  follow({
    signal: leaving.signal,
    onVideo: show,
    onDeleted: drop,
    onOpen: () => {
      // What happened while there was no stream; at the very first, the list has just been asked for.
      if (Date.now() - readAt > FRESH) {
        load();
      }
    },
    unfinished: () => [...cards.values()].filter((card) => !FINISHED.includes(card.video.status))
      .map((card) => card.video.video_id),
  });
  return {element, leave: () => leaving.abort()};

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
      more.hidden = next === null;
      page.videos.forEach((video) => cards.has(video.video_id) || add(video));
      loading.hidden = true;
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
      problem.textContent = why({code: refused.code, detail: refused.message});
      problem.hidden = false;
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
      card.update(video);
      if (before.title !== video.title) {
        place(card);
      }
      if (before.status !== video.status && SAID[video.status]) {
        say(t(SAID[video.status], video));
      }
    } else if (find.isWanted(video)) {
      add(video);
      recount();
    }
    showEmpty();
  }

  function add(video) {
    const card = videoCard(video, {onDeleted: offerUndo, onChanged: show});
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
      forget(card);
      if (focused) {
        document.querySelector('main').focus();
      }
    }
  }

  function forget(card) {
    cards.delete(card.video.video_id);
    say(t('saidDeleted', card.video));
    showEmpty();
    recount();
  }

  /** Leaves in the place of a video that was deleted here the way back, as long as there is one. */
  function offerUndo(id) {
    const card = cards.get(id);
    if (!card) {
      return;
    }
    const text = h('p', {}, t('saidDeleted', card.video));
    const undo = h('button', {type: 'button', class: 'plain', 'aria-label': t('ofVideo', {what: t('undo'), title: card.video.title}), onclick: restore}, t('undo'));
    const row = h('li', {class: 'deleted card'}, text, undo);
    const focused = card.element.contains(document.activeElement);
    card.element.replaceWith(row);
    forget(card);
    if (focused) {
      undo.focus();
    }
    const timer = setTimeout(close, UNDO);

    function close() {
      const left = row.contains(document.activeElement);
      row.remove();
      showEmpty();
      if (left) {
        document.querySelector('main').focus();
      }
    }

    async function restore() {
      clearTimeout(timer);
      undo.disabled = true;
      try {
        const video = await restoreVideo(id);
        row.remove();
        show(video);
        say(t('saidRestored', video));
        cards.get(id)?.element.querySelector('button').focus();
      } catch (refused) {
        if (!(refused instanceof Refused)) {
          throw refused;
        }
        text.textContent = why({code: refused.code, detail: refused.message});
        undo.remove();
        setTimeout(close, UNDO);
      }
    }
  }

  /** What came or went was in the count, or was not. */
  function recount() {
    clearTimeout(counting);
    counting = setTimeout(() => countVideos(find.filter()).then(find.showCount, () => {}), SETTLED);
  }

  function showEmpty() {
    empty.hidden = list.childElementCount > 0 || !loading.hidden;
    emptyTitle.textContent = find.query() ? t('nothingFound', {q: find.query()}) : t('none');
    emptyText.textContent = find.query() ? t('nothingFoundText') : t('noneText');
  }
}
