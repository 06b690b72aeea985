// For spec files that change packages and do not undo that. They evaluate their own copies of the packages that they need.
const Environment = require('./environment.js');

module.exports = class extends Environment {
  sharesPackages = false;
};
