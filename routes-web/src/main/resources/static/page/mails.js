// What people do by mailed links: another password, and the confirmation of an e-mail address.

import {confirmEmail, requestPasswordReset, resetPassword, showMe} from './api.js';
import {h} from './dom.js';
import {field, newPasswordFields} from './fields.js';
import {named, session, signOut} from './session.js';
import {t, whyRefused} from './texts.js';

/**
 * A card with a form.
 *
 * @param {{title: string, text: string, fields: Node[], submit: string, send: (values: Object) => Promise<Node[]>}} what of what it
 *     consists; `send` returns what is shown instead of the form
 * @returns {Element}
 */
export function card({title, text, fields, submit, send}) {
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const button = h('button', {type: 'submit', class: 'main wide'}, submit);
  const form = h('form', {onsubmit: async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      const instead = await send(Object.fromEntries(new FormData(form)));
      form.replaceWith(...instead);
      quiet.remove();
      view.querySelector('[role=status]')?.focus();
    } catch (refused) {
      problem.textContent = whyRefused(refused);
      problem.hidden = false;
    }
    button.disabled = false;
  }}, ...fields, problem, button);
  const quiet = h('p', {class: 'quiet'}, text);
  const view = h('section', {class: 'account card'}, h('h1', {}, title), quiet, form);
  return view;
}

/** What says that something is done; it takes the focus of the form that it replaces. */
export const done = (text) => h('p', {class: 'notice', role: 'status', tabindex: -1}, text);

const emailField = () => field('email', 'email', {type: 'email', autocomplete: 'username', maxlength: 254});

/** Asks for a link to another password. */
export function forgotView() {
  const view = card({
    title: t('forgotTitle'),
    text: t('forgotText'),
    fields: [emailField()],
    submit: t('sendLink'),
    async send({email}) {
      await requestPasswordReset(email);
      return [done(t('linkSent', {email}))];
    },
  });
  view.append(h('p', {class: 'switch'}, h('a', {href: '#signin'}, t('signIn'))));
  return view;
}

/** @param {string} token of the link by which somebody came */
export function resetView(token) {
  return card({
    title: t('resetTitle'),
    text: t('resetText'),
    fields: [emailField(), ...newPasswordFields('newPassword')],
    submit: t('resetSubmit'),
    async send(values) {
      await resetPassword({...values, token});
      // The link is used up: neither a reload nor the way back tries it again.
      history.replaceState(null, '', '#videos');
      if (session()) {
        signOut('passwordReset');
        return [];
      }
      return [done(t('passwordReset')), h('p', {class: 'switch'}, h('a', {href: '#signin'}, t('signIn')))];
    },
  });
}

/** @param {string} token of the link by which somebody came: programs that look at mails open links as well, so there is a button */
export function confirmView(token) {
  return card({
    title: t('confirmTitle'),
    text: t('confirmText'),
    fields: [],
    submit: t('confirmSubmit'),
    async send() {
      const {email} = await confirmEmail(token);
      history.replaceState(null, '', '#confirm');
      if (session()) {
        // The link may be another account's.
        named(await showMe(session().token));
      }
      return [done(t('confirmed', {email})), h('p', {class: 'switch'}, h('a', {href: '#videos'}, t(session() ? 'videos' : 'signIn')))];
    },
  });
}
