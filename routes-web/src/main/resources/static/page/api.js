// The public API, as any client would use it.

import {session, signOut} from './session.js';

/** A refusal: a problem document of the API, or no answer at all (status 0). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? '');
    this.status = status;
    this.code = problem.code ?? '';
  }
}

export function authorization() {
  return session() ? {Authorization: `Bearer ${session().token}`} : {};
}

/**
 * @param {string} path below /api
 * @returns {Promise<Response>} an answer of status 2xx or 304
 * @throws {Refused} for every other answer, and for none
 */
export async function request(path, {method = 'GET', json, headers = {}, signal, open = false, cache = 'no-store'} = {}) {
  const head = {...(open ? {} : authorization()), ...headers};
  if (json !== undefined) {
    head['Content-Type'] = 'application/json';
  }
  let answer;
  try {
    answer = await fetch(`/api${path}`, {
      method,
      headers: head,
      body: json === undefined ? undefined : JSON.stringify(json),
      signal,
      cache,
      credentials: 'omit',
    });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Refused(0, {code: 'no_answer'});
  }
  if (answer.ok || answer.status === 304) {
    return answer;
  }
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401 && !open) {
    signOut('sessionOver');
  }
  throw new Refused(answer.status, problem);
}

export async function call(path, options) {
  return (await request(path, options)).json();
}

export const signUp = (form) => call('/auth/signup', {method: 'POST', json: form, open: true});
export const logIn = (email, password) => call('/auth/login', {method: 'POST', json: {email, password}, open: true});
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
export const processVideo = (id) => call(`/videos/${id}/process`, {method: 'POST'});
export const cancelVideo = (id) => call(`/videos/${id}/cancel`, {method: 'POST'});
export const renameVideo = (id, title) => call(`/videos/${id}`, {method: 'PATCH', json: {title}});
export const restoreVideo = (id) => call(`/videos/${id}/restore`, {method: 'POST'});
export const deleteVideo = (id) => call(`/videos/${id}`, {method: 'DELETE'});

/** @returns {Promise<Object[]>} the deployment's presets, the default one first, and the account's own */
export const listPresets = async () => (await call('/presets')).presets;
export const savePreset = (name, transformaciones) => call(`/presets/${name}`, {method: 'PUT', json: {transformaciones}});
export const deletePreset = (name) => request(`/presets/${name}`, {method: 'DELETE'});

/**
 * Uploads a file as a form. XMLHttpRequest, since fetch does not tell how far an upload is.
 *
 * @param {Array|null} transformations null for the default set
 * @param {(fraction: number) => void} told
 * @returns {{done: Promise<string>, stop: () => void}} the video's id; it fails with Refused, or with null when stopped
 */
export function upload(file, title, transformations, key, told) {
  const call = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    call.upload.onprogress = ({loaded, total}) => told(total ? loaded / total : 0);
    call.onload = () => {
      let body = {};
      try {
        body = JSON.parse(call.responseText);
      } catch {
        // An answer of something in between.
      }
      if (call.status === 201) {
        resolve(body.video_id);
      } else {
        if (call.status === 401) {
          signOut('sessionOver');
        }
        reject(new Refused(call.status, body));
      }
    };
    call.onerror = () => reject(new Refused(0, {code: 'no_answer'}));
    call.onabort = () => reject(null);
  });
  const form = new FormData();
  // The title and what is asked for first, so that the server can refuse before it has read the file.
  form.append('title', title);
  if (transformations) {
    form.append('transformaciones', JSON.stringify(transformations));
  }
  form.append('video_file', file);
  call.open('POST', '/api/videos/upload');
  for (const [name, value] of Object.entries(authorization())) {
    call.setRequestHeader(name, value);
  }
  call.setRequestHeader('Idempotency-Key', key);
  call.send(form);
  return {done, stop: () => call.abort()};
}
