// Reads WebVTT: captions, and the index of a storyboard.

/** The cues of a file. */
export function cues(text) {
  return text.replace(/\r\n?/g, '\n').split(/\n{2,}/).map((block) => {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => line.includes('-->'));
    const [from, to] = at < 0 ? [] : lines[at].split('-->').map((time) => seconds(time.trim().split(/\s/)[0]));
    return to > from ? new VTTCue(from, to, lines.slice(at + 1).join('\n')) : null;
  }).filter((cue) => cue !== null);
}

/** Such as "01:02:03.450". */
const seconds = (text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
