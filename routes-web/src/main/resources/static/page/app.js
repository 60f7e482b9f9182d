// The page: its header, and whichever section is shown below.

import {accountView} from './account.js';
import {accountsView} from './accounts.js';
import {logOut, refreshSession, Refused, showMe} from './api.js';
import {ask, h} from './dom.js';
import {icon} from './icons.js';
import {jobView} from './job.js';
import {readLimits} from './limits.js';
import {confirmView, forgotView, resetView} from './mails.js';
import {operatorsView} from './operators.js';
import {ownAccountView, verificationHint} from './ownaccount.js';
import {listAddress, noteList, place} from './place.js';
import {cancelAll, unfinished} from './queue.js';
import {runbookView} from './runbooks.js';
import {isOperator, KEPT, mayResume, noResume, onSession, session, signedIn} from './session.js';
import {chooseLanguage, currentLanguage, LANGUAGES, t} from './texts.js';
import {readTransformations} from './transformations.js';
import {videoPage} from './videopage.js';
import {videosView} from './videos.js';
import {webhooksView} from './webhooks.js';

/** Ends what the section that is shown has begun: streams, timers. */
let leave = () => {};
/** The list of videos, which stays as it is while one of them is shown: {view, scrolled, video}. */
let list = null;

/** The sections of operators, each made of what follows its name in the address. */
const OF_OPERATORS = {accounts: accountsView, job: jobView, operations: operatorsView, runbook: runbookView};

function header() {
  const operations = operatorsSection() !== null;
  const webhooks = place().section === 'webhooks';
  const account = place().section === 'account';
  const choice = h('select', {id: 'language', 'aria-label': t('language'), onchange: (event) => {
    chooseLanguage(event.target.value);
    render();
    document.getElementById('language').focus();
  }}, ...Object.entries(LANGUAGES).map(([code, name]) =>
    h('option', {value: code, lang: code, selected: code === currentLanguage()}, name)));
  return [
    h('div', {class: 'bar'},
      h('a', {class: 'brand', href: listAddress()}, h('img', {src: '/page/icon.svg', alt: '', width: 28, height: 28}), 'Caravana'),
      session()
        ? h('nav', {'aria-label': t('sections')},
          link('videos', listAddress(), !operations && !webhooks && !account), link('webhooks', '#webhooks', webhooks),
          link('account', '#account', account),
          isOperator() ? link('operations', '#operations', operations) : null)
        : null,
      h('div', {class: 'me'},
        session() ? h('span', {class: 'email', title: session().email}, session().email) : null,
        choice,
        session() ? h('button', {type: 'button', class: 'plain', onclick: leaveAccount}, t('signOut')) : null)),
  ];
}

/** What makes the section that is shown, if it is one of operators, who alone see these; null for any other. */
const operatorsSection = () => (isOperator() && Object.hasOwn(OF_OPERATORS, place().section) ? OF_OPERATORS[place().section] : null);

function link(section, address, current) {
  return h('a', {href: address, 'aria-current': current ? 'page' : null}, t(section));
}

/** A new tab, or a browser that was started again, continues with the session. */
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
  leaveViews();
  await logOut();
}

/** @param {string} [notice] a key of texts.js: why somebody has to sign in again */
function render(notice) {
  leaveViews();
  show(notice);
}

/** What is shown asks for nothing any more. */
function leaveViews() {
  leave();
  leave = () => {};
  closeList();
}

function show(notice) {
  document.documentElement.lang = currentLanguage();
  document.querySelector('.skip').textContent = t('skip');
  document.querySelector('header').replaceChildren(...header());
  showOffline();
  const main = document.querySelector('main');
  const mailed = mailedView();
  if (mailed) {
    closeList();
    main.replaceChildren(mailed);
    document.title = `${mailed.querySelector('h1').textContent} · Caravana`;
    return;
  }
  if (!session()) {
    main.replaceChildren(accountView(notice));
    document.title = `${t('signIn')} · Caravana`;
    return;
  }
  const {section, id} = place();
  let title = t('videos');
  if (operatorsSection()) {
    closeList();
    const view = operatorsSection()(id);
    leave = view.leave;
    main.replaceChildren(view.element);
    scrollTo(0, 0);
    title = view.title ?? t('operations');
  } else if (section === 'account') {
    closeList();
    main.replaceChildren(ownAccountView());
    scrollTo(0, 0);
    title = t('account');
  } else if (section === 'webhooks') {
    closeList();
    const view = webhooksView(id);
    leave = view.leave;
    main.replaceChildren(view.element);
    scrollTo(0, 0);
    title = t('webhooks');
  } else if (section === 'video' && id) {
    if (list) {
      list.scrolled = scrollY;
      list.video = id;
    }
    const view = videoPage(id);
    leave = view.leave;
    main.replaceChildren(view.element);
    scrollTo(0, 0);
    title = view.title();
  } else {
    noteList(place().query.toString());
    const {scrolled, video} = list ??= {view: videosView(), scrolled: 0, video: null};
    main.replaceChildren(list.view.element);
    scrollTo(0, scrolled);
    if (video) {
      list.view.focus(video);
      list.video = null;
    }
  }
  const hint = verificationHint();
  if (hint) {
    main.prepend(hint);
  }
  document.title = `${title} · Caravana`;
}

/** What a mailed link leads to, whether or not somebody is signed in, and what asks for one; null for anything else. */
function mailedView() {
  const {section, id} = place();
  if (section === 'reset' && id) {
    return resetView(id);
  }
  if (section === 'confirm' && id) {
    return confirmView(id);
  }
  return section === 'forgot' && !session() ? forgotView() : null;
}

function closeList() {
  list?.view.leave();
  list = null;
}

/** Says that the network is lost, for as long as it is. */
function showOffline() {
  const sign = document.getElementById('offline');
  sign.hidden = navigator.onLine;
  sign.replaceChildren(...(navigator.onLine ? [] : [icon('offline'), t('offline')]));
}

// A file that is dropped beside its place must not take the page away.
for (const kind of ['dragover', 'drop']) {
  window.addEventListener(kind, (event) => event.preventDefault());
}
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.querySelector('main').focus();
});
window.addEventListener('hashchange', ({oldURL}) => {
  const {query} = place();
  // The address of the list was typed or followed, and asks for something else than it shows.
  if (location.hash !== listAddress() && place().section === 'videos' && (query.size > 0 || !new URL(oldURL).hash.startsWith('#video/'))) {
    closeList();
  }
  leave();
  leave = () => {};
  if (!document.getElementById('said').contains(document.activeElement)) {
    document.querySelector('main').focus();
  }
  show();
});
for (const kind of ['online', 'offline']) {
  window.addEventListener(kind, showOffline);
}
// Another tab has signed in.
window.addEventListener('storage', ({key, newValue}) => {
  if (key === KEPT && newValue !== null && !session()) {
    resume();
  }
});
await Promise.all([readLimits(), readTransformations(), resume()]);
onSession(render);
render();
