// Each process of Jest loads this file once, because compiling a schema takes some milliseconds.
const { Ajv2020 } = require('ajv/dist/2020.js');

/** The validators by document. The spec files of a process share them. */
const known = new Map();

/**
 * Returns a function that returns the validator for one part of an OpenAPI document. The returned function takes `place`,
 * a JSON pointer. A pointer that begins with `open#` points into the given document, and one that begins with `document#` points
 * into the result of `closed`.
 *
 * @param {object} document
 * @param {(document: object) => object} closed
 * @returns {(place: string) => import('ajv').ValidateFunction}
 */
module.exports = function validatorsOf(document, closed) {
  const text = JSON.stringify(document);
  let validatorOf = known.get(text);
  if (!validatorOf) known.set(text, (validatorOf = compile(document, closed)));
  return validatorOf;
};

function compile(document, closed) {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateSchema: false, // test/openapi/document.spec.ts validates the document, in a fifth of a second
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
  });
  ajv.addSchema({ $id: 'document', ...closed(document) });
  ajv.addSchema({ $id: 'open', ...document });
  const validators = new Map();
  return (place) => {
    let validate = validators.get(place);
    if (!validate) validators.set(place, (validate = ajv.compile({ $ref: place })));
    return validate;
  };
}
