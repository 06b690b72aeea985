// Jest runs this file before each spec file. This file checks that the OpenAPI document describes what the routes accept
// and return.
import type { Exchange } from './exchange.js';
import { problems } from './problems.js';

// A factory, so that specs that mount no routes load nothing.
jest.mock('../../../libs/webhooks/src/module/routes/mount-controller.js', () => {
  type Mounting = typeof import('../../../libs/webhooks/src/module/routes/mount-controller.js');
  const actual = jest.requireActual<Mounting>('../../../libs/webhooks/src/module/routes/mount-controller.js');
  const { observe } = jest.requireActual<typeof import('./observe.js')>('./observe.js');
  const check = (exchange: Exchange): void => {
    // Loaded here, because described.js needs the document, and the document needs the mocked module.
    const { problemsOf } = jest.requireActual<typeof import('./described.js')>('./described.js');
    try {
      problems.push(...problemsOf(exchange));
    } catch (error) {
      problems.push(String(error)); // The response is sent unchanged.
    }
  };
  return {
    ...actual,
    mountController: (...input: Parameters<Mounting['mountController']>) =>
      observe(actual.mountController(...input), check),
  };
});

afterEach(() => {
  const found = [...new Set(problems.splice(0))];
  if (found.length === 0) return;
  throw new Error(`The OpenAPI document does not describe what happened:\n${found.join('\n')}`);
});
