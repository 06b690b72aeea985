const config = require('../../jest.config.js');

// `npm run test:faults`: the long scenarios and the short ones, one file after the other, because they measure times.
module.exports = {
  ...config,
  rootDir: '../..',
  roots: ['<rootDir>/test/faults'],
  testRegex: '([.-]spec|\\.faults)\\.ts$',
  maxWorkers: 1,
  testTimeout: 240_000,
};
