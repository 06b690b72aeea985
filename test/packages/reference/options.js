// docs/api/options.md: the options of forRoot, forRootAsync and createWebhooks.
const ts = require('typescript');
const { commentOf, declarationOf, readDeclarations } = require('./declarations.js');
const { linkedType, page, table } = require('./markdown.js');
const { linked } = require('./service.js');
const { Types } = require('./types.js');

const INTRODUCTION = `# Options reference

Generated from the types and comments of the code by \`npm run api:update\`. [The README](../../README.md#options) has a shorter list. Durations are in
milliseconds, sizes in bytes. If a name is unknown or a value is not allowed, the app does not start: an \`InvalidOptionError\` names the option.`;

const CLASSES = [
  {
    file: 'index.d.ts',
    name: 'WebhooksModuleOptions',
    heading: 'Values',
    text: 'Options of `WebhooksModule.forRoot`, of the object that the factory of `forRootAsync` returns, and of `createWebhooks`.',
  },
  {
    file: 'index.d.ts',
    name: 'WebhooksModuleStructure',
    heading: 'Structure',
    text: 'Options of `WebhooksModule.forRoot`, and options beside the factory in `forRootAsync`. They decide which providers and routes exist.',
  },
  {
    file: 'express/index.d.ts',
    name: 'WebhooksExpressOptions',
    heading: 'Plain Express',
    text: 'Further options of `createWebhooks`. It also takes those under Values.',
  },
];

/** Types that have a page of their own. */
const PAGES = { Capture: '../capture.md', Profile: '../platforms.md' };

/** @returns {{ text: string, problems: string[] }} `problems`: options without a comment, or whose comment names no default */
function optionsReference() {
  const declarations = readDeclarations(['index.d.ts', 'express/index.d.ts']);
  const problems = [];
  const types = new Types(declarations);
  const listed = CLASSES.map(({ file, name, heading, text }) => ({
    heading,
    text,
    options: optionsOf(declarations, declarations.exported(file, name), '', problems),
  }));
  for (const [name, link] of Object.entries(PAGES)) types.links.set(name, link);
  for (const { options } of listed)
    for (const { declaration, isGroup } of options)
      if (!isGroup) types.add(declaration, new Map(Object.entries(PAGES)));
  const prose = (text) => linked(text, types.links, new Map());
  const lines = [
    INTRODUCTION,
    '',
    ...listed.flatMap(({ heading, text, options }) => [
      `## ${heading}`,
      '',
      text,
      '',
      ...table(
        ['option', 'type', 'default', ''],
        options.map((each) => rowOf(each, types, prose)),
      ),
    ]),
    '## Types',
    '',
    ...types.describe(prose),
  ];
  return { text: page(lines), problems };
}

/** The options of a class. Each group is followed by its own options. */
function optionsOf(declarations, symbol, prefix, problems) {
  return declarations.membersOf(symbol).flatMap((member) => {
    const declaration = declarationOf(member);
    const path = `${prefix}${member.name}`;
    const [type] = declarations.typesNamedIn(declaration.type);
    const isGroup =
      type !== undefined && /^[A-Z]\w+Options$/.test(type.name) && ts.isClassDeclaration(declarationOf(type));
    const isRequired = (member.flags & ts.SymbolFlags.Optional) === 0;
    const own = commentOf(declaration).text;
    const text = own || (isGroup ? commentOf(declarationOf(type)).text : '');
    const standard = isRequired ? 'required' : isGroup ? '' : defaultIn(text);
    if (text === '') problems.push(`The option ${path} has no comment.`);
    if (standard === null) problems.push(`The comment of the option ${path} does not say its default.`);
    const option = {
      path,
      declaration,
      isGroup,
      text: standard === 'required' ? text : withoutDefault(text),
      standard,
    };
    return [option, ...(isGroup ? optionsOf(declarations, type, `${path}.`, problems) : [])];
  });
}

const DEFAULT = /(?:^|\s)Default:? ([^]*?)\.(?=\s|$)/;

/** The text after "Default" in a comment, or `null` if the comment names no default. */
function defaultIn(text) {
  const [, standard] = DEFAULT.exec(text) ?? [];
  return standard ?? null;
}

function withoutDefault(text) {
  return text.replace(DEFAULT, '').trim();
}

function rowOf({ path, declaration, isGroup, text, standard }, types, prose) {
  const type = isGroup ? 'a group' : linkedType(declaration.type.getText(), types.links);
  return [`\`${path}\``, type, prose(standard ?? ''), prose(text)];
}

module.exports = { optionsReference };
