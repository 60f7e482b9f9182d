// The public API, as any client would use it.

import {isDue, renewed, session, signOut} from './session.js';

/** A refusal: a problem document of the API, or no answer at all (status 0). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? '');
    this.status = status;
    this.code = problem.code ?? '';
    /** What the page's own refusals name in their sentence. */
    this.values = problem.values ?? null;
    /** With the code accounts_elsewhere, the outside issuer that manages the accounts. */
    this.issuer = problem.issuer ?? null;
  }
}

export function authorization() {
  return session() ? {Authorization: `Bearer ${session().token}`} : {};
}

/**
 * Calls the API. A token that ends soon is renewed first, and one that is refused is renewed once.
 *
 * @param {string} path below /api
 * @returns {Promise<Response>} an answer of status 2xx or 304
 * @throws {Refused} for every other answer, and for none
 */
export async function request(path, options = {}) {
  if (options.open) {
    return send(path, options);
  }
  if (isDue()) {
    // As long as the old one counts, a renewal that fails stops nothing.
    await renew().catch((refused) => refused);
  }
  const {token} = session() ?? {};
  try {
    return await send(path, options);
  } catch (refused) {
    if (refused.status !== 401) {
      throw refused;
    }
    if (session()?.outside) {
      // Only its issuer has another one.
      signOut('tokenOver');
      throw refused;
    }
  }
  try {
    // Another call may have renewed it meanwhile.
    if (session()?.token === token) {
      await renew();
    }
    return await send(path, options);
  } catch (refused) {
    // A server that does not answer ends no session.
    if (refused.status === 401 || refused.code === 'origin_not_allowed') {
      signOut('sessionOver');
    }
    throw refused;
  }
}

/** Ends the calls of the session that is on this page. */
let sessionCalls = new AbortController();

async function send(path, {method = 'GET', json, body, headers = {}, signal, open = false, cache = 'no-store', credentials = 'omit'}) {
  const head = {...(open ? {} : authorization()), ...headers};
  if (json !== undefined) {
    head['Content-Type'] = 'application/json';
  }
  const leaving = open ? null : sessionCalls.signal;
  let answer;
  try {
    answer = await fetch(`/api${path}`, {
      method,
      headers: head,
      body: json === undefined ? body : JSON.stringify(json),
      signal: signal && leaving ? AbortSignal.any([signal, leaving]) : signal ?? leaving,
      cache,
      credentials,
    });
  } catch (failure) {
    if (leaving?.aborted) {
      // What asked has left the page, and waits for nothing.
      return new Promise(() => {});
    }
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Refused(0, {code: 'no_answer'});
  }
  if (answer.ok || answer.status === 304) {
    return answer;
  }
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

export async function call(path, options) {
  return (await request(path, options)).json();
}

/** The session's cookie comes and goes with the calls that have this. */
const WITH_COOKIE = {method: 'POST', open: true, credentials: 'same-origin'};

/** Mails are in the language of the page, whichever the browser prefers. */
const inLanguage = () => ({'Accept-Language': document.documentElement.lang});

export const signUp = (form) => call('/auth/signup', {method: 'POST', json: form, open: true, headers: inLanguage()});
export const requestPasswordReset = (email) =>
  call('/auth/password-reset', {method: 'POST', json: {email}, open: true, headers: inLanguage()});
export const resetPassword = (form) => request('/auth/password-reset/confirm', {method: 'POST', json: form, open: true});
export const confirmEmail = (token) => call('/auth/confirm-email', {method: 'POST', json: {token}, open: true});
export const requestVerification = () => call('/me/email/verification', {method: 'POST', headers: inLanguage()});
export const changeEmail = (email, password) =>
  call('/me/email', {method: 'PUT', json: {email, password}, headers: inLanguage()});
export const logIn = (email, password) => call('/auth/login', {...WITH_COOKIE, json: {email, password}});

/** Ends the session here and on the server; calls that are on their way with its token end first, or they would be refused. */
export async function logOut() {
  sessionCalls.abort();
  await request('/auth/logout', WITH_COOKIE).catch(() => {});
  signOut();
  // Not before: a call that the page begins meanwhile would be refused, too.
  sessionCalls = new AbortController();
}

/** Milliseconds for which the page waits for a new token. */
const PATIENCE = 10_000;
let refreshing = null;

/**
 * Asks for a new token of the session that the browser has; callers at the same time share it.
 *
 * @returns {Promise<Object>} as a log-in answers
 * @throws {Refused} of status 401 when there is no session any more
 */
export function refreshSession() {
  refreshing ??= call('/auth/refresh', {...WITH_COOKIE, signal: AbortSignal.timeout(PATIENCE)}).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

const renew = async () => renewed(await refreshSession());

export const showMe = (token) => call('/me', {headers: {Authorization: `Bearer ${token}`}, open: true});

/**
 * @param {string} path of a page of the list
 * @returns {Promise<{videos: Object[], next: string|null, total: number|null}>} the page, the path of the next one, and how
 *     many videos all pages have together, if the path asks for it
 */
export async function listVideos(path) {
  const answer = await request(path);
  const link = /<\/api([^>]+)>;\s*rel="next"/.exec(answer.headers.get('Link') ?? '');
  const total = answer.headers.get('X-Total-Count');
  return {videos: await answer.json(), next: link ? link[1] : null, total: total === null ? null : Number(total)};
}

/** @returns {Promise<number>} how many videos a list has with these parameters */
export const countVideos = async (filter) => (await listVideos(`/videos?limit=1&count=true&${filter}`)).total;

export const showVideo = (id) => call(`/videos/${id}`);
export const retryVideo = (id) => call(`/videos/${id}/retry`, {method: 'POST'});
/** @param {Array} [transformaciones] other ones than the last time */
export const processVideo = (id, transformaciones) =>
  call(`/videos/${id}/process`, {method: 'POST', json: transformaciones && {transformaciones}});
export const cancelVideo = (id) => call(`/videos/${id}/cancel`, {method: 'POST'});
export const renameVideo = (id, title) => call(`/videos/${id}`, {method: 'PATCH', json: {title}});
export const restoreVideo = (id) => call(`/videos/${id}/restore`, {method: 'POST'});
export const deleteVideo = (id) => call(`/videos/${id}`, {method: 'DELETE'});

/** @returns {Promise<Object[]>} the deployment's presets, the default one first, and the account's own */
export const listPresets = async () => (await call('/presets')).presets;
export const savePreset = (name, transformaciones) => call(`/presets/${name}`, {method: 'PUT', json: {transformaciones}});
export const deletePreset = (name) => request(`/presets/${name}`, {method: 'DELETE'});

/** @returns {Promise<Object[]>} the account's assets, the oldest first */
export const listAssets = async () => (await call('/assets')).assets;
export const sendAsset = (name, type, file) =>
  call(`/assets?name=${encodeURIComponent(name)}`, {method: 'POST', headers: {'Content-Type': type}, body: file});
export const deleteAsset = (id) => request(`/assets/${id}`, {method: 'DELETE'});

/** @returns {Promise<{keys: Object[], limit: number}>} the account's API keys, the oldest first, and how many it may have */
export const listKeys = () => call('/keys');
/** @returns {Promise<Object>} the key, with its text as `key`: no later call has it */
export const createKey = (wanted) => call('/keys', {method: 'POST', json: wanted});
export const deleteKey = (id) => request(`/keys/${id}`, {method: 'DELETE'});
