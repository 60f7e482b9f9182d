// What original and clip are, which files there are, and what of a clip its uploader may not expect.

import {h} from './dom.js';
import {exactSeconds, fileSize, languageName, note, number, role, t} from './texts.js';

/**
 * @param {Object} video a video's details
 * @param {(name: string) => void} open shows one of its files
 * @returns {Element[]} a list of its warnings, if there are any, what original and clip are, if that is known, and its files
 */
export function media(video, open) {
  const nodes = [];
  const warnings = video.warnings ?? [];
  if (warnings.length > 0) {
    nodes.push(h('ul', {class: 'notes'}, ...warnings.map((warning) => h('li', {}, note(warning)))));
  } else if (video.truncated) {
    nodes.push(h('p', {class: 'why'}, t('truncated')));
  }
  if (video.media_info) {
    nodes.push(h('details', {}, h('summary', {}, t('mediaInfo')),
      h('p', {}, t('mediaSource', {what: described(video.media_info.source)})),
      h('p', {}, t('mediaResult', {what: described(video.media_info.result)}))));
  }
  if (video.outputs?.length > 0) {
    nodes.push(h('details', {class: 'outputs'}, h('summary', {}, t('outputs', {n: number(video.outputs.length)})),
      h('ul', {}, ...video.outputs.map((output) => h('li', {},
        h('button', {type: 'button', class: 'link', 'aria-label': t('ofVideo', {what: output.name, title: video.title}), onclick: () => open(output.name)},
          output.name), ` ${facts(output)}`)))));
  }
  return nodes;
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

/** Such as "h264, 1920×1080, 29.97 frames per second, 12.3 seconds, aac". */
function described({video, audio, duration_seconds: seconds}) {
  return [
    video.codec,
    `${video.width}×${video.height}`,
    t('mediaRate', {rate: number(video.frame_rate)}),
    exactSeconds(seconds),
    video.hdr ? t('mediaHdr', {kind: video.hdr.toUpperCase()}) : null,
    video.interlaced ? t('mediaInterlaced') : null,
    video.rotation ? t('mediaRotated', {degrees: number(video.rotation)}) : null,
    audio ? t('mediaAudio', {codec: audio.codec, channels: number(audio.channels)}) : t('mediaSilent'),
  ].filter((part) => part !== null).join(', ');
}
