// For spec files that change packages for good: they evaluate those that they need themselves.
const Environment = require('./environment.js');

module.exports = class extends Environment {
  sharesPackages = false;
};
