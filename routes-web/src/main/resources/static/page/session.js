// Who is signed in. The token lives in this tab's session storage, so it ends with the tab, and goes into one header. The
// session's cookie outlives it, and gives another one.

const KEY = 'caravana.session';
/** Whether this browser has a session's cookie, which no script sees. */
export const KEPT = 'caravana.session.kept';
/** Milliseconds before its end at which a token is renewed, but never before three quarters of its life. */
const BEFORE_END = 5 * 60_000;

let current = read();
const listeners = new Set();

function read() {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY));
    // One of an earlier version of this page lacks something.
    return session && session.until > Date.now() && session.due && session.roles ? session : null;
  } catch {
    return null;
  }
}

/**
 * @returns {{token: string, email: string, verified: boolean, roles: string[], until: number, outside: boolean}|null} `outside` for a token
 *     of an outside issuer
 */
export function session() {
  return current;
}

/** For how long a token of an outside issuer is tried, in seconds; the server knows when it ends. */
const OUTSIDE = 86_400;

/**
 * @param {Object} issued the answer to the log-in; without `expires_in`, the token is one of an outside issuer
 * @param {Object} me the answer of /me: the token is for the server, and nothing here looks into it
 */
export function signedIn({access_token: token, expires_in: seconds}, {id, email, verified_at: verified, roles}) {
  const outside = seconds === undefined;
  // An outside issuer may not name an address; the account has an id all the same.
  current = {token, email: email ?? id, verified: outside || verified !== null, roles, outside, ...times(seconds ?? OUTSIDE)};
  sessionStorage.setItem(KEY, JSON.stringify(current));
  if (!outside) {
    localStorage.setItem(KEPT, 'yes');
  }
  listeners.forEach((listener) => listener());
}

/** @param {Object} me the answer of /me, whose address is another one by now, or confirmed */
export function named({email, verified_at: verified}) {
  keep({email: email ?? current.email, verified: current.outside || verified !== null});
}

/** Whether nothing is to be said of the account's address. */
export const isVerified = () => current.verified !== false;

/** No link can be mailed here. */
export const verifiedElsewhere = () => keep({verified: true});

function keep(changes) {
  current = {...current, ...changes};
  sessionStorage.setItem(KEY, JSON.stringify(current));
}

/** When a token of so many seconds ends, and when it is renewed. */
function times(seconds) {
  const life = seconds * 1000;
  return {until: Date.now() + life, due: Date.now() + life - Math.min(BEFORE_END, life / 4)};
}

/** @returns {boolean} whether the token ends soon, or has ended */
export function isDue() {
  return current !== null && !current.outside && current.due < Date.now();
}

/** Whether a session may continue that another tab, or an earlier visit, has begun. */
export function mayResume() {
  return current === null && localStorage.getItem(KEPT) !== null;
}

export function noResume() {
  localStorage.removeItem(KEPT);
}

/** @param {Object} issued a new token for the session that there is */
export function renewed({access_token: token, expires_in: seconds}) {
  if (current) {
    keep({token, ...times(seconds)});
  }
}

/** @param {string} [why] a key of texts.js, shown where people sign in again */
export function signOut(why) {
  if (current) {
    current = null;
    sessionStorage.removeItem(KEY);
    noResume();
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
