// Plays the renditions of a video as the connection allows: by hls.js, or where a browser cannot run that, by the browser itself.

/** Seconds that are fetched ahead before anybody has pressed play. */
const AHEAD = 4;

/**
 * @param {HTMLVideoElement} screen which plays
 * @param {string} address of the master playlist
 * @param {() => void} failed called when they cannot be played
 * @param {number} [from] second at which it begins
 * @returns {() => void} what ends it
 */
export function stream(screen, address, failed, from = 0) {
  let hls = null;
  let ended = false;
  import('./vendor/hls.min.js').then(({default: Hls}) => {
    if (ended) {
      return;
    }
    if (!Hls.isSupported()) {
      screen.src = address;
      return;
    }
    // Of a video whose job runs, hls.js would begin near the end of what there is.
    hls = new Hls({
      enableWorker: false, maxBufferLength: AHEAD, startPosition: from,
      // The page shows captions itself, beside those of clips.
      subtitleTrackController: undefined, subtitleStreamController: undefined,
    });
    hls.on(Hls.Events.ERROR, (_, {fatal}) => fatal && failed());
    screen.addEventListener('play', () => {
      hls.config.maxBufferLength = Hls.DefaultConfig.maxBufferLength;
    }, {once: true});
    hls.loadSource(new URL(address, location).href);
    hls.attachMedia(screen);
  }).catch(failed);
  return () => {
    ended = true;
    hls?.destroy();
  };
}
