// What a video is to become: a form built from the catalogue, so that a new entry appears without new code here.

import {call, deletePreset, listPresets, savePreset} from './api.js';
import {assetField} from './assets.js';
import {ask, h, say} from './dom.js';
import {onSession} from './session.js';
import {currentLanguage, t, why} from './texts.js';

/** Milliseconds for which the page waits for the catalogue; without it, uploads get the default set. */
const PATIENCE = 3_000;

let known = null;
/** The names of those that are chosen. */
let chosen = null;
/** By name: the values of its parameters that are not the defaults. Kept here, so that they stay when the page is shown in another language. */
let kept = {};
/** What `GET /presets` has; null until it is known. */
let presets = null;
/** The name of the preset that was chosen and has not been changed; null for none. */
let preset = null;
/** Shows presets and entries anew; that of the view that is there. */
let refresh = () => {};

onSession(() => {
  // They are an account's.
  presets = null;
  preset = null;
  if (known) {
    take(known.default_set);
  }
});

/** Reads the catalogue; what the browser has kept counts as well. */
export async function readTransformations() {
  known = await call('/transformations', {open: true, cache: 'default', signal: AbortSignal.timeout(PATIENCE)}).catch(() => null);
  if (known) {
    take(known.default_set);
  }
}

/** Reads the account's presets; without them, the form works as well. */
async function readPresets() {
  const first = presets === null;
  presets = await listPresets().catch(() => null);
  if (first && presets && isDefault()) {
    // Its parameters, which the catalogue does not tell.
    use(presets[0]);
  }
}

function use(found) {
  take(found.transformaciones);
  preset = found.name;
}

/** Chooses exactly these. @param {Array} items names, and objects with a name and parameters; what there is no longer is left out */
function take(items) {
  const asked = new Map(items.map((item) => (typeof item === 'string' ? [item, {}] : [item.nombre, item])));
  chosen = new Set();
  kept = {};
  known.transformations.filter(({nombre}) => asked.has(nombre)).forEach(({nombre, parameters}) => {
    chosen.add(nombre);
    kept[nombre] = Object.fromEntries(Object.entries(asked.get(nombre))
      .filter(([name, value]) => name in parameters.properties && value !== parameters.properties[name].default));
  });
}

/** What is chosen, as a request has it. */
function choice() {
  return known.transformations.filter(({nombre}) => chosen.has(nombre)).map(({nombre}) => {
    const values = Object.entries(kept[nombre] ?? {});
    return values.length > 0 ? {nombre, ...Object.fromEntries(values)} : nombre;
  });
}

/** Whether nothing has been changed since the page was opened. */
function isDefault() {
  return chosen.size === known.default_set.length && choice().every((item) => known.default_set.includes(item));
}

/** @returns {Array|null} what uploads ask for; null for the default set */
export function askedTransformations() {
  return !known || preset === presets?.[0].name || !presets && isDefault() ? null : choice();
}

/** @returns {boolean} whether every parameter has a value that it takes; if not, the first one is shown */
export function checkTransformations() {
  const form = document.getElementById('transformations');
  const wrong = form && [...form.querySelectorAll('input, select')].find((field) => !field.checkValidity());
  if (wrong) {
    form.open = true;
    wrong.reportValidity();
  }
  return !wrong;
}

/** @returns {Element|null} the form; null when the catalogue is not known */
export function transformationsView() {
  if (!known) {
    return null;
  }
  const entries = h('div', {class: 'entries'});
  const bar = h('div', {class: 'presets'});
  const show = (focused) => {
    bar.replaceChildren(...presetBar());
    entries.replaceChildren(...known.transformations.map((entry) => row(entry, show)));
    document.getElementById(focused)?.focus();
  };
  refresh = show;
  show();
  if (!presets) {
    readPresets().then(() => show(document.activeElement?.id));
  }
  return h('details', {id: 'transformations', class: 'transformations'}, h('summary', {}, t('transformations')), bar, entries);
}

/** Chooses a preset, saves the choice as one, deletes one. */
function presetBar() {
  if (!presets) {
    return [];
  }
  const current = presets.find(({name}) => name === preset);
  const select = h('select', {id: 'preset', onchange: () => {
    const found = presets.find(({name}) => name === select.value);
    if (found) {
      use(found);
    } else {
      preset = null;
    }
    refresh('preset');
  }},
  h('option', {value: '', selected: !current}, t('presetNone')),
  ...presets.map(({name}) => h('option', {value: name, selected: name === preset}, name)));
  return [
    h('label', {for: 'preset'}, h('span', {}, t('preset')), select),
    h('button', {type: 'button', class: 'plain', id: 'save-preset', onclick: save}, t('savePreset')),
    current?.own
      ? h('button', {type: 'button', class: 'plain', id: 'delete-preset', onclick: () => remove(current)}, t('deletePreset'))
      : null,
    current?.description ? h('p', {class: 'quiet'}, current.description[currentLanguage()]) : null,
    h('p', {class: 'problem', role: 'alert', id: 'preset-problem', hidden: true}),
  ].filter((part) => part);
}

async function save() {
  if (!checkTransformations()) {
    return;
  }
  const current = presets.find(({name, own}) => own && name === preset);
  const given = await ask({
    title: t('savePresetTitle'), text: t('savePresetText'), yes: t('save'), no: t('cancel'), input: t('presetName'), value: current?.name ?? '',
  });
  if (given === null) {
    return;
  }
  await change(async () => {
    const {name} = await savePreset(plainName(given), choice());
    preset = name;
    say(t('saidPresetSaved', {name}));
  }, 'save-preset');
}

async function remove({name}) {
  const question = {title: t('deletePresetTitle', {name}), text: t('deletePresetText'), yes: t('deletePreset'), no: t('cancel'), danger: true};
  if (await ask(question) === null) {
    return;
  }
  await change(async () => {
    await deletePreset(name);
    preset = null;
    say(t('saidPresetDeleted', {name}));
  }, 'preset');
}

async function change(act, focused) {
  try {
    await act();
    await readPresets();
    refresh(focused);
  } catch (refused) {
    const problem = document.getElementById('preset-problem');
    problem.textContent = why({code: refused.code, detail: refused.message});
    problem.hidden = false;
  }
}

/** A name for an address, of what people call it: "Clips de Bogotá" becomes "clips-de-bogota". */
function plainName(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '').slice(0, 40).replace(/-+$/, '') || '-';
}

function row(entry, show) {
  const id = `transformation-${entry.nombre}`;
  const box = h('input', {type: 'checkbox', id, checked: chosen.has(entry.nombre), onchange: () => {
    preset = null;
    choose(entry, box.checked);
    show(id);
  }});
  return h('div', {class: 'entry'},
    h('label', {for: id}, box, h('span', {}, h('b', {}, entry.nombre), ' ', entry.description[currentLanguage()])),
    chosen.has(entry.nombre)
      ? h('div', {class: 'parameters'}, ...Object.entries(entry.parameters.properties).map(([name, schema]) => field(entry, name, schema)))
      : null);
}

/** Takes along what an entry needs, and leaves out what does not go with it. */
function choose(entry, on) {
  const all = known.transformations;
  if (!on) {
    chosen.delete(entry.nombre);
    all.filter((other) => chosen.has(other.nombre) && other.needs.includes(entry.nombre)).forEach((other) => choose(other, false));
    return;
  }
  chosen.add(entry.nombre);
  all.filter((other) => chosen.has(other.nombre) && (entry.excludes.includes(other.nombre) || other.excludes.includes(entry.nombre)))
    .forEach((other) => choose(other, false));
  all.filter((other) => !chosen.has(other.nombre) && entry.needs.includes(other.nombre)).forEach((other) => choose(other, true));
}

/** The choice is no longer that of the preset. The fields stay, since one of them is being typed in. */
function changed() {
  if (preset !== null) {
    preset = null;
    document.querySelector('.presets')?.replaceChildren(...presetBar());
  }
}

function field(entry, name, schema) {
  const id = `parameter-${entry.nombre}-${name}`;
  const values = kept[entry.nombre] ??= {};
  const value = values[name] ?? schema.default;
  const title = schema.title[currentLanguage()];
  const keep = (given) => {
    changed();
    if (given === schema.default || given === '') {
      delete values[name];
    } else {
      values[name] = given;
    }
    if (schema.instead_of) {
      giveWay(entry, schema.instead_of, given !== '');
    }
  };
  if (schema.format === 'asset') {
    return assetField({id, title, accepts: schema.accepts, value, keep});
  }
  const attributes = {id, name: id, required: schema.default === undefined && !schema.instead_of, disabled: isReplaced(entry, name)};
  let input;
  if (schema.enum) {
    input = h('select', {...attributes, onchange: () => keep(input.value)},
      ...schema.enum.map((choice) => h('option', {value: choice, selected: choice === value}, choice)));
  } else if (schema.type === 'boolean') {
    input = h('input', {id, name: id, type: 'checkbox', checked: value, onchange: () => keep(input.checked)});
  } else if (schema.type === 'string') {
    input = h('input', {...attributes, type: schema.format === 'color' ? 'color' : 'text', maxlength: schema.maxLength, value, autocomplete: 'off',
      oninput: () => keep(input.value)});
  } else {
    input = h('input', {...attributes, type: 'number', min: schema.minimum, max: schema.maximum, step: schema.type === 'integer' ? 1 : 'any', value,
      oninput: () => keep(input.value === '' ? '' : input.valueAsNumber)});
  }
  return h('label', {for: id}, h('span', {}, title), input);
}

/** Whether another parameter is given instead of this one. */
function isReplaced(entry, name) {
  return Object.entries(entry.parameters.properties)
    .some(([other, schema]) => schema.instead_of === name && kept[entry.nombre][other] !== undefined);
}

/** Takes the value of a parameter away while another one is given instead of it. */
function giveWay(entry, name, replaced) {
  const input = document.getElementById(`parameter-${entry.nombre}-${name}`);
  if (input.disabled !== replaced) {
    delete kept[entry.nombre][name];
    input.disabled = replaced;
    input.value = entry.parameters.properties[name].default;
  }
}
