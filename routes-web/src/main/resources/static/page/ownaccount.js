// The account of who is signed in: its e-mail address, whether that is confirmed, how it gets another one, what it uses, and its
// API keys.

import {inUse} from './accounts.js';
import {call, changeEmail, requestVerification} from './api.js';
import {h, say} from './dom.js';
import {field} from './fields.js';
import {keysView} from './keys.js';
import {card, done} from './mails.js';
import {isVerified, session, verifiedElsewhere} from './session.js';
import {t, whyRefused} from './texts.js';

/** Says that the address is not confirmed yet, and sends another link; null when there is nothing to be said. */
export function verificationHint() {
  if (!session() || isVerified()) {
    return null;
  }
  const again = h('button', {type: 'button', class: 'link', onclick: async () => {
    again.disabled = true;
    try {
      await requestVerification();
      say(t('linkSentTo', {email: session().email}));
    } catch (refused) {
      say(whyRefused(refused), {kind: 'bad'});
      if (refused.code === 'mail_not_configured') {
        verifiedElsewhere();
        hint.remove();
      }
    }
    again.disabled = false;
  }}, t('sendAgain'));
  const hint = h('p', {class: 'notice unverified'}, t('unverified', {email: session().email}), ' ', again);
  return hint;
}

export function ownAccountView() {
  const {email, outside} = session();
  const usage = usageView();
  if (outside) {
    return h('div', {class: 'own-account'}, h('section', {class: 'account card'}, h('h1', {}, t('account')), h('p', {class: 'quiet'}, email)), usage, keysView());
  }
  return h('div', {class: 'own-account'}, card({
    title: t('account'),
    text: t('changeEmailText', {email}),
    fields: [
      field('email', 'newEmail', {type: 'email', autocomplete: 'email', maxlength: 254}),
      field('password', 'password', {type: 'password', autocomplete: 'current-password', maxlength: 128}),
    ],
    submit: t('changeEmail'),
    async send({email: wanted, password}) {
      await changeEmail(wanted, password);
      return [done(t('changeSent', {email: wanted}))];
    },
  }), usage, keysView());
}

/** What the account uses of its quotas; empty until the server has said it. */
function usageView() {
  const view = h('section', {class: 'account card usage', 'aria-labelledby': 'usage', hidden: true});
  call('/me').then(({quotas}) => {
    view.replaceChildren(h('h2', {id: 'usage'}, t('usage')), h('dl', {}, ...Object.entries(quotas).flatMap(([name, quota]) => [
      h('dt', {}, t(`usage_${name}`)), h('dd', {}, inUse(name, quota))])));
    view.hidden = false;
  }, () => {});
  return view;
}
