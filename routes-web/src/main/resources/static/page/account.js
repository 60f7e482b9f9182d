// Signing in and signing up.

import {logIn, showMe, signUp} from './api.js';
import {h} from './dom.js';
import {field, newPasswordFields} from './fields.js';
import {signedIn} from './session.js';
import {t, whyRefused} from './texts.js';

let creating = false;
/** The outside issuer that keeps the accounts, whose tokens are taken instead; null as long as nobody has named one. */
let elsewhere = null;

/** @param {string} [notice] a key of texts.js: why somebody has to sign in again */
export function accountView(notice) {
  const view = h('section', {class: 'account card'});
  show();
  return view;

  function show() {
    const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
    const fields = isElsewhere() ? tokenFields() : creating ? signUpFields() : signInFields();
    const submit = h('button', {type: 'submit', class: 'main wide'}, t(creating ? 'signUp' : 'signIn'));
    const form = h('form', {onsubmit: send}, ...fields, problem, submit);
    view.replaceChildren(...[
      h('h1', {}, t(creating ? 'signUp' : 'signIn')),
      isElsewhere() ? h('p', {class: 'quiet'}, t('accountsElsewhere', {issuer: elsewhere})) : null,
      notice ? h('p', {class: 'notice', role: 'status'}, t(notice)) : isElsewhere() ? null : h('p', {class: 'quiet'}, t('tagline')),
      form,
      isElsewhere() || creating ? null : h('p', {class: 'forgot'}, h('a', {href: '#forgot'}, t('forgot'))),
      isElsewhere() ? null : h('p', {class: 'switch'}, h('button', {type: 'button', class: 'link', onclick: other}, t(creating ? 'toSignIn' : 'toSignUp'))),
    ].filter((part) => part !== null));

    async function send(event) {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      problem.hidden = true;
      submit.disabled = true;
      try {
        if (creating) {
          await signUp(values);
        }
        const issued = isElsewhere() ? {access_token: values.token.trim().replace(/^Bearer\s+/i, '')} : await logIn(values.email, values.password1 ?? values.password);
        const me = await showMe(issued.access_token);
        creating = false;
        signedIn(issued, me);
      } catch (refused) {
        if (refused.code === 'accounts_elsewhere') {
          elsewhere = refused.issuer;
          creating = false;
          show();
          view.querySelector('input').focus();
          return;
        }
        problem.textContent = isElsewhere() && refused.status === 401 ? t('tokenRefused') : whyRefused(refused);
        problem.hidden = false;
        submit.disabled = false;
      }
    }
  }

  function other() {
    creating = !creating;
    notice = undefined;
    show();
    view.querySelector('input').focus();
  }
}

function signInFields() {
  return [
    field('email', 'email', {type: 'email', autocomplete: 'username', maxlength: 254}),
    field('password', 'password', {type: 'password', autocomplete: 'current-password', maxlength: 128}),
  ];
}

const isElsewhere = () => elsewhere !== null;

function tokenFields() {
  return [field('token', 'token', {type: 'password', autocomplete: 'off', spellcheck: 'false'})];
}

function signUpFields() {
  return [
    h('div', {class: 'pair'},
      field('first_name', 'firstName', {autocomplete: 'given-name', maxlength: 100}),
      field('last_name', 'lastName', {autocomplete: 'family-name', maxlength: 100})),
    h('div', {class: 'pair'},
      field('city', 'city', {autocomplete: 'address-level2', maxlength: 100}),
      field('country', 'country', {autocomplete: 'country-name', maxlength: 100})),
    field('email', 'email', {type: 'email', autocomplete: 'username', maxlength: 254}),
    ...newPasswordFields(),
  ];
}
