// The page: its header, and whichever section is shown below.

import {accountView} from './account.js';
import {logOut, refreshSession, Refused, showMe} from './api.js';
import {ask, h} from './dom.js';
import {readLimits} from './limits.js';
import {operatorsView} from './operators.js';
import {cancelAll, unfinished} from './queue.js';
import {isOperator, mayResume, noResume, onSession, session, signedIn, signOut} from './session.js';
import {chooseLanguage, currentLanguage, LANGUAGES, t} from './texts.js';
import {readTransformations} from './transformations.js';
import {videosView} from './videos.js';

/** Ends what the section that is shown has begun: streams, timers. */
let leave = () => {};

function header() {
  const operations = location.hash === '#operations' && isOperator();
  const choice = h('select', {id: 'language', 'aria-label': t('language'), onchange: (event) => {
    chooseLanguage(event.target.value);
    render();
    document.getElementById('language').focus();
  }}, ...Object.entries(LANGUAGES).map(([code, name]) =>
    h('option', {value: code, lang: code, selected: code === currentLanguage()}, name)));
  return [
    h('div', {class: 'bar'},
      h('a', {class: 'brand', href: '#videos'}, h('img', {src: '/page/icon.svg', alt: '', width: 28, height: 28}), 'Caravana'),
      session() && isOperator()
        ? h('nav', {'aria-label': t('sections')}, link('videos', !operations), link('operations', operations))
        : null,
      h('div', {class: 'me'},
        session() ? h('span', {class: 'email', title: session().email}, session().email) : null,
        choice,
        session() ? h('button', {type: 'button', class: 'plain', onclick: leaveAccount}, t('signOut')) : null)),
  ];
}

function link(section, current) {
  return h('a', {href: `#${section}`, 'aria-current': current ? 'page' : null}, t(section));
}

/** A new tab, or a browser that was started again, goes on with the session. */
async function resume() {
  if (!mayResume()) {
    return;
  }
  try {
    const issued = await refreshSession();
    signedIn(issued, await showMe(issued.access_token));
  } catch (refused) {
    if (!(refused instanceof Refused)) {
      throw refused;
    }
    if (refused.status === 401) {
      noResume();
    }
  }
}

/** What is on its way is lost by signing out, since nothing of it may stay on a device that others use. */
async function leaveAccount() {
  if (unfinished() > 0 && await ask({title: t('signOutTitle'), text: t('signOutText'), yes: t('signOut'), no: t('stay'), danger: true}) === null) {
    return;
  }
  await cancelAll();
  await logOut();
  signOut();
}

function render(notice) {
  leave();
  leave = () => {};
  document.documentElement.lang = currentLanguage();
  document.querySelector('.skip').textContent = t('skip');
  document.querySelector('header').replaceChildren(...header());
  const main = document.querySelector('main');
  let section = 'signIn';
  if (session()) {
    section = location.hash === '#operations' && isOperator() ? 'operations' : 'videos';
    const view = section === 'operations' ? operatorsView() : videosView();
    leave = view.leave;
    main.replaceChildren(view.element);
  } else {
    main.replaceChildren(accountView(notice));
  }
  document.title = `${t(section)} · Caravana`;
}

// A file that is dropped beside its place must not take the page away.
for (const kind of ['dragover', 'drop']) {
  window.addEventListener(kind, (event) => event.preventDefault());
}
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.querySelector('main').focus();
});
window.addEventListener('hashchange', () => {
  render();
  document.querySelector('main').focus();
});
await Promise.all([readLimits(), readTransformations(), resume()]);
onSession(render);
render();
