// What original and clip are, which files there are, and what of a clip its uploader may not expect.

import {copy} from './actions.js';
import {h} from './dom.js';
import {open, save} from './player.js';
import {PHASES} from './progress.js';
import {dateTime, exactSeconds, fileSize, languageName, milliseconds, note, number, percent, phase, role, t} from './texts.js';
import {svg} from './icons.js';

/** @returns {Element|null} what of the clip its uploader may not expect; null for nothing */
export function warningsView(video) {
  const warnings = video.warnings ?? [];
  if (warnings.length > 0) {
    return h('ul', {class: 'notes'}, ...warnings.map((warning) => h('li', {}, note(warning))));
  }
  return video.truncated ? h('p', {class: 'notes'}, t('truncated')) : null;
}

/**
 * @param {Object} video a video's details
 * @param {(call: () => Promise<void>) => void} attempt makes a call, and shows why it was refused
 * @returns {Element} its files, with what can be done with each
 */
export function filesView(video, attempt) {
  const {video_id: id} = video;
  const button = (what, name, act) => h('button', {
    type: 'button', class: 'plain', 'aria-label': t('ofVideo', {what: t(what), title: name}), onclick: () => attempt(act),
  }, t(what));
  return h('ul', {class: 'files'}, ...video.outputs.map(({name, ...output}) => h('li', {},
    h('div', {class: 'file'}, h('b', {}, name), h('span', {class: 'quiet'}, facts(output))),
    h('div', {class: 'buttons'}, ...(output.role === 'stream' ? forPlayers(name, output) : [
      button('download', name, () => save(id, name)),
      button('open', name, () => open(id, name)),
      button('copyLink', name, () => copy(new URL(output.url, location.href).href, t('saidFileLinkCopied')))])))));

  /** Renditions are no file: players get the address of a list of them. */
  function forPlayers(name, {url}) {
    const hls = new URL(url, location.href).href;
    return [
      button('copyHls', name, () => copy(hls, t('saidStreamLinkCopied'))),
      button('copyDash', name, () => copy(hls.replace('master.m3u8', 'manifest.mpd'), t('saidStreamLinkCopied'))),
    ];
  }
}

/** Such as "Video, 1280×720, 12.3 seconds, 4.2 MB" and "Subtitles, Spanish, 2 kB". */
function facts({role: name, width, height, seconds, bytes, language}) {
  return [
    role(name),
    language ? languageName(language) : null,
    width && height ? `${width}×${height}` : null,
    seconds ? exactSeconds(seconds) : null,
    bytes === null ? null : fileSize(bytes),
  ].filter((part) => part !== null).join(', ');
}

/** @returns {Element} original and clip, side by side; what differs is strong */
export function comparison({source, result}) {
  const rows = [
    ['infoFormat', ({container}) => format(container)],
    ['infoSize', ({bytes}) => fileSize(bytes)],
    ['infoLength', ({duration_seconds: seconds}) => exactSeconds(seconds)],
    ['infoPicture', ({video}) => `${video.width}×${video.height}`],
    ['infoCodec', ({video}) => video.codec],
    ['infoRate', ({video}) => t('mediaRate', {rate: number(video.frame_rate)})],
    ['infoColour', ({video}) => [
      video.hdr ? t('mediaHdr', {kind: video.hdr.toUpperCase()}) : 'SDR',
      video.interlaced ? t('mediaInterlaced') : null,
      video.rotation ? t('mediaRotated', {degrees: number(video.rotation)}) : null,
    ].filter((part) => part !== null).join(', ')],
    ['infoSound', ({audio}) => (audio ? `${audio.codec}, ${channels(audio.channels)}` : t('mediaSilent'))],
  ];
  return h('div', {class: 'table', tabindex: 0, role: 'group', 'aria-label': t('mediaInfo')},
    h('table', {class: 'compare'},
      h('thead', {}, h('tr', {}, h('td'), h('th', {scope: 'col'}, t('original')), h('th', {scope: 'col'}, t('clip')))),
      h('tbody', {}, ...rows.map(([name, say]) => h('tr', {class: say(source) === say(result) ? '' : 'differs'},
        h('th', {scope: 'row'}, t(name)), h('td', {}, say(source)), h('td', {}, say(result)))))));
}

/** Of ffmpeg's list of formats that are alike, those that people know. */
function format(container) {
  const known = {mp4: 'MP4', mov: 'MOV', matroska: 'Matroska', webm: 'WebM', avi: 'AVI', mpegts: 'MPEG-TS', gif: 'GIF', ogg: 'Ogg'};
  const names = container.split(',').filter((name) => name in known).map((name) => known[name]);
  return names.length > 0 ? names.join(', ') : container;
}

const channels = (count) => (count <= 2 ? t(`channels_${count}`) : t('channels', {n: number(count)}));

/** @returns {Element} what has been done with a video, step by step, and how long each step took */
export function timeline(video) {
  const names = Object.keys(PHASES);
  const spent = video.phase_ms;
  const whole = spent ? inAll(spent) : 0;
  const current = video.status === 'processing' ? names.indexOf(video.phase ?? 'claim') : -1;
  const items = [point('uploadedAt', video.uploaded_at)];
  if (spent && video.status === 'processed') {
    items.push(...phaseItems(spent));
  } else if (current >= 0) {
    names.forEach((name, index) => items.push(h('li', {
      class: index < current ? 'done' : index === current ? 'now' : 'next',
      'aria-current': index === current ? 'step' : null,
    }, h('span', {}, phase(name)), h('span', {}), h('span', {class: 'time'},
      index === current && typeof video.progress === 'number' ? percent(Math.floor(video.progress)) : ''))));
  } else if (video.status === 'uploaded') {
    items.push(h('li', {class: 'now', 'aria-current': 'step'}, h('span', {}, t('waitsForWorker'))));
  }
  if (video.status === 'processed') {
    items.push(point('processed', video.processed_at, whole > 0 ? t('tookInAll', {time: milliseconds(whole)}) : null));
  } else if (['failed', 'cancelled'].includes(video.status)) {
    items.push(point(video.status, video.updated_at));
  }
  return h('div', {},
    h('ol', {class: 'timeline'}, ...items),
    video.attempts > 1 ? h('p', {class: 'quiet'}, t('attemptsMade', {n: number(video.attempts)})) : null);

  function point(name, at, more = null) {
    return h('li', {class: 'point'}, h('b', {}, t(name)), h('time', {datetime: at}, dateTime(at)), more ? h('span', {class: 'time'}, more) : null);
  }
}

/** Milliseconds of all phases that people know. */
export const inAll = (spent) => Object.keys(PHASES).reduce((sum, name) => sum + (spent[name] ?? 0), 0);

/** @returns {Element[]} how long each phase took, as parts of one line */
export function phaseItems(spent) {
  const whole = Math.max(1, inAll(spent));
  let begun = 0;
  return Object.keys(PHASES).filter((name) => spent[name] !== undefined).map((name) => {
    const before = begun;
    begun += spent[name];
    return h('li', {}, h('span', {}, phase(name)), track(before / whole, spent[name] / whole), h('span', {class: 'time'}, milliseconds(spent[name])));
  });
}

/** A part of a line, by what share of it lies before and in it. */
function track(before, share) {
  return svg('svg', {class: 'track', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
    svg('rect', {class: 'ground', width: 100, height: 4}),
    svg('rect', {class: 'part', x: Math.min(before * 100, 99.2), width: Math.max(share * 100, 0.8), height: 4}));
}
