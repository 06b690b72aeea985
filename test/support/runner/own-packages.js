// For spec files that change packages and do not undo the changes. Such a file evaluates its own copies of the packages.
const Environment = require('./environment.js');

module.exports = class extends Environment {
  sharesPackages = false;
};
