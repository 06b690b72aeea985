// Markdown of an OpenAPI document: the routes by tag, then the objects that they take and return.
const { page, table } = require('./reference/markdown.js');

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const nameOf = ($ref) => $ref.split('/').at(-1);
const linkTo = (name) => `[${name}](#${name.toLowerCase()})`;
/** What a value may be, in words, such as `string or null, wh_…`. */
function typeOf(schema = {}) {
  const { $ref, allOf, oneOf, anyOf, type, items, format, enum: values, pattern } = schema;
  if ($ref) return linkTo(nameOf($ref));
  if (allOf) return typeOf(allOf[0]);
  const choices = oneOf ?? anyOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (values) return values.map((value) => `\`${JSON.stringify(value).replaceAll('"', '')}\``).join(', ');
  const names = [type ?? 'any'].flat().map((each) => (each === 'array' ? `list of ${typeOf(items)}` : each));
  const details = [
    format,
    /^\^\w+_$/.test(pattern ?? '') ? `\`${pattern.slice(1)}…\`` : null,
    boundsOf(schema),
  ];
  return [names.join(' or '), ...details].filter(Boolean).join(', ');
}

function boundsOf({ minimum, maximum, maxLength, maxItems, default: standard }) {
  const range =
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : minimum !== undefined
        ? `at least ${minimum}`
        : maximum !== undefined && `at most ${maximum}`;
  const size = maxLength ? `at most ${maxLength} characters` : maxItems && `at most ${maxItems}`;
  const usual = standard !== undefined && `default \`${JSON.stringify(standard)}\``;
  return [range, size, usual].filter(Boolean).join(', ');
}

const schemaOf = ({ content } = {}) => content?.['application/json']?.schema;

function operation(method, path, { summary, description, parameters = [], requestBody, responses }) {
  const body = schemaOf(requestBody);
  return [
    `### ${method.toUpperCase()} ${path}`,
    '',
    `${summary}. ${description ?? ''}`.trim(),
    '',
    ...table(
      ['parameter', 'in', 'value', ''],
      parameters.map((each) => [`\`${each.name}\``, each.in, typeOf(each.schema), each.description]),
    ),
    ...(body ? [`Body: ${typeOf(body)}${requestBody.required ? '' : ', optional'}`, ''] : []),
    ...table(
      ['status', 'body', ''],
      Object.entries(responses).map(([status, response]) => [
        status,
        schemaOf(response) ? typeOf(schemaOf(response)) : '',
        response.description,
      ]),
    ),
  ];
}

/** Rows of the fields. A field of a nested object is named by its path, such as `event.id`. */
function fieldsOf({ properties = {}, required = [] }, prefix = '') {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const place = `${prefix}${name}`;
    const presence = required.includes(name) ? '' : 'optional';
    const inner = schema.properties ? schema : schema.items?.properties ? schema.items : null;
    const nested = inner ? fieldsOf(inner, `${place}${inner === schema ? '' : '[]'}.`) : [];
    return [[`\`${place}\``, typeOf(schema), presence, schema.description], ...nested];
  });
}

function object(name, schema) {
  const fields = table(['field', 'value', '', ''], fieldsOf(schema));
  return [
    `### ${name}`,
    '',
    schema.description ?? '',
    '',
    ...(fields.length ? fields : [typeOf(schema), '']),
  ];
}

/** @param {object} document of OpenAPI 3.1 */
function apiReference({ paths, components }) {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, ...item[method] })),
  );
  const tags = [...new Set(operations.map(({ tags: [tag] }) => tag))];
  const lines = [
    '# REST API reference',
    '',
    'Generated from [the OpenAPI document](../openapi.md) by `npm run api:update`. [The REST API](../api.md) explains how the calls work together.',
    '',
    ...tags.flatMap((tag) => [
      `## ${tag}`,
      '',
      ...operations
        .filter(({ tags: [each] }) => each === tag)
        .toSorted((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)))
        .flatMap((each) => operation(each.method, each.path, each)),
    ]),
    '## Objects',
    '',
    ...Object.entries(components.schemas).flatMap(([name, schema]) => object(name, schema)),
  ];
  return page(lines);
}

module.exports = { apiReference };
