// Who is signed in. The token lives in this tab's session storage, so it ends with the tab, and goes into one header.

const KEY = 'caravana.session';

let current = read();
const listeners = new Set();

function read() {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY));
    // One of an earlier version of this page has no roles.
    return session && session.until > Date.now() && session.roles ? session : null;
  } catch {
    return null;
  }
}

/** @returns {{token: string, email: string, roles: string[], until: number}|null} */
export function session() {
  return current;
}

/**
 * @param {Object} issued the answer to the log-in
 * @param {Object} me the answer of /me: the token is for the server, and nothing here looks into it
 */
export function signedIn({access_token: token, expires_in: seconds}, {email, roles}) {
  current = {token, email, roles, until: Date.now() + seconds * 1000};
  sessionStorage.setItem(KEY, JSON.stringify(current));
  listeners.forEach((listener) => listener());
}

/** @param {string} [why] a key of texts.js, shown where people sign in again */
export function signOut(why) {
  if (current) {
    current = null;
    sessionStorage.removeItem(KEY);
    listeners.forEach((listener) => listener(why));
  }
}

export function onSession(listener) {
  listeners.add(listener);
}

/** The server decides anyway; this only spares others a section that would be refused. */
export function isOperator() {
  return current !== null && current.roles.includes('operator');
}
