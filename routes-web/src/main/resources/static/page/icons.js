// The page's drawings: lines on a field of 24 by 24, in the colour of the text around them.

const PATHS = {
  alert: ['M12 3.5 2.8 19.5h18.4z', 'M12 9.5v5', 'M12 17v.1'],
  back: ['M19 12H5', 'm11 6-6 6 6 6'],
  clock: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7.5V12l3 2'],
  close: ['m6 6 12 12', 'M18 6 6 18'],
  film: ['M4 5h16v14H4z', 'M8 5v14', 'M16 5v14', 'M4 9.7h4', 'M4 14.3h4', 'M16 9.7h4', 'M16 14.3h4'],
  grid: ['M4 4h6.5v6.5H4z', 'M13.5 4H20v6.5h-6.5z', 'M4 13.5h6.5V20H4z', 'M13.5 13.5H20V20h-6.5z'],
  list: ['M4 6.5h16', 'M4 12h16', 'M4 17.5h16'],
  more: ['M5.5 12h.1', 'M12 12h.1', 'M18.5 12h.1'],
  offline: ['M4 4l16 16', 'M8.5 15a5 5 0 0 1 6.2-.7', 'M5 11.4a10 10 0 0 1 4-2.3', 'M13.5 8.8A10 10 0 0 1 19 11.4', 'M12 18.5v.1'],
  stop: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M9 9h6v6H9z'],
  upload: ['M12 16V4.5', 'm7 9 5-5 5 5', 'M4.5 16v3.5h15V16'],
};

/** A drawing: as h of dom.js, of SVG. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

/** @param {string} name one of {@link PATHS}; people who do not see it read the words beside it */
export function icon(name) {
  return svg('svg', {class: `icon i-${name}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false'},
    ...PATHS[name].map((d) => svg('path', {d})));
}
