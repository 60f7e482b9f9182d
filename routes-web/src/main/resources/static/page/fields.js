// Fields of the forms about accounts.

import {h} from './dom.js';
import {t} from './texts.js';

export function field(name, label, attributes, hint = null) {
  const id = `field-${name}`;
  return h('div', {class: 'field'}, h('label', {for: id}, t(label)), h('input', {id, name, required: true, ...attributes}), hint);
}

/** A new password, twice. */
export function newPasswordFields(label = 'password') {
  const secret = {type: 'password', autocomplete: 'new-password', minlength: 8, maxlength: 128};
  return [
    field('password1', label, {...secret, 'aria-describedby': 'password-hint'}, h('small', {id: 'password-hint'}, t('passwordHint'))),
    field('password2', 'passwordAgain', secret),
  ];
}
