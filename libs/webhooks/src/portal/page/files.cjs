// The built page, for runs from source. `build/finish.js` writes what the package has in this file's place.
module.exports = require('../../../dist/portal/files.cjs');
