// What original and clip are, and what of a clip its uploader may not expect.

import {h} from './dom.js';
import {exactSeconds, note, number, t} from './texts.js';

/**
 * @param {Object} video a video's details
 * @returns {Element[]} a list of its warnings, if there are any, and what original and clip are, if that is known
 */
export function media(video) {
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
  return nodes;
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
