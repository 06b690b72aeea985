// Loads the built page when the module runs from source. In the package, `build/finish.js` replaces this file.
module.exports = require('../../../dist/portal/files.cjs');
