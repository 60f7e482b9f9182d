// Uploads that outlive the page: what they are (local storage, which every tab reads at once), and copies of their files
// (IndexedDB), as far as the browser has room for these.

const PREFIX = 'caravana.upload.';
const BASE = 'caravana';
const FILES = 'files';
/** Milliseconds after which a server has nothing of an upload any more, by its own default. */
const LONGEST = 7 * 24 * 3_600_000;

/** @param {{key: string, account: string, at: number}} record what an upload is, without its file */
export function keep(record) {
  localStorage.setItem(PREFIX + record.key, JSON.stringify(record));
}

/** @returns {Object|null} the record of an upload; null when it has ended */
export function keptRecord(key) {
  return JSON.parse(localStorage.getItem(PREFIX + key));
}

/** @returns {Object[]} the records of an account, oldest first; those of anybody that are too old go */
export function keptRecords(account) {
  const records = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))
    .map((name) => JSON.parse(localStorage.getItem(name)));
  records.filter(({at}) => at < Date.now() - LONGEST).forEach(({key}) => forgetKept(key));
  return records.filter((record) => record.account === account && record.at >= Date.now() - LONGEST).sort((a, b) => a.at - b.at);
}

export function forgetKept(key) {
  localStorage.removeItem(PREFIX + key);
  files('readwrite', (store) => store.delete(key)).catch(() => {});
}

/** Copies a file. A browser that has no room for it, or keeps nothing, asks for the file again. */
export const keepFile = (key, file) => files('readwrite', (store) => store.put(file, key)).catch(() => {});

/** @returns {Promise<File|null>} null when the browser has not kept it */
export const keptFile = (key) => files('readonly', (store) => store.get(key)).then((file) => file ?? null, () => null);

async function files(mode, work) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(FILES, mode);
      const asked = work(transaction.objectStore(FILES));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(BASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(FILES);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}
