// The choice of transformations: forms built from the catalogue, so that a new entry appears without new code here.

import {call, deletePreset, listPresets, Refused, savePreset} from './api.js';
import {assetField} from './assets.js';
import {ask, h, say} from './dom.js';
import {refusable} from './refusals.js';
import {onSession, session} from './session.js';
import {currentLanguage, number, t, whyRefused} from './texts.js';

/** Milliseconds for which the page waits for the catalogue; without it, uploads get the default set. */
const PATIENCE = 3_000;

let known = null;
/** What `GET /presets` has; null until it is known. */
let presets = null;
/** The form for uploads, whose choice stays when the page is shown in another language, and that of a dialog. */
const forms = new Set();
const uploads = choiceForm('');
forms.add(uploads);

/** Whose the choice is: who signs in again finds it as it was. */
let account = session()?.email;

onSession(() => {
  if (!session() || session().email === account) {
    return;
  }
  // They are an account's.
  account = session().email;
  presets = null;
  if (known) {
    uploads.reset();
  }
});

/** Reads the catalogue; what the browser has kept counts as well. */
export async function readTransformations() {
  known = await call('/transformations', {open: true, cache: 'default', signal: AbortSignal.timeout(PATIENCE)}).catch(() => null);
  if (known) {
    uploads.reset();
  }
}

/** Reads the account's presets; without them, the forms work as well. */
async function readPresets() {
  const first = presets === null;
  presets = await listPresets().catch(() => null);
  if (first && presets) {
    forms.forEach((form) => form.completeDefault());
  }
}

/** @returns {Array|null} what uploads ask for; null for the default set */
export function askedTransformations() {
  return !known || uploads.isPlain() ? null : uploads.choice();
}

/** @returns {boolean} whether every parameter has a value that it takes; if not, the first one is shown */
export function checkTransformations() {
  const form = document.getElementById('transformations');
  return form === null || isFilledIn(form);
}

function isFilledIn(form) {
  const wrong = [...form.querySelectorAll('input, select')].find((field) => !field.checkValidity());
  if (wrong) {
    wrong.closest('details')?.setAttribute('open', '');
    wrong.reportValidity();
  }
  return !wrong;
}

/** @returns {Element|null} the form for uploads; null when the catalogue is not known */
export function transformationsView() {
  return known
    ? h('details', {id: 'transformations', class: 'transformations'}, h('summary', {}, t('transformations')), ...uploads.view())
    : null;
}

/** @returns {boolean} whether {@link processOtherwise} has anything to choose from */
export const mayChoose = () => known !== null;

/**
 * Asks in a dialog for the transformations of a video. A refusal is shown there, and the choice stays.
 *
 * @param {Object} video
 * @param {(transformaciones: Array) => Promise<void>} act gets what was chosen
 * @returns {Promise<boolean>} whether it was done
 */
export function processOtherwise(video, act) {
  return new Promise((answer) => {
    const choice = choiceForm('again-');
    forms.add(choice);
    choice.reset();
    const {problem, attempt} = refusable();
    const go = h('button', {type: 'submit', class: 'main'}, t('processAgain'));
    const form = h('form', {onsubmit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      await attempt(async () => {
        const transformaciones = choice.choice();
        if (transformaciones.length === 0) {
          throw new Refused(400, {code: 'nothing_chosen'});
        }
        await act(transformaciones);
        done = true;
        dialog.close();
      });
      go.disabled = false;
    }},
    h('h2', {id: 'again-title'}, t('processOtherwiseTitle', video)),
    h('p', {id: 'again-text'}, t('processOtherwiseText')),
    h('div', {class: 'transformations'}, ...choice.view()),
    problem,
    h('div', {class: 'buttons end'},
      h('button', {type: 'button', class: 'plain', onclick: () => dialog.close()}, t('cancel')), go));
    const dialog = h('dialog', {class: 'again', 'aria-labelledby': 'again-title', 'aria-describedby': 'again-text'}, form);
    let done = false;
    dialog.addEventListener('close', () => {
      forms.delete(choice);
      dialog.remove();
      answer(done);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * A choice and what shows it.
 *
 * @param {string} prefix of the ids of its elements
 */
function choiceForm(prefix) {
  /** The names of those that are chosen. */
  let chosen = new Set();
  /** By name: the values of its parameters that are not the defaults. */
  let kept = {};
  /** The name of the preset that was chosen and has not been changed; null for none. */
  let preset = null;
  /** Shows presets and entries again, in the view that is open. */
  let show = () => {};
  let bar = null;

  return {reset, completeDefault, isPlain, choice, view, refresh: (focused) => show(focused)};

  /** Chooses the default set. */
  function reset() {
    preset = null;
    take(known.default_set);
    completeDefault();
  }

  /** Its parameters, which the catalogue does not have. */
  function completeDefault() {
    if (presets && isDefault()) {
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

  /** Whether it is what an upload gets that asks for nothing. */
  function isPlain() {
    return presets ? preset === presets[0].name : isDefault();
  }

  /** Whether nothing has been changed since the page was opened. */
  function isDefault() {
    return chosen.size === known.default_set.length && choice().every((item) => known.default_set.includes(item));
  }

  /** @returns {Element[]} the presets and the entries */
  function view() {
    const entries = h('div', {class: 'entries'});
    bar = h('div', {class: 'presets'});
    show = (focused) => {
      bar.replaceChildren(...presetBar());
      entries.replaceChildren(...known.transformations.map(row));
      document.getElementById(focused)?.focus();
    };
    show();
    if (!presets) {
      readPresets().then(() => show(document.activeElement?.id));
    }
    return [bar, entries];
  }

  /** Chooses a preset, saves the choice as one, deletes one. */
  function presetBar() {
    if (!presets) {
      return [];
    }
    const id = `${prefix}preset`;
    const current = presets.find(({name}) => name === preset);
    const select = h('select', {id, onchange: () => {
      const found = presets.find(({name}) => name === select.value);
      if (found) {
        use(found);
      } else {
        preset = null;
      }
      show(id);
    }},
    h('option', {value: '', selected: !current}, t('presetNone')),
    ...presets.map(({name}) => h('option', {value: name, selected: name === preset}, name)));
    return [
      h('label', {for: id}, h('span', {}, t('preset')), select),
      h('button', {type: 'button', class: 'plain', id: `${prefix}save-preset`, onclick: save}, t('savePreset')),
      current?.own
        ? h('button', {type: 'button', class: 'plain', id: `${prefix}delete-preset`, onclick: () => remove(current)}, t('deletePreset'))
        : null,
      current?.description ? h('p', {class: 'quiet'}, current.description[currentLanguage()]) : null,
      h('p', {class: 'problem', role: 'alert', id: `${prefix}preset-problem`, hidden: true}),
    ].filter((part) => part);
  }

  async function save() {
    if (!isFilledIn(bar.parentElement)) {
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
    }, `${prefix}save-preset`);
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
    }, `${prefix}preset`);
  }

  async function change(act, focused) {
    try {
      await act();
      await readPresets();
      forms.forEach((form) => form.refresh());
      show(focused);
    } catch (refused) {
      const problem = document.getElementById(`${prefix}preset-problem`);
      const {code, message, values} = refused;
      problem.textContent = whyRefused({code: code === 'not_found' ? 'unknown_preset' : code, message, values});
      problem.hidden = false;
    }
  }

  function row(entry) {
    const id = `${prefix}transformation-${entry.nombre}`;
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
      bar.replaceChildren(...presetBar());
    }
  }

  function field(entry, name, schema) {
    const id = parameterId(entry, name);
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
      checkOrder(entry);
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

  function parameterId(entry, name) {
    return `${prefix}parameter-${entry.nombre}-${name}`;
  }

  /** Whether another parameter is given instead of this one. */
  function isReplaced(entry, name) {
    return Object.entries(entry.parameters.properties)
      .some(([other, schema]) => schema.instead_of === name && kept[entry.nombre][other] !== undefined);
  }

  /** Makes a number invalid that must be above another one and is not, so that the browser says so before anything is sent. */
  function checkOrder(entry) {
    const {properties} = entry.parameters;
    Object.entries(properties).filter(([, {above}]) => above).forEach(([name, {title, above}]) => {
      const [input, other] = [name, above].map((each) => document.getElementById(parameterId(entry, each)));
      const wrong = input.value !== '' && other.value !== '' && input.valueAsNumber <= other.valueAsNumber;
      const language = currentLanguage();
      input.setCustomValidity(wrong
        ? t('notAbove', {what: title[language], other: properties[above].title[language], least: number(other.valueAsNumber)})
        : '');
    });
  }

  /** Takes the value of a parameter away while another one is given instead of it. */
  function giveWay(entry, name, replaced) {
    const input = document.getElementById(parameterId(entry, name));
    if (input.disabled !== replaced) {
      delete kept[entry.nombre][name];
      input.disabled = replaced;
      input.value = entry.parameters.properties[name].default;
    }
  }
}

/** A name for an address, of what people call it: "Clips de Bogotá" becomes "clips-de-bogota". */
function plainName(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '').slice(0, 40).replace(/-+$/, '') || '-';
}
