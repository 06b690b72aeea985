/** The state that spec files change in shared packages: where Nest's logger writes, and the methods of `pg`'s client. */
module.exports = class PackageState {
  constructor() {
    // A `require` at the top of this file would load other copies than those that spec files get.
    this.Logger = require('@nestjs/common').Logger;
    this.Client = require('pg').Client;
    this.statics = { ...this.Logger };
    this.options = { ...this.Logger.staticInstanceRef.options };
    this.methods = Object.getOwnPropertyDescriptors(this.Client.prototype);
  }

  /** Restores the state that the constructor saved. */
  restore() {
    Object.assign(this.Logger, this.statics);
    this.Logger.staticInstanceRef.options = this.options;
    Object.defineProperties(this.Client.prototype, this.methods);
  }
};
