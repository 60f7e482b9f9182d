// One's own videos: the place to drop new ones, and the list with progress, result and reason.

import {deleteVideo, listVideos, Refused, retryVideo, showVideo} from './api.js';
import {ask, h, say, setText} from './dom.js';
import {follow} from './events.js';
import {media} from './media.js';
import {play, save} from './player.js';
import {dateTime, duration, number, percent, phase, t, why} from './texts.js';
import {uploadsView} from './uploads.js';

/** How many videos are asked for their details at once. */
const AT_ONCE = 4;
/** Milliseconds for which the list need not be read again. */
const FRESH = 3_000;

export function videosView() {
  const leaving = new AbortController();
  const cards = new Map();
  let next = null;
  let readAt = 0;

  const list = h('ul', {class: 'videos', 'aria-labelledby': 'your-videos'});
  const empty = h('div', {class: 'empty', hidden: true}, h('p', {class: 'strong'}, t('none')), h('p', {}, t('noneText')));
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const loading = h('p', {class: 'quiet'}, t('loading'));
  const more = h('button', {type: 'button', class: 'plain', hidden: true, onclick: () => load(next)}, t('more'));
  const uploads = uploadsView((id) => showVideo(id).then(show, () => {}));
  const element = h('div', {},
    uploads,
    h('section', {},
      h('h2', {id: 'your-videos'}, t('yourVideos')),
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
    unfinished: () => [...cards.values()].filter((card) => ['uploaded', 'processing'].includes(card.video.status))
      .map((card) => card.video.video_id),
  });
  return {element, leave: () => leaving.abort()};

  async function load(path) {
    try {
      readAt = Date.now();
      const shown = [...cards.values()];
      const page = await listVideos(path);
      problem.hidden = true;
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
    const oldest = page.next ? page.videos.at(-1).uploaded_at : '';
    shown.filter(({video}) => video.uploaded_at >= oldest && !listed.has(video.video_id))
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
    if (!card) {
      add(video);
    } else {
      const before = card.video.status;
      card.update(video);
      if (before !== video.status && ['processed', 'failed'].includes(video.status)) {
        say(t(video.status === 'processed' ? 'saidProcessed' : 'saidFailed', video));
      }
    }
    showEmpty();
  }

  /** In its place: newest first. */
  function add(video) {
    const card = videoCard(video, drop, show);
    const after = [...cards.values()].filter((other) => other.video.uploaded_at < video.uploaded_at)
      .sort((a, b) => b.video.uploaded_at.localeCompare(a.video.uploaded_at))[0];
    cards.set(video.video_id, card);
    list.insertBefore(card.element, after ? after.element : null);
  }

  function drop(id) {
    const card = cards.get(id);
    if (card) {
      const focused = card.element.contains(document.activeElement);
      card.element.remove();
      cards.delete(id);
      showEmpty();
      say(t('saidDeleted', card.video));
      if (focused) {
        document.querySelector('main').focus();
      }
    }
  }

  function showEmpty() {
    empty.hidden = cards.size > 0 || !loading.hidden;
  }
}

function videoCard(first, onDeleted, onChanged) {
  const thumb = h('div', {class: 'thumb'});
  const badge = h('span', {class: 'badge'});
  const state = h('div', {class: 'state'});
  const buttons = h('div', {class: 'buttons'});
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const element = h('li', {class: 'video card', 'data-id': first.video_id},
    thumb,
    h('div', {class: 'about'},
      h('h3', {title: first.title}, first.title),
      h('p', {class: 'meta'}, badge, h('time', {datetime: first.uploaded_at}, dateTime(first.uploaded_at))),
      state, problem, buttons));
  const bar = h('progress', {max: 100, 'aria-label': t('progressOf', first)});
  const step = h('span', {class: 'step'});
  const left = h('span', {class: 'left'});
  const card = {element, video: {}, update, lacks};
  update(first);
  return card;

  /** Whether the details have to be asked for: those of a video that is told of by events come by themselves. */
  function lacks(summary) {
    return ['processed', 'failed'].includes(summary.status)
      && (card.video.status !== summary.status || card.video.poster_url === undefined);
  }

  function update(video) {
    const before = card.video;
    card.video = video;
    const detailed = video.poster_url !== undefined;
    if (before.status !== video.status || (before.poster_url !== undefined) !== detailed) {
      element.dataset.status = video.status;
      setText(badge, t(video.status));
      showThumb(video);
      showState(video);
      showButtons(video);
    }
    showProgress(video);
  }

  function showThumb(video) {
    if (video.status === 'processed' && video.poster_url) {
      const poster = h('img', {src: video.poster_url, alt: '', width: 1280, height: 720, onerror: () => poster.remove()});
      thumb.replaceChildren(h('button', {type: 'button', class: 'poster', 'aria-label': t('playOf', video), onclick: () => play(video.video_id)},
        poster, h('span', {class: 'triangle', 'aria-hidden': 'true'})));
    } else {
      thumb.replaceChildren(h('span', {class: `sign ${video.status}`, 'aria-hidden': 'true'}));
    }
  }

  function showState(video) {
    if (['uploaded', 'processing'].includes(video.status)) {
      state.replaceChildren(bar, h('p', {class: 'steps'}, step, left));
    } else if (video.status === 'failed' && video.error) {
      const text = why(video.error);
      const more = video.error.detail && video.error.detail !== text
        ? h('details', {}, h('summary', {}, t('details')), h('p', {lang: 'en'}, video.error.detail))
        : null;
      state.replaceChildren(h('p', {class: 'why'}, text), ...(more ? [more] : []));
    } else {
      state.replaceChildren(...media(video));
    }
  }

  function showProgress(video) {
    if (video.status === 'uploaded') {
      bar.removeAttribute('value');
      const place = video.queue_position;
      setText(step, place ? (place >= 1000 ? t('placeMany') : t('place', {n: number(place)})) : t('uploaded'));
      setText(left, video.attempts > 0 ? t('attempt', {n: number(video.attempts + 1)}) : '');
    } else if (video.status === 'processing') {
      const known = typeof video.progress === 'number';
      if (known) {
        bar.value = video.progress;
      } else {
        bar.removeAttribute('value');
      }
      setText(step, phase(video.phase ?? 'claim') + (known ? ` · ${percent(video.progress)}` : ''));
      setText(left, video.eta_seconds > 0 ? t('left', {time: duration(video.eta_seconds)}) : '');
    }
  }

  function showButtons(video) {
    const named = (what) => ({'aria-label': t('ofVideo', {what: t(what), title: video.title})});
    const all = [];
    if (video.status === 'processed') {
      all.push(h('button', {type: 'button', class: 'main', ...named('play'), onclick: () => play(video.video_id)}, t('play')));
      all.push(h('button', {type: 'button', class: 'plain', ...named('downloadResult'), onclick: () => attempt(() => save(video.video_id))}, t('downloadResult')));
    }
    if (video.status === 'failed' && video.error?.retryable) {
      all.push(h('button', {type: 'button', class: 'main', ...named('retry'), onclick: () => attempt(retry)}, t('retry')));
    }
    if (video.original_url && ['processed', 'failed'].includes(video.status)) {
      all.push(h('button', {type: 'button', class: 'plain', ...named('downloadOriginal'), onclick: () => attempt(original)}, t('downloadOriginal')));
    }
    all.push(h('button', {type: 'button', class: 'plain warn', ...named('delete'), onclick: () => attempt(remove)}, t('delete')));
    buttons.replaceChildren(...all);
  }

  async function attempt(what) {
    problem.hidden = true;
    try {
      await what();
    } catch (refused) {
      if (!(refused instanceof Refused)) {
        throw refused;
      }
      problem.textContent = why({code: refused.code, detail: refused.message});
      problem.hidden = false;
    }
  }

  async function retry() {
    await retryVideo(card.video.video_id);
    onChanged(await showVideo(card.video.video_id));
  }

  /** The store tells the browser to save it; the link is asked for anew, since links live for 15 minutes. */
  async function original() {
    const {original_url: link} = await showVideo(card.video.video_id);
    h('a', {href: link, rel: 'noopener noreferrer'}).click();
  }

  async function remove() {
    const sure = await ask({
      title: t('deleteTitle'), text: t('deleteText', card.video), yes: t('delete'), no: t('cancel'), danger: true,
    });
    if (sure !== null) {
      await deleteVideo(card.video.video_id);
      onDeleted(card.video.video_id);
    }
  }
}
