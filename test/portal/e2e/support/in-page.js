// Functions that run inside the page. Each is plain browser JavaScript, and must not use anything outside itself.

/** For `locator.evaluate`: `null` if the element has the focus, otherwise a name of the focused element. @returns {string | null} */
exports.focusElsewhere = (element) => {
  const focused = document.activeElement;
  if (focused === element) return null;
  const name = focused.getAttribute('aria-label') ?? focused.textContent.trim().slice(0, 60);
  return `${focused.tagName} ${name}`;
};

/** If the page scrolls sideways: its width, and the first five elements that are too wide, one line each. @returns {string[]} */
exports.sidewaysScrollers = () => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 1,
  );
  return [
    `${scrollWidth} px in ${clientWidth}`,
    ...wide.slice(0, 5).map(({ tagName, className }) => `${tagName}.${className}`),
  ];
};

/** Calls `reportFault`, which the test has exposed, for each violation of the page's policy. */
exports.reportViolations = () => {
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    window.reportFault(`policy: ${violatedDirective} ${blockedURI}`),
  );
};

/** Makes the page believe that its tab is hidden, or visible again. */
exports.setVisibility = (state) => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
};

/** Changes the session token in the address before the page reads it. */
exports.spoilToken = () => {
  const [, token] = /^#session=(.+)$/.exec(location.hash) ?? [];
  if (!token) return;
  const place = token.length - 10; // within the signature
  const other = token[place] === 'A' ? 'B' : 'A';
  history.replaceState(null, '', `#session=${token.slice(0, place)}${other}${token.slice(place + 1)}`);
};

/** Waits for three frames, because drawing may start requests, and then until nothing is loading. @returns {Promise<void>} */
exports.drawn = async () => {
  const isLoading = () => document.querySelector('.skeleton, [aria-busy="true"]') !== null;
  for (let frame = 0; frame < 3 || isLoading(); frame++)
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
};
