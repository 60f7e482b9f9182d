// Uploads in pieces, by tus 1.0.0: what has arrived counts, whatever ends a request.

import {authorization, call, Refused, request} from './api.js';

const VERSION = {'Tus-Resumable': '1.0.0'};
/** Milliseconds without a byte that leaves, after which a connection counts as lost. */
const SILENCE = 30_000;

/**
 * Creates an upload. The server refuses here what it can tell by name, type and size, before a byte of the file is sent.
 *
 * @param {{file: File, title: string, asked: Array|null, key: string}} upload `asked` is null for the default set of
 *     transformations; a creation that is repeated with the same `key` leads to the same upload
 * @returns {Promise<string>} the upload's id, and later the video's
 */
export async function createUpload({file, title, asked, key}) {
  const metadata = Object.entries({filename: file.name, filetype: file.type, title: title.trim(), transformaciones: asked && JSON.stringify(asked)})
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(',');
  const upload = await call('/uploads', {
    method: 'POST',
    headers: {...VERSION, 'Upload-Length': file.size, 'Upload-Metadata': metadata, 'Idempotency-Key': key},
  });
  return upload.video_id;
}

/** Of a text in UTF-8. */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** @returns {Promise<number>} how many bytes have arrived; by GET, since a refusal of HEAD says no reason */
export async function uploadOffset(id) {
  const answer = await request(`/uploads/${id}`, {headers: VERSION});
  return Number(answer.headers.get('Upload-Offset'));
}

export const cancelUpload = (id) => request(`/uploads/${id}`, {method: 'DELETE', headers: VERSION});

/**
 * Sends a file from an offset to its end. XMLHttpRequest, since fetch does not report how far an upload is.
 *
 * @param {(bytes: number) => void} told how many bytes of the file have been sent
 * @returns {{done: Promise<void>, stop: () => void}} it fails with Refused, of status 0 when it was stopped or cut off
 */
export function sendRest(id, file, offset, told) {
  const sending = new XMLHttpRequest();
  const rest = file.slice(offset);
  let watchdog = setTimeout(() => sending.abort(), SILENCE);
  const done = new Promise((resolve, reject) => {
    sending.upload.onprogress = ({loaded}) => {
      clearTimeout(watchdog);
      if (loaded < rest.size) {
        watchdog = setTimeout(() => sending.abort(), SILENCE);
      }
      told(offset + loaded);
    };
    sending.onload = () => (sending.status === 204 ? resolve() : reject(new Refused(sending.status, problem(sending.responseText))));
    sending.onerror = () => reject(new Refused(0, {code: 'no_answer'}));
    sending.onabort = sending.onerror;
    sending.onloadend = () => clearTimeout(watchdog);
  });
  sending.open('PATCH', `/api/uploads/${id}`);
  const headers = {...authorization(), ...VERSION, 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream'};
  for (const [name, value] of Object.entries(headers)) {
    sending.setRequestHeader(name, value);
  }
  sending.send(rest);
  return {done, stop: () => sending.abort()};
}

function problem(text) {
  try {
    return JSON.parse(text);
  } catch {
    // An answer of something in between.
    return {};
  }
}
