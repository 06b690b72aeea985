// Loaded once for each process of Jest: to compile a schema takes some milliseconds.
const { Ajv2020 } = require('ajv/dist/2020.js');

/** The validators of each document that was asked for; the spec files of a process have the same. */
const known = new Map();

/**
 * Validates parts of an OpenAPI document, which are named by JSON pointers: `document#/…` to what `closed` makes of it, and `open#/…`
 * to itself.
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
    validateSchema: false, // the document's own spec does that, and it takes a fifth of a second
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
