// A line by which one seeks in a video, with a picture of each place on it, from the sheets of its storyboard.

import {showVideo} from './api.js';
import {h, setText} from './dom.js';
import {clock, t} from './texts.js';
import {cues} from './webvtt.js';

/** Seconds from one place on the line to the next. */
const STEP = 0.1;

const ROLE = 'storyboard';

/** Such as "storyboard-1.jpg#xywh=160,90,160,90". */
const PLACE = /^([^#]+)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

/**
 * @param {HTMLVideoElement} screen which plays
 * @param {Object} video its details
 * @returns {Element | null} null for a video without a storyboard
 */
export function storyboard(screen, video) {
  let outputs = video.outputs.filter(({role, url}) => role === ROLE && url);
  if (outputs.length === 0) {
    return null;
  }
  const line = h('input', {type: 'range', min: 0, max: 0, step: STEP, value: 0, 'aria-label': t('position')});
  const time = h('span', {class: 'time'});
  const picture = h('canvas', {width: 0, height: 0});
  const preview = h('div', {class: 'preview', hidden: true, 'aria-hidden': 'true'}, picture, time);
  let places = null;
  let renewed = false;
  let held = false;
  let wanted = 0;

  measure();
  screen.addEventListener('durationchange', measure);
  screen.addEventListener('timeupdate', () => held || mark(screen.currentTime));
  line.addEventListener('input', () => {
    held = true;
    screen.currentTime = Number(line.value);
    mark(Number(line.value));
    show(Number(line.value));
  });
  line.addEventListener('change', () => {
    held = false;
  });
  line.addEventListener('pointermove', (event) => {
    const {left, width} = line.getBoundingClientRect();
    show(Math.min(1, Math.max(0, (event.clientX - left) / width)) * Number(line.max));
  });
  ['pointerleave', 'pointercancel', 'blur'].forEach((end) => line.addEventListener(end, () => {
    preview.hidden = true;
  }));
  return h('div', {class: 'seek'}, preview, line);

  function measure() {
    line.max = String(screen.duration || 0);
  }

  function mark(at) {
    line.value = String(at);
    line.setAttribute('aria-valuetext', clock(at));
  }

  function show(at) {
    if (!Number(line.max)) {
      return;
    }
    preview.hidden = false;
    preview.style.setProperty('--at', `${at / Number(line.max) * 100}%`);
    setText(time, clock(at));
    places ??= read();
    wanted = at;
    places.then((all) => draw(all.find(({to}) => at < to) ?? all.at(-1), at));
  }

  async function draw(place, at) {
    const loaded = await place?.sheet?.decode().then(() => true, () => false);
    if (loaded && wanted === at) {
      const {sheet, x, y, width, height} = place;
      Object.assign(picture, {width, height});
      picture.getContext('2d').drawImage(sheet, x, y, width, height, 0, 0, width, height);
    }
  }

  /** Where the picture of each time is. All sheets are fetched with their index: their links end while a video is watched. */
  async function read() {
    const index = outputs.find(({media_type: type}) => type === 'text/vtt');
    const answer = index && await fetch(index.url, {credentials: 'omit'}).catch(() => null);
    if (!answer?.ok) {
      return renew();
    }
    const sheets = new Map(outputs.filter((each) => each !== index).map(({name, url}) => [name, h('img', {src: url})]));
    return cues(await answer.text()).map(({endTime, text}) => {
      const [, name, ...numbers] = PLACE.exec(text) ?? [];
      const [x, y, width, height] = numbers.map(Number);
      return {to: endTime, sheet: sheets.get(name), x, y, width, height};
    });
  }

  async function renew() {
    if (renewed) {
      return [];
    }
    renewed = true;
    const fresh = await showVideo(video.video_id).catch(() => null);
    outputs = fresh?.outputs.filter(({role, url}) => role === ROLE && url) ?? [];
    return read();
  }
}
