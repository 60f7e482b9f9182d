// One video in the list: its picture, its state, and what can be done with it.

import {actionsFor, FINISHED} from './actions.js';
import {h, setText} from './dom.js';
import {icon} from './icons.js';
import {ofVideo} from './place.js';
import {play} from './player.js';
import {progressView} from './progress.js';
import {refusable} from './refusals.js';
import {ago, clock, dateTime, fileSize, t, why} from './texts.js';

const SIGNS = {uploaded: 'clock', processing: 'film', processed: 'film', failed: 'alert', cancelled: 'stop'};

/**
 * @param {{onDeleted: (id: string) => void, onChanged: (video: Object) => void, onSelected: () => void}} list that it is in
 */
export function videoCard(first, {onDeleted, onChanged, onSelected}) {
  const thumb = h('div', {class: 'thumb'});
  const badge = h('span', {class: 'badge'});
  const age = h('time', {datetime: first.uploaded_at, title: dateTime(first.uploaded_at)});
  const facts = h('span');
  const state = h('div', {class: 'state'});
  const box = h('input', {type: 'checkbox', class: 'pick', onchange: onSelected});
  const {problem, attempt} = refusable();
  const link = h('a', {href: ofVideo(first.video_id)});
  const menu = actionMenu({attempt, changed: onChanged, gone: onDeleted});
  const element = h('li', {class: 'video card', 'data-id': first.video_id},
    thumb, box,
    h('div', {class: 'about'},
      h('h3', {}, link),
      h('p', {class: 'meta'}, badge, facts, age),
      state, problem),
    menu.element);
  const progress = progressView();
  const card = {element, box, video: {}, update, lacks, grow, focus: () => link.focus()};
  update(first);
  return card;

  /** Whether the page asks for the details; those of a video that events announce come with them. */
  function lacks(summary) {
    return FINISHED.includes(summary.status)
      && (card.video.status !== summary.status || card.video.poster_url === undefined);
  }

  /** Its age, as time passes. */
  function grow() {
    setText(age, ago(card.video.uploaded_at));
  }

  function update(video) {
    const before = card.video;
    card.video = video;
    const detailed = video.poster_url !== undefined;
    const renamed = before.title !== video.title;
    if (renamed) {
      setText(link, video.title);
      link.title = video.title;
      box.setAttribute('aria-label', t('selectVideo', video));
    }
    if (renamed || before.status !== video.status || before.playable_at !== video.playable_at || (before.poster_url !== undefined) !== detailed
        || detailed && before.error?.code !== video.error?.code) {
      element.dataset.status = video.status;
      setText(badge, t(video.status));
      thumb.replaceChildren(...picture(video));
      showState(video);
      menu.update(video);
    }
    setText(facts, size(video));
    grow();
    progress.update(video);
  }

  function showState(video) {
    if (['uploaded', 'processing'].includes(video.status)) {
      state.replaceChildren(progress.element);
    } else if (video.status === 'failed' && video.error) {
      state.replaceChildren(h('p', {class: 'why'}, why(video.error)));
    } else if (video.warnings?.length > 0 || video.truncated) {
      state.replaceChildren(h('p', {class: 'hint'}, icon('alert'), h('a', {href: ofVideo(video.video_id)}, t('hasWarnings'))));
    } else {
      state.replaceChildren();
    }
  }
}

/** The poster, or a drawing where there is none (yet); with the length, where it is known. */
export function picture(video, playable = true) {
  const seconds = clipOf(video)?.seconds ?? video.media_info?.result.duration_seconds;
  const length = seconds ? h('span', {class: 'length'}, h('span', {class: 'unseen'}, `${t('length')} `), clock(seconds)) : null;
  const drawn = h('span', {class: `sign ${video.status}`}, icon(SIGNS[video.status]));
  let shown = drawn;
  if (video.status === 'processed' && video.poster_url) {
    shown = h('img', {src: video.poster_url, alt: '', width: 1280, height: 720, onerror: () => shown.replaceWith(drawn)});
  }
  return [
    playable && (video.playback_url || video.status === 'processed' && video.poster_url !== undefined)
      ? h('button', {type: 'button', class: 'poster', 'aria-label': t('playOf', video), onclick: () => play(video.video_id)},
        shown, h('span', {class: 'triangle', 'aria-hidden': 'true'}))
      : shown,
    length,
  ].filter((part) => part !== null);
}

const clipOf = (video) => video.outputs?.find(({role}) => role === 'video');

/** How many bytes the clip has; as long as there is none, nothing. */
export function size(video) {
  const bytes = clipOf(video)?.bytes ?? video.media_info?.result.bytes;
  return bytes ? fileSize(bytes) : '';
}

/**
 * What can be done with a video: the main action as a button, and the others in a menu.
 *
 * @param {{attempt: Function, changed: Function, gone: Function, open?: boolean}} options `open` shows all of them as buttons
 */
export function actionMenu({attempt, changed, gone, open = false}) {
  const buttons = h('div', {class: 'buttons'});
  let shown = {};
  const summary = h('summary', {}, icon('more'), h('span', {class: 'unseen'}));
  const items = h('div', {class: 'items'});
  const details = h('details', {class: 'menu', onkeydown: (event) => {
    if (event.key === 'Escape' && details.open) {
      event.stopPropagation();
      close();
    }
  }, onfocusout: (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) {
      details.open = false;
    }
  }, ontoggle: () => {
    if (details.open) {
      document.addEventListener('pointerdown', outside);
      // At the end of the screen it opens upwards.
      items.classList.remove('up');
      items.classList.toggle('up', items.getBoundingClientRect().bottom > document.documentElement.clientHeight);
    } else {
      document.removeEventListener('pointerdown', outside);
    }
  }}, summary, items);
  return {element: buttons, update};

  function update(video) {
    shown = video;
    // A page of its own has the player.
    const all = actionsFor(video).filter(({name}) => !open || name !== 'play');
    // What had the focus may have another place, or another name, and is the same button to who uses it.
    const focused = buttons.contains(document.activeElement) ? document.activeElement.dataset.action ?? 'menu' : null;
    setText(summary.querySelector('span'), t('ofVideo', {what: t('moreActions'), title: video.title}));
    const made = all.map((action, index) => h('button', {
      type: 'button',
      class: index === 0 && action.main ? 'main' : action.warn ? 'plain warn' : 'plain',
      'data-action': action.name,
      'aria-label': t('ofVideo', {what: t(action.name), title: video.title}),
      onclick: () => {
        if (details.open) {
          close();
        }
        attempt(async () => {
          await action.run(shown, changed, gone);
          // The button that opened a dialog was made again meanwhile.
          if (document.activeElement === document.body && buttons.isConnected) {
            (open ? buttons.querySelector(`[data-action=${action.name}]`) ?? buttons.firstChild : summary).focus();
          }
        });
      },
    }, t(action.name)));
    if (open) {
      buttons.replaceChildren(...made);
    } else {
      const main = all[0].main ? made.slice(0, 1) : [];
      items.replaceChildren(...made.slice(main.length));
      buttons.replaceChildren(...main, details);
    }
    if (focused) {
      (made.find((button) => button.dataset.action === focused && button.checkVisibility()) ?? (open ? made[0] : summary)).focus();
    }
  }

  function close() {
    details.open = false;
    summary.focus();
  }

  function outside(event) {
    if (!details.contains(event.target)) {
      details.open = false;
    }
  }
}
