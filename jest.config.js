// Nest 12 consists of ES modules, which Jest can require() only on Node 24.9 or later.
// So ESM-only packages are compiled to CommonJS along with our sources, which works on every version of Node.
const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
  },
];

module.exports = {
  roots: ['<rootDir>/libs', '<rootDir>/sample-app', '<rootDir>/test'],
  testRegex: '[.-]spec\\.ts$',
  // These folders are apps with their own tests and dependencies.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/test/packages/(hosts|templates)/'],
  modulePathIgnorePatterns: ['/dist/', '/test/packages/(hosts|templates)/'],
  transform: { '\\.[jt]s$': swc },
  transformIgnorePatterns: ['/node_modules/(?!(@nestjs|jose|nodemailer|fast-check|pure-rand)/)'],
  moduleNameMapper: {
    '^nestjs-sms-webhooks$': '<rootDir>/libs/webhooks/src/index.ts',
    '^nestjs-sms-webhooks/testing$': '<rootDir>/libs/webhooks/src/testing/index.ts',
    '^nestjs-sms-webhooks/profiles$': '<rootDir>/libs/webhooks/src/profiles/index.ts',
    '^nestjs-sms-webhooks/schema$': '<rootDir>/libs/webhooks/src/store/schema/index.ts',
    '^nestjs-sms-webhooks/openapi$': '<rootDir>/libs/webhooks/src/openapi/index.ts',
    '^nestjs-sms-webhooks/express$': '<rootDir>/libs/webhooks/src/express/index.ts',
    '^nestjs-sms-webhooks/opentelemetry$': '<rootDir>/libs/webhooks/src/opentelemetry/index.ts',
    '^nestjs-sms-webhooks/prometheus$': '<rootDir>/libs/webhooks/src/prometheus/index.ts',
    '^nestjs-sms-webhooks/terminus$': '<rootDir>/libs/webhooks/src/terminus/index.ts',
    '^nestjs-sms-webhooks/alerts/nodemailer$': '<rootDir>/libs/webhooks/src/alerts/channels/nodemailer.ts',
    '^nestjs-sms-webhooks-receiver$': '<rootDir>/libs/receiver/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'],
  },
  testEnvironment: '<rootDir>/test/support/runner/environment.js',
  runtime: '<rootDir>/test/support/runner/runtime.js',
  setupFilesAfterEnv: ['<rootDir>/test/support/openapi/check-answers.ts'],
  globalSetup: '<rootDir>/test/support/set-up.js',
  globalTeardown: '<rootDir>/test/support/stop-postgres.js',
  reporters: ['default', '<rootDir>/test/support/count-reporter.js'],
  // Tests wait for databases, servers and timers, so three processes keep two cores busy.
  maxWorkers: 3,
  // Long enough for real databases and servers on a busy machine. A test that takes longer probably hangs.
  testTimeout: 120_000,
};
