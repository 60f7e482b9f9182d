// One video, at an address of its own: player, files, what it is made of, and what has happened to it.

import {copy, FINISHED, isDeletedHere} from './actions.js';
import {Refused, showVideo} from './api.js';
import {actionMenu, picture, size} from './card.js';
import {h, say, setText} from './dom.js';
import {icon} from './icons.js';
import {watch} from './live.js';
import {comparison, filesView, timeline, warningsView} from './media.js';
import {listAddress} from './place.js';
import {player} from './player.js';
import {progressView} from './progress.js';
import {refusable} from './refusals.js';
import {ago, dateTime, t, why, whyRefused} from './texts.js';

/** @param {string} id */
export function videoPage(id) {
  let shown = null;
  let playing = null;
  const heading = h('h1', {id: 'video-title'}, t('loading'));
  const badge = h('span', {class: 'badge'});
  const facts = h('span');
  const age = h('time');
  const screen = h('div', {class: 'screen'}, h('div', {class: 'thumb skeleton'}));
  const reason = h('div', {class: 'state'});
  const parts = h('div', {class: 'parts'});
  const steps = h('section', {class: 'card part', hidden: true, 'aria-labelledby': 'timeline'});
  const progress = progressView();
  const {problem, attempt} = refusable();
  const menu = actionMenu({attempt, changed: show, gone: () => {
    location.hash = listAddress();
  }, open: true});
  const content = h('article', {class: 'video-page', 'data-id': id, 'aria-busy': 'true'},
    heading, h('p', {class: 'meta'}, badge, facts, age),
    screen, reason, menu.element, problem, parts, steps,
    h('p', {class: 'quiet video-id'}, t('videoId'), ' ', h('code', {}, id), ' ',
      h('button', {type: 'button', class: 'link', onclick: () => copy(id, t('saidIdCopied'))}, t('copyId'))));
  const element = h('div', {}, h('p', {}, h('a', {class: 'back', href: listAddress()}, icon('back'), t('yourVideos'))), content);
  const unwatch = watch({
    onVideo: (video) => video.video_id === id && show(video),
    onDeleted: (gone) => {
      if (gone === id && shown !== null && !isDeletedHere(id)) {
        say(t('saidDeleted', shown));
        location.hash = listAddress();
      }
    },
    onOpen: load,
    unfinished: () => (shown && !FINISHED.includes(shown.status) ? [id] : []),
  });
  load();
  return {element, title: () => shown?.title ?? t('video'), leave: () => {
    unwatch();
    playing?.stop();
  }};

  async function load() {
    try {
      show(await showVideo(id));
    } catch (refused) {
      if (!(refused instanceof Refused)) {
        throw refused;
      }
      if (shown === null) {
        showRefusal(refused);
      }
    }
  }

  function showRefusal(refused) {
    content.setAttribute('aria-busy', 'false');
    setText(heading, t('video'));
    screen.replaceChildren(h('div', {class: 'blank', role: 'alert'},
      icon(refused.status === 0 ? 'offline' : 'alert'),
      h('p', {class: 'strong'}, whyRefused({code: refused.code === 'invalid_request' ? 'not_found' : refused.code, message: refused.message})),
      h('button', {type: 'button', class: 'plain', onclick: load}, t('tryAgain'))));
  }

  function show(video) {
    const before = shown;
    shown = video;
    content.setAttribute('aria-busy', 'false');
    content.dataset.status = video.status;
    setText(heading, video.title);
    document.title = `${video.title} · Caravana`;
    setText(badge, t(video.status));
    setText(facts, size(video));
    age.dateTime = video.uploaded_at;
    age.title = dateTime(video.uploaded_at);
    setText(age, ago(video.uploaded_at));
    const clip = video.processed_url?.split('?')[0];
    if (before?.status !== video.status || before.processed_url?.split('?')[0] !== clip || before.playable_at !== video.playable_at) {
      showScreen(video, before);
      showParts(video);
      menu.update(video);
    } else if (before.title !== video.title) {
      menu.update(video);
    }
    progress.update(video);
    showSteps(video);
  }

  function showScreen(video, before) {
    // What plays while the job runs plays on when it is done.
    const goesOn = playing && before?.playback_url && video.playback_url && before.playable_at === video.playable_at
      && before.status === 'processing' && !before.processed_url;
    if (!goesOn) {
      playing?.stop();
      playing = null;
    }
    if (goesOn) {
      playing.finish(video);
    } else if (video.playback_url || video.status === 'processed' && video.processed_url) {
      playing = player(video, 'video-title');
      screen.replaceChildren(playing.element);
    } else {
      screen.replaceChildren(h('div', {class: 'thumb'}, ...picture(video, false)));
    }
    if (FINISHED.includes(video.status)) {
      reason.replaceChildren(...(video.status === 'failed' && video.error ? [h('p', {class: 'problem why'}, why(video.error))] : []));
    } else {
      reason.replaceChildren(progress.element);
    }
  }

  function showParts(video) {
    const warnings = warningsView(video);
    parts.replaceChildren(...[
      warnings ? part('warnings', warnings) : null,
      video.outputs?.length > 0 ? part('files', filesView(video, attempt)) : null,
      video.media_info ? part('mediaInfo', comparison(video.media_info)) : null,
    ].filter((each) => each !== null));
  }

  function part(name, body) {
    return h('section', {class: `card part ${name}`, 'aria-labelledby': name}, h('h2', {id: name}, t(name)), body);
  }

  function showSteps(video) {
    steps.hidden = false;
    steps.replaceChildren(h('h2', {id: 'timeline'}, t('timeline')), timeline(video));
  }
}
