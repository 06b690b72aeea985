// docs/api/service.md: what WebhooksService offers, member by member.
const ts = require('typescript');
const { commentOf, declarationOf, readDeclarations } = require('./declarations.js');
const { anchorOf, linkedType, page, table } = require('./markdown.js');
const { Types } = require('./types.js');

const INTRODUCTION = `# Service reference

Generated from the types and comments of the code by \`npm run api:update\`. [In your code](../service.md) explains how the calls work
together. \`webhooks\` is the injected \`WebhooksService\`, or what \`createWebhooks\` of plain Express returns.

For all calls:

- \`tenantId\` is a non-empty string. Without it, a call throws \`TenantRequiredError\`. A call treats what belongs to another tenant as missing.
- \`id\` is an id as the API shows it: \`wh_…\`, \`dlv_…\`, \`evt_…\` or \`job_…\`.
- A \`WebhooksRequestError\` has the status (\`getStatus()\`), the \`code\` and the \`details\` of the route's error. A call that throws this error has written nothing.
- As long as the tables do not exist, calls throw \`WebhooksNotReadyError\`.
- Instants in results are RFC 3339 in UTC. Durations are in milliseconds, sizes in bytes.`;

/** @returns {{ text: string, problems: string[] }} `problems`: methods and parameters without a comment */
function serviceReference() {
  const declarations = readDeclarations(['index.d.ts', 'express/index.d.ts']);
  const problems = [];
  const sections = sectionsOf(
    declarations,
    declarations.exported('index.d.ts', 'WebhooksService'),
    'webhooks',
    problems,
  );
  const own = new Map(sections.map(({ symbol, heading }) => [symbol.name, `#${anchorOf(heading)}`]));
  const types = new Types(declarations);
  for (const { methods } of sections) for (const { declaration } of methods) types.add(declaration, own);
  const links = new Map([...types.links, ...own]);
  const places = new Map(
    sections.flatMap(({ symbol, path, methods }) =>
      methods.map(({ name }) => [`${symbol.name}.${name}`, `${path}.${name}`]),
    ),
  );
  const prose = (text) => linked(text, links, places);
  const lines = [
    INTRODUCTION,
    '',
    ...table(
      ['', ''],
      sections.map(({ heading, methods, path }) => [
        `[\`${heading}\`](#${anchorOf(heading)})`,
        methods.map(({ name }) => `[${name}](#${anchorOf(`${path}.${name}`)})`).join(', '),
      ]),
    ),
    ...sections.flatMap((section) => describeSection(section, types, prose)),
    '## Types',
    '',
    ...types.describe(prose),
  ];
  return { text: page(lines), problems };
}

/** One section for the class, followed by one for each property whose type is a class. */
function sectionsOf(declarations, symbol, path, problems) {
  const members = declarations
    .membersOf(symbol)
    .map((member) => ({ name: member.name, declaration: declarationOf(member) }));
  const methods = members.filter(({ declaration }) => ts.isMethodDeclaration(declaration));
  for (const { name, declaration } of methods)
    problems.push(...gapsOf(`${path}.${name}()`, declaration, declarations));
  const inner = members.flatMap(({ name, declaration }) => {
    if (!ts.isPropertyDeclaration(declaration) || !declaration.type) return [];
    const [type] = declarations.typesNamedIn(declaration.type);
    if (!type || !ts.isClassDeclaration(declarationOf(type))) return [];
    return sectionsOf(declarations, type, `${path}.${name}`, problems);
  });
  return [{ symbol, path, heading: path, comment: commentOf(declarationOf(symbol)).text, methods }, ...inner];
}

/** What is missing in the comment of a method. */
function gapsOf(method, declaration, declarations) {
  const { text, parameters } = commentOf(declaration);
  const unsaid = declaration.parameters.filter(
    (each) =>
      !isExplainedAbove(each) &&
      !parameters[each.name.getText()] &&
      declarations.typesNamedIn(each).length === 0,
  );
  return [
    ...(text === '' ? [`${method} has no comment.`] : []),
    ...unsaid.map((each) => `The comment of ${method} does not say what ${each.name.getText()} is (@param).`),
  ];
}

/** Whether the introduction explains the parameter. */
function isExplainedAbove(parameter) {
  return ['tenantId', 'id'].includes(parameter.name.getText());
}

function describeSection({ heading, path, comment, methods }, types, prose) {
  return [
    `## ${heading}`,
    '',
    prose(comment),
    '',
    ...methods.flatMap((each) => describeMethod(path, each, types, prose)),
  ];
}

function describeMethod(path, { name, declaration }, types, prose) {
  const { text, parameters, returns, throws } = commentOf(declaration);
  const described = declaration.parameters.filter((each) => !isExplainedAbove(each));
  const result = linkedType(declaration.type?.getText() ?? 'void', types.links);
  return [
    `### ${path}.${name}`,
    '',
    '```ts',
    declaration.getText().replace(/;$/, ''),
    '```',
    '',
    prose(text),
    '',
    ...described.map((each) => {
      const type = linkedType(each.type.getText(), types.links);
      const isOptional = each.questionToken || each.initializer ? ', optional' : '';
      return `- **\`${each.name.getText()}\`** (${type}${isOptional}) ${prose(parameters[each.name.getText()] ?? '')}`.trimEnd();
    }),
    `- **returns** ${result}${returns ? `: ${prose(returns)}` : ''}`,
    ...throws.map((each) => `- **throws** ${prose(each.replace(/^\w+/, (error) => `\`${error}\``))}`),
    '',
  ];
}

/** Replaces each `{@link}` of a comment by a Markdown link, or by code if the page has no place for the name. */
function linked(text, links, places) {
  return text.replaceAll(/\{@link ([\w.]+)\s*\}/g, (_, name) => {
    const place = places.get(name);
    if (place) return `[\`${place.replace('webhooks.', '')}\`](#${anchorOf(place)})`;
    return links.has(name) ? `[${name}](${links.get(name)})` : `\`${name}\``;
  });
}

module.exports = { linked, serviceReference };
