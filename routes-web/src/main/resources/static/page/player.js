// Plays, opens and saves results. Their links live for 15 minutes, so each time a new one is asked for.

import {showVideo} from './api.js';
import {h} from './dom.js';
import {t} from './texts.js';

/** Plays a result in a dialog. */
export async function play(id) {
  const video = await showVideo(id);
  const screen = h('video', {src: video.processed_url, poster: video.poster_url, controls: true, playsinline: true, 'aria-labelledby': 'player-title'});
  const dialog = h('dialog', {class: 'player', 'aria-labelledby': 'player-title', onclose: () => {
    screen.removeAttribute('src');
    screen.load();
    dialog.remove();
  }},
  h('div', {class: 'head'},
    h('h2', {id: 'player-title'}, video.title),
    h('button', {type: 'button', class: 'plain', onclick: () => dialog.close()}, t('close'))),
  screen);
  document.body.append(dialog);
  dialog.showModal();
  // Where the browser does not want it to play by itself, there is the button of its controls.
  screen.play().catch(() => {});
}

/** Opens one of the files of a result in a window of its own. */
export async function open(id, name) {
  const {outputs} = await showVideo(id);
  const output = outputs.find((each) => each.name === name);
  if (output) {
    h('a', {href: output.url, target: '_blank', rel: 'noopener noreferrer'}).click();
  }
}

/** Saves a result as a file. The link itself would show it instead. */
export async function save(id) {
  const video = await showVideo(id);
  let address = video.processed_url;
  try {
    address = URL.createObjectURL(await (await fetch(address, {credentials: 'omit'})).blob());
  } catch {
    // The store does not let this page read it; then the browser shows it, and saves it from there.
    h('a', {href: address, target: '_blank', rel: 'noopener noreferrer'}).click();
    return;
  }
  h('a', {href: address, download: `${video.title}.mp4`}).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
