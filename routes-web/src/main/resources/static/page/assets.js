// A parameter that is a picture or subtitles of the account: chosen among those that there are, uploaded, and deleted.

import {deleteAsset, listAssets, Refused, sendAsset} from './api.js';
import {ask, h, say} from './dom.js';
import {refusable} from './refusals.js';
import {onSession} from './session.js';
import {t} from './texts.js';

/** Media types by the endings of file names; browsers do not know all of them. */
const TYPES = {png: 'image/png', svg: 'image/svg+xml', srt: 'application/x-subrip', vtt: 'text/vtt'};
const LONGEST_NAME = 200;

/** The account's assets, the oldest first; null until they are known. */
let assets = null;

onSession(() => {
  assets = null;
});

/**
 * @param {{id: string, title: string, accepts: string[], value: string|undefined, keep: (asset: string) => void}} parameter
 *     with the media types that it accepts and the id of the asset that is chosen; `keep` gets the id of another one, or an empty text
 * @returns {Element} the field
 */
export function assetField({id, title, accepts, value, keep}) {
  const select = h('select', {id, name: id, required: true, onchange: () => choose(select.value)});
  const file = h('input', {
    type: 'file', id: `${id}-file`, hidden: true, onchange: upload,
    accept: Object.keys(TYPES).filter((ending) => accepts.includes(TYPES[ending])).map((ending) => `.${ending}`).join(','),
  });
  const add = h('button', {type: 'button', class: 'plain', id: `${id}-upload`, onclick: () => file.click()}, t('uploadAsset'));
  const off = h('button', {type: 'button', class: 'plain warn', id: `${id}-delete`, onclick: remove}, t('deleteAsset'));
  // What a job says of an asset by the first of these codes has another remedy.
  const {problem, attempt} = refusable({asset_unreadable: 'asset_refused', not_found: 'unknown_asset'});
  fill();
  if (!assets) {
    attempt(async () => {
      assets = await listAssets();
      fill();
    });
  }
  return h('div', {class: 'asset'}, h('label', {for: id}, h('span', {}, title), select), add, off, file, problem);

  /** One that was deleted meanwhile is not chosen any more, and the field says that something is missing. */
  function fill() {
    const fitting = (assets ?? []).filter(({media_type: type}) => accepts.includes(type));
    select.replaceChildren(
      h('option', {value: ''}, fitting.length > 0 || !assets ? t('assetNone') : t('assetsMissing')),
      ...fitting.map((asset) => h('option', {value: asset.id, selected: asset.id === value}, asset.name)));
    off.hidden = select.value === '';
  }

  function choose(asset) {
    value = asset;
    keep(asset);
    fill();
  }

  async function upload() {
    const [picked] = file.files;
    file.value = '';
    const type = TYPES[/[^.]*$/.exec(picked.name)[0].toLowerCase()];
    add.disabled = true;
    await attempt(async () => {
      if (!accepts.includes(type)) {
        throw new Refused(415, {code: 'asset_type', values: {types: file.accept.replaceAll(',', ', ')}});
      }
      const name = [...picked.name.replace(/\.[^.]*$/, '')].slice(0, LONGEST_NAME).join('').trim() || picked.name;
      const asset = await sendAsset(name, type, picked);
      assets = [...assets ?? [], asset];
      choose(asset.id);
      say(t('saidAssetUploaded', asset));
    });
    add.disabled = false;
    add.focus();
  }

  async function remove() {
    const asset = assets.find((each) => each.id === select.value);
    const question = {title: t('deleteAssetTitle', asset), text: t('deleteAssetText'), yes: t('deleteAsset'), no: t('cancel'), danger: true};
    if (await ask(question) === null) {
      return;
    }
    await attempt(async () => {
      await deleteAsset(asset.id);
      assets = assets.filter((each) => each !== asset);
      choose('');
      say(t('saidAssetDeleted', asset));
      select.focus();
    });
  }
}
