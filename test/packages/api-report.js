// Compares the public declarations of both packages with the reports in docs/api. Fails if a name or its type changed, or
// if a public signature names a type that no entry point exports. `--update` writes the reports. Needs a build.
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, relative } = require('node:path');
const { CompilerState, Extractor, ExtractorConfig } = require('@microsoft/api-extractor');

const ROOT = join(__dirname, '../..');
const REPORTS = join(ROOT, 'docs/api');
const shouldUpdate = process.argv.includes('--update');

/** Types that a host uses only as parts of other public types. The reports show them without `export`. */
const NOT_EXPORTED = [
  /^ConfigurableModuleClass$/, // Nest's base class of WebhooksModule
  /^[A-Z_]+$/, // the members of a union type, such as DELIVERY_STATES
  /^Known$/, // the default of a type parameter
  /^WorkerOptions_2$/, // the module's WorkerOptions, renamed because Node's types have this name, too
];

function configOf(folder, file, reportName, temporary) {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: file,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2022',
            strict: true,
            types: ['node'],
            skipLibCheck: true,
          },
          files: [file],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: reportName,
        reportFolder: REPORTS,
        reportTempFolder: temporary,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning' },
        },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
}

/**
 * Reports on one entry point.
 *
 * @param {import('@microsoft/api-extractor').ExtractorConfig} config
 * @param {import('@microsoft/api-extractor').CompilerState} compilerState
 * @returns the types that it names without exporting them, and the names that it exports
 */
function report(config, compilerState) {
  const named = [];
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: shouldUpdate,
    printApiReportDiff: true,
    messageCallback(message) {
      message.handled = true;
      if (message.messageId === 'console-api-report-diff') console.error(message.text);
      if (message.messageId === 'ae-forgotten-export') named.push(/"(\w+)"/.exec(message.text)[1]);
    },
  });
  const { reportFilePath, reportTempFilePath } = config;
  if (apiReportChanged && !shouldUpdate) {
    fail(
      `${relative(ROOT, reportFilePath)} does not match the build. If you intended the change, run "npm run api:update" and commit the file.`,
    );
  }
  const text = readFileSync(reportTempFilePath, 'utf8');
  const exported = [
    ...text.matchAll(/^export (?:abstract )?(?:class|interface|type|const|function) (\w+)/gm),
  ];
  return { named, exported: exported.map(([, name]) => name) };
}

function fail(problem) {
  console.error(problem);
  process.exitCode = 1;
}

function checkPackage(folder, temporary) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const subpaths = Object.keys(exports).filter((subpath) => typeof exports[subpath] === 'object');
  const files = subpaths.map((subpath) => join(folder, exports[subpath].require.types));
  const missing = files.find((file) => !existsSync(file));
  if (missing) throw new Error(`${missing} does not exist. Run "npm run build" first.`);
  const configs = subpaths.map((subpath, index) => {
    const reportName = [name, ...subpath.split('/').slice(1)].join('-');
    return configOf(folder, files[index], reportName, temporary);
  });
  const compilerState = CompilerState.create(configs[0], { additionalEntryPoints: files });
  const reports = configs.map((config) => report(config, compilerState));
  const exported = new Set(reports.flatMap((each) => each.exported));
  for (const [index, { named }] of reports.entries()) {
    const unknown = named.filter(
      (type) => !exported.has(type) && !NOT_EXPORTED.some((each) => each.test(type)),
    );
    if (unknown.length === 0) continue;
    fail(`${join(name, subpaths[index])} names types that no entry point exports: ${unknown.join(', ')}.`);
  }
}

const temporary = mkdtempSync(join(tmpdir(), 'api-report-'));
try {
  for (const library of ['webhooks', 'receiver']) checkPackage(join(ROOT, 'libs', library), temporary);
} finally {
  rmSync(temporary, { recursive: true });
}
