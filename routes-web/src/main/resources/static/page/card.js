// One video in the list: its state, and what can be done with it.

import {cancelVideo, deleteVideo, processVideo, renameVideo, retryVideo, showVideo} from './api.js';
import {ask, h, setText} from './dom.js';
import {media} from './media.js';
import {open, play, save} from './player.js';
import {refusable} from './refusals.js';
import {dateTime, duration, number, percent, phase, t, why} from './texts.js';
import {mayChoose, processOtherwise} from './transformations.js';

/** The states in which nothing changes until somebody wants it. */
export const FINISHED = ['processed', 'failed', 'cancelled'];

/** @param {{onDeleted: (id: string) => void, onChanged: (video: Object) => void}} list that it is in */
export function videoCard(first, {onDeleted, onChanged}) {
  const thumb = h('div', {class: 'thumb'});
  const badge = h('span', {class: 'badge'});
  const state = h('div', {class: 'state'});
  const buttons = h('div', {class: 'buttons'});
  const {problem, attempt} = refusable();
  const heading = h('h3');
  const element = h('li', {class: 'video card', 'data-id': first.video_id},
    thumb,
    h('div', {class: 'about'},
      heading,
      h('p', {class: 'meta'}, badge, h('time', {datetime: first.uploaded_at}, dateTime(first.uploaded_at))),
      state, problem, buttons));
  const bar = h('progress', {max: 100});
  const step = h('span', {class: 'step'});
  const left = h('span', {class: 'left'});
  const card = {element, video: {}, update, lacks};
  update(first);
  return card;

  /** Whether the page asks for the details; those of a video that events announce come with them. */
  function lacks(summary) {
    return FINISHED.includes(summary.status)
      && (card.video.status !== summary.status || card.video.poster_url === undefined);
  }

  function update(video) {
    const before = card.video;
    card.video = video;
    const detailed = video.poster_url !== undefined;
    const renamed = before.title !== video.title;
    if (renamed) {
      setText(heading, video.title);
      heading.title = video.title;
      bar.setAttribute('aria-label', t('progressOf', video));
    }
    if (renamed || before.status !== video.status || (before.poster_url !== undefined) !== detailed) {
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
      state.replaceChildren(...media(video, (name) => attempt(() => open(video.video_id, name))));
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
    if (video.status === 'cancelled') {
      all.push(h('button', {type: 'button', class: 'main', ...named('processAgain'), onclick: () => attempt(processAgain)}, t('processAgain')));
    }
    if (!FINISHED.includes(video.status)) {
      all.push(h('button', {type: 'button', class: 'plain', ...named('cancelJob'), onclick: () => attempt(cancel)}, t('cancelJob')));
    }
    if (video.original_url && FINISHED.includes(video.status)) {
      all.push(h('button', {type: 'button', class: 'plain', ...named('downloadOriginal'), onclick: () => attempt(original)}, t('downloadOriginal')));
    }
    if (video.status === 'processed' || (video.status === 'failed' && !video.error?.retryable)) {
      all.push(h('button', {type: 'button', class: 'plain', ...named('processAgain'), onclick: () => attempt(processAgain)}, t('processAgain')));
    }
    if (FINISHED.includes(video.status) && mayChoose()) {
      all.push(h('button', {type: 'button', class: 'plain', ...named('processOtherwise'), onclick: () => attempt(otherwise)}, t('processOtherwise')));
    }
    all.push(h('button', {type: 'button', class: 'plain', ...named('rename'), onclick: () => attempt(rename)}, t('rename')));
    all.push(h('button', {type: 'button', class: 'plain warn', ...named('delete'), onclick: () => attempt(remove)}, t('delete')));
    // What had the focus may have another place, or another name, and is the same button to who uses it.
    const focused = [...buttons.children].find((button) => button === document.activeElement)?.textContent;
    buttons.replaceChildren(...all);
    if (focused) {
      (all.find((button) => button.textContent === focused) ?? all[0]).focus();
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

  async function cancel() {
    onChanged(await cancelVideo(card.video.video_id));
  }

  async function processAgain() {
    await processVideo(card.video.video_id);
    onChanged(await showVideo(card.video.video_id));
  }

  async function otherwise() {
    const {video_id: id} = card.video;
    if (await processOtherwise(card.video, (transformaciones) => processVideo(id, transformaciones))) {
      onChanged(await showVideo(id));
    }
    if (document.activeElement === document.body) {
      // The button that opened the dialog was made anew meanwhile.
      buttons.querySelector('button').focus();
    }
  }

  async function rename() {
    const title = await ask({
      title: t('renameTitle'), text: t('renameText', card.video), yes: t('rename'), no: t('cancel'), input: t('title'),
      value: card.video.title,
    });
    if (title !== null && title !== card.video.title) {
      onChanged(await renameVideo(card.video.video_id, title));
    }
  }

  async function remove() {
    await deleteVideo(card.video.video_id);
    onDeleted(card.video.video_id);
  }
}
