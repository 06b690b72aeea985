import { describeExpress } from './suite.js';

jest.mock('express', () => jest.requireActual('express4'));

describeExpress('The router in an Express 4 app', true);
