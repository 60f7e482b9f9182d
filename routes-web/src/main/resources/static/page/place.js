// Where somebody is on the page: the part of the address behind its `#`.

/**
 * @returns {{section: string, id: string|null, query: URLSearchParams}} such as `#videos?q=beach`, `#video/<id>` and
 *     `#operations`
 */
export function place() {
  const [path, query = ''] = location.hash.slice(1).split('?');
  const [section, id = null] = path.split('/');
  return {section: section || 'videos', id, query: new URLSearchParams(query)};
}

/** The address of a video, within this page. */
export const ofVideo = (id) => `#video/${id}`;

/** Where the list was left: its search, filter and order. */
let list = '#videos';

/** Notes what the list shows, so that a reload, a log-in and a way back lead there again. */
export function noteList(query) {
  list = query ? `#videos?${query}` : '#videos';
  if (place().section === 'videos' && location.hash !== list && (location.hash || query)) {
    history.replaceState(null, '', list);
  }
}

export const listAddress = () => list;
