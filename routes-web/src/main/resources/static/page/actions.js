// What can be done with a video, in the list, on its page, and with several at once.

import {cancelVideo, deleteVideo, processVideo, Refused, renameVideo, restoreVideo, retryVideo, showVideo} from './api.js';
import {ask, h, say} from './dom.js';
import {ofVideo} from './place.js';
import {play, save} from './player.js';
import {number, t, whyRefused} from './texts.js';
import {mayChoose, processOtherwise} from './transformations.js';

/** The states in which nothing changes until somebody wants it. */
export const FINISHED = ['processed', 'failed', 'cancelled'];
/** How many videos of a selection are changed at once. */
const AT_ONCE = 4;
/** Milliseconds for which the server lets a deletion be undone. */
const UNDO = 10_000;

/** The ids of videos that were deleted here, of which there is a message already. */
const deletedHere = new Set();

export const isDeletedHere = (id) => deletedHere.has(id);

async function deleteHere(id) {
  deletedHere.add(id);
  try {
    await deleteVideo(id);
    document.dispatchEvent(new CustomEvent('deleted', {detail: id}));
  } catch (refused) {
    deletedHere.delete(id);
    throw refused;
  }
}

/**
 * Each with its name among the texts, when it is possible, and what it does; `run` gets the video and a function that
 * takes the changed one. The first that is possible is the main one.
 */
const ACTIONS = [
  {name: 'play', main: true, fits: ({status}) => status === 'processed', run: ({video_id: id}) => play(id)},
  {name: 'retry', main: true, several: true, fits: ({status, error}) => status === 'failed' && error?.retryable, run: retry},
  {name: 'processAgain', main: true, fits: ({status}) => status === 'cancelled', run: again},
  {name: 'cancelJob', several: true, fits: ({status}) => !FINISHED.includes(status), run: cancel},
  {name: 'downloadResult', main: true, fits: ({status}) => status === 'processed', run: ({video_id: id}) => save(id)},
  {name: 'copyLink', fits: () => true, run: ({video_id: id}) => copy(new URL(ofVideo(id), location.href).href, t('saidLinkCopied'))},
  {name: 'downloadOriginal', fits: ({status, original_url: link}) => link && FINISHED.includes(status), run: original},
  {name: 'processAgain', fits: ({status, error}) => status === 'processed' || (status === 'failed' && error && !error.retryable), run: again},
  {name: 'processOtherwise', fits: ({status}) => FINISHED.includes(status) && mayChoose(), run: otherwise},
  {name: 'rename', fits: () => true, run: rename},
  {name: 'delete', warn: true, fits: () => true, run: remove},
];

/** @returns {Object[]} what can be done with a video now */
export const actionsFor = (video) => ACTIONS.filter(({fits}) => fits(video));

/** What can be done with several videos at once, in the order of its buttons. */
export const SEVERAL = ['retry', 'processAgain', 'cancelJob'];

/** @returns {Object[]} those with which that can be done */
export const fitting = (name, videos) => videos.filter((video) => actionsFor(video).some((action) => action.name === name));

/** Copies a text; where the browser does not let the page, it is shown to be copied. */
export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    await ask({title: t('copyTitle'), text: t('copyText'), yes: t('close'), no: t('cancel'), input: t('link'), value: text, longest: null});
  }
}

async function retry({video_id: id}, changed) {
  await retryVideo(id);
  changed(await showVideo(id));
}

async function again({video_id: id}, changed) {
  await processVideo(id);
  changed(await showVideo(id));
}

async function cancel({video_id: id}, changed) {
  changed(await cancelVideo(id));
}

/** The object store's answer makes the browser save it. The link is new each time, since links expire after 15 minutes. */
async function original({video_id: id}) {
  const {original_url: link} = await showVideo(id);
  h('a', {href: link, rel: 'noopener noreferrer'}).click();
}

async function otherwise(video, changed) {
  const {video_id: id} = video;
  if (await processOtherwise(video, (transformaciones) => processVideo(id, transformaciones))) {
    changed(await showVideo(id));
  }
}

async function rename(video, changed) {
  const title = await ask({
    title: t('renameTitle'), text: t('renameText', video), yes: t('rename'), no: t('cancel'), input: t('title'), value: video.title,
  });
  if (title !== null && title !== video.title) {
    changed(await renameVideo(video.video_id, title));
  }
}

async function remove(video, changed, gone) {
  await deleteHere(video.video_id);
  gone(video.video_id);
  offerUndo([video]);
}

/** Says that videos are deleted, and offers to undo it for as long as the server can. */
function offerUndo(videos) {
  const one = videos.length === 1;
  const text = one ? t('saidDeleted', videos[0]) : t('saidDeletedMany', {n: number(videos.length)});
  const message = say(text, {
    life: UNDO,
    kind: 'deleted',
    action: {
      name: t('undo'),
      label: one ? t('ofVideo', {what: t('undo'), title: videos[0].title}) : t('undoMany'),
      run: async (close) => {
        try {
          const restored = await each(videos, ({video_id: id}) => restoreVideo(id));
          close();
          restored.forEach(({video_id: id}) => deletedHere.delete(id));
          restored.forEach((video) => document.dispatchEvent(new CustomEvent('restored', {detail: video})));
          say(one ? t('saidRestored', restored[0]) : t('saidRestoredMany', {n: number(restored.length)}));
        } catch (refused) {
          if (!(refused instanceof Refused)) {
            throw refused;
          }
          close(whyRefused(refused));
        }
      },
    },
  });
  // What was pressed to delete is no longer there.
  message.querySelector('button').focus();
}

/** Deletes several videos, with one message for all of them. */
export async function removeAll(videos, gone) {
  const deleted = [];
  await atOnce(videos, async (video) => {
    await deleteHere(video.video_id);
    gone(video.video_id);
    deleted.push(video);
  });
  if (deleted.length > 0) {
    offerUndo(deleted);
  }
  tellRefused(videos.length - deleted.length);
}

/** Does one thing with several. */
export async function doAll(name, videos, changed) {
  let done = 0;
  await atOnce(videos, async (video) => {
    await actionsFor(video).find((action) => action.name === name).run(video, changed);
    done++;
  });
  say(t('saidDone', {what: t(name), n: number(done)}));
  tellRefused(videos.length - done);
}

function tellRefused(number_) {
  if (number_ > 0) {
    say(t('saidNotDone', {n: number(number_)}), {kind: 'bad'});
  }
}

/** What one of them is refused stops no other one. */
async function atOnce(videos, act) {
  await each(videos, (video) => act(video).catch((refused) => {
    if (!(refused instanceof Refused)) {
      throw refused;
    }
  }));
}

/** @returns {Promise<Array>} what came of each */
async function each(videos, act) {
  const left = videos.entries();
  const results = [];
  const worker = async () => {
    for (const [index, video] of left) {
      results[index] = await act(video);
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, worker));
  return results;
}
