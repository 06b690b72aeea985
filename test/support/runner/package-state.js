/** What spec files change of the packages that they share: where Nest's logger writes, and the methods of `pg`'s client. */
module.exports = class PackageState {
  constructor() {
    // Not when this file is loaded: Jest would compile the packages, to other modules than those that spec files get.
    this.Logger = require('@nestjs/common').Logger;
    this.Client = require('pg').Client;
    this.statics = { ...this.Logger };
    this.options = { ...this.Logger.staticInstanceRef.options };
    this.methods = Object.getOwnPropertyDescriptors(this.Client.prototype);
  }

  /** Undoes what has changed since. */
  restore() {
    Object.assign(this.Logger, this.statics);
    this.Logger.staticInstanceRef.options = this.options;
    Object.defineProperties(this.Client.prototype, this.methods);
  }
};
