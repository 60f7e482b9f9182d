// Who is signed in. The token lives in this tab's session storage, so it ends with the tab, and goes into one header.

const KEY = 'caravana.session';

let current = read();
const listeners = new Set();

function read() {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY));
    return session && session.until > Date.now() ? session : null;
  } catch {
    return null;
  }
}

/** @returns {{token: string, email: string, until: number}|null} */
export function session() {
  return current;
}

export function signedIn(email, {access_token: token, expires_in: seconds}) {
  current = {token, email, until: Date.now() + seconds * 1000};
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

/** Whether the token says so. The server decides anyway; this only spares others a tab that would be refused. */
export function isOperator() {
  if (!current) {
    return false;
  }
  try {
    const claims = JSON.parse(atob(current.token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return Array.isArray(claims.roles) && claims.roles.includes('operator');
  } catch {
    return false;
  }
}
