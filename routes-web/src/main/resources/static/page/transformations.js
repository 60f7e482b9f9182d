// What a video is to become: a form built from the catalogue, so that a new entry appears without new code here.

import {call} from './api.js';
import {h} from './dom.js';
import {currentLanguage, t} from './texts.js';

/** Milliseconds for which the page waits for the catalogue; without it, uploads get the default set. */
const PATIENCE = 3_000;

let known = null;
/** By name: the values of its parameters. Kept here, so that they stay when the page is shown in another language. */
let chosen = null;
const kept = {};

/** Reads the catalogue; what the browser has kept counts as well. */
export async function readTransformations() {
  known = await call('/transformations', {open: true, cache: 'default', signal: AbortSignal.timeout(PATIENCE)}).catch(() => null);
  chosen = known && new Set(known.default_set);
}

/** @returns {Array|null} what uploads ask for; null for the default set */
export function askedTransformations() {
  const asked = known?.transformations.filter(({nombre}) => chosen.has(nombre)).map(({nombre, parameters}) => {
    const values = Object.entries(kept[nombre] ?? {}).filter(([name]) => name in parameters.properties);
    return values.length > 0 ? {nombre, ...Object.fromEntries(values)} : nombre;
  });
  const isDefault = !asked || asked.every((item) => known.default_set.includes(item)) && asked.length === known.default_set.length;
  return isDefault ? null : asked;
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
  const show = (focused) => {
    entries.replaceChildren(...known.transformations.map((entry) => row(entry, show)));
    document.getElementById(focused)?.focus();
  };
  show();
  return h('details', {id: 'transformations', class: 'transformations'}, h('summary', {}, t('transformations')), entries);
}

function row(entry, show) {
  const id = `transformation-${entry.nombre}`;
  const box = h('input', {type: 'checkbox', id, checked: chosen.has(entry.nombre), onchange: () => {
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

function field(entry, name, schema) {
  const id = `parameter-${entry.nombre}-${name}`;
  const values = kept[entry.nombre] ??= {};
  const value = values[name] ?? schema.default;
  const keep = (given) => {
    if (given === schema.default || given === '') {
      delete values[name];
    } else {
      values[name] = given;
    }
  };
  const attributes = {id, name: id, required: schema.default === undefined};
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
  return h('label', {for: id}, h('span', {}, schema.title[currentLanguage()]), input);
}
