// Plays, opens and saves results. Their links live for 15 minutes, so a new one is fetched each time.

import {showVideo} from './api.js';
import {h, setText} from './dom.js';
import {storyboard} from './storyboard.js';
import {stream} from './stream.js';
import {languageName, number, t} from './texts.js';
import {cues} from './webvtt.js';

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];
/** Seconds that a key goes back or forth. */
const STEP = 10;
/** Where the speed is kept that was chosen last. */
const SPEED = 'caravana.speed';

/** Plays a result in a dialog. */
export async function play(id) {
  const video = await showVideo(id);
  const {element, screen, stop} = player(video, 'player-title');
  const dialog = h('dialog', {class: 'player', 'aria-labelledby': 'player-title', onclose: () => {
    stop();
    dialog.remove();
  }},
  h('div', {class: 'head'},
    h('h2', {id: 'player-title'}, video.title),
    h('button', {type: 'button', class: 'plain', onclick: () => dialog.close()}, t('close'))),
  element);
  document.body.append(dialog);
  dialog.showModal();
  // Where the browser does not allow autoplay, there is the button of its controls.
  screen.play().catch(() => {});
}

/**
 * @param {Object} video a video's details, with fresh links
 * @param {string} titleId of the element that names it
 * @returns {{element: Element, screen: HTMLVideoElement, finish: (video: Object) => void, stop: () => void}} the player, what of it plays,
 *     what it gets once the video that it plays is processed, and what ends it
 */
export function player(video, titleId) {
  const screen = h('video', {src: video.playback_url ? null : video.processed_url, poster: video.poster_url, controls: true, playsinline: true, preload: 'metadata', 'aria-labelledby': titleId});
  const speed = h('select', {id: `${titleId}-speed`, onchange: () => {
    localStorage.setItem(SPEED, speed.value);
    screen.playbackRate = Number(speed.value);
  }}, ...SPEEDS.map((rate) => h('option', {value: rate}, `${number(rate)}×`)));
  const subtitles = video.outputs.filter(({role, url}) => role === 'subtitles' && url);
  const captions = subtitles.length > 0
    ? h('select', {id: `${titleId}-captions`, onchange: () => showTrack(captions.value)},
      h('option', {value: ''}, t('captionsOff')),
      ...subtitles.map(({name, language}) => h('option', {value: name}, language ? languageName(language) : name)))
    : null;
  const tracks = new Map();
  const quality = video.playback_url ? h('p', {class: 'quiet quality'}) : null;
  let line = storyboard(screen, video);
  let renewed = false;
  screen.defaultPlaybackRate = Number(localStorage.getItem(SPEED) ?? 1) || 1;
  screen.playbackRate = screen.defaultPlaybackRate;
  speed.value = String(screen.playbackRate);
  screen.addEventListener('ratechange', () => {
    speed.value = String(screen.playbackRate);
  });
  screen.addEventListener('error', renew);
  screen.addEventListener('resize', () => quality && setText(quality, `${screen.videoHeight}p`));
  screen.addEventListener('playing', () => {
    renewed = false;
  });
  let endStream = video.playback_url ? stream(screen, video.playback_url, renew) : () => {};
  const element = h('div', {class: 'play', onkeydown: key},
    screen,
    line,
    h('div', {class: 'controls'},
      h('label', {for: speed.id}, h('span', {}, t('speed')), speed),
      captions ? h('label', {for: captions.id}, h('span', {}, t('captions')), captions) : null,
      quality,
      h('p', {class: 'quiet keys'}, t('playerKeys'))));
  return {element, screen, finish, stop: () => {
    screen.removeEventListener('error', renew);
    endStream();
    screen.removeAttribute('src');
    screen.load();
  }};

  function finish(processed) {
    line ??= storyboard(screen, processed);
    if (line) {
      screen.after(line);
    }
  }

  /** The link has ended, most of the time; what was played goes on with a new one. */
  async function renew() {
    if (renewed) {
      return;
    }
    renewed = true;
    const at = screen.currentTime;
    const fresh = await showVideo(video.video_id).catch(() => null);
    // Of renditions that cannot be played, or not any more, the clip is what there is.
    endStream();
    if (fresh?.processed_url) {
      screen.src = fresh.processed_url;
      screen.currentTime = at;
    } else if (fresh?.playback_url) {
      endStream = stream(screen, fresh.playback_url, renew, at);
    }
  }

  function key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || ['SELECT', 'INPUT'].includes(event.target.tagName)) {
      return;
    }
    const act = {
      k: () => (screen.paused ? screen.play() : screen.pause()),
      j: () => seek(-STEP),
      l: () => seek(STEP),
      m: () => {
        screen.muted = !screen.muted;
      },
      f: () => (document.fullscreenElement ? document.exitFullscreen() : screen.requestFullscreen()),
      c: () => captions && showTrack(captions.value === '' ? subtitles[0].name : ''),
      '<': () => faster(-1),
      '>': () => faster(1),
    }[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      Promise.resolve(act()).catch(() => {});
    }
  }

  function seek(seconds) {
    screen.currentTime = Math.min(screen.duration || 0, Math.max(0, screen.currentTime + seconds));
  }

  function faster(steps) {
    const now = SPEEDS.findIndex((rate) => rate >= screen.playbackRate);
    screen.playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, now + steps))];
    localStorage.setItem(SPEED, String(screen.playbackRate));
  }

  async function showTrack(name) {
    captions.value = name;
    if (name && !tracks.has(name)) {
      const {language, url} = subtitles.find((each) => each.name === name);
      const track = screen.addTextTrack('captions', name, language ?? '');
      tracks.set(name, track);
      const text = await fetch(url, {credentials: 'omit'}).then((answer) => answer.text(), () => '');
      cues(text).forEach((cue) => track.addCue(cue));
    }
    tracks.forEach((track, each) => {
      track.mode = each === name ? 'showing' : 'hidden';
    });
  }
}

/** Opens one of the files of a result in a window of its own. */
export async function open(id, name) {
  const {outputs} = await showVideo(id);
  const output = outputs.find((each) => each.name === name);
  if (output) {
    h('a', {href: output.url, target: '_blank', rel: 'noopener noreferrer'}).click();
  }
}

/**
 * Saves a result as a file. The link itself would show it instead.
 *
 * @param {string} [name] which of its files; without it, the clip
 */
export async function save(id, name) {
  const video = await showVideo(id);
  const output = video.outputs.find((each) => each.name === name);
  const link = output ? output.url : video.processed_url;
  const title = output && output !== video.outputs[0] ? `${video.title} ${output.name}` : `${video.title}.mp4`;
  let address;
  try {
    address = URL.createObjectURL(await (await fetch(link, {credentials: 'omit'})).blob());
  } catch {
    // The store does not let this page read it; then the browser shows it, and saves it from there.
    h('a', {href: link, target: '_blank', rel: 'noopener noreferrer'}).click();
    return;
  }
  h('a', {href: address, download: title}).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
