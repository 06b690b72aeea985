// Reads the declarations of the build: classes, their members and comments, and the types that the members name.
const { join } = require('node:path');
const ts = require('typescript');

const BUILD = join(__dirname, '../../../libs/webhooks/dist/cjs');

/** @param {string[]} files below the build, such as `index.d.ts` */
function readDeclarations(files) {
  const program = ts.createProgram(
    files.map((file) => join(BUILD, file)),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      types: ['node'],
    },
  );
  const checker = program.getTypeChecker();
  const resolve = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return {
    checker,
    /** The symbol that a file exports under a name. */
    exported(file, name) {
      const source = program.getSourceFile(join(BUILD, file));
      if (!source) throw new Error(`${join(BUILD, file)} does not exist. Run "npm run build" first.`);
      const found = checker
        .getExportsOfModule(checker.getSymbolAtLocation(source))
        .find((each) => each.name === name);
      if (!found) throw new Error(`${file} does not export ${name}.`);
      return resolve(found);
    },
    /** The types of this package that a node names, each once. */
    typesNamedIn(node) {
      const found = new Set();
      const visit = (each) => {
        const name = ts.isTypeReferenceNode(each)
          ? each.typeName
          : ts.isExpressionWithTypeArguments(each)
            ? each.expression
            : null;
        const symbol = name && checker.getSymbolAtLocation(name);
        if (symbol && isOurs(resolve(symbol))) found.add(resolve(symbol));
        ts.forEachChild(each, visit);
      };
      visit(node);
      return [...found];
    },
    membersOf(symbol) {
      return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter(isPublic);
    },
  };
}

function declarationOf(symbol) {
  return symbol.valueDeclaration ?? symbol.declarations?.[0];
}

function isOurs(symbol) {
  const declaration = declarationOf(symbol);
  return (
    declaration !== undefined &&
    !ts.isTypeParameterDeclaration(declaration) &&
    declaration.getSourceFile().fileName.startsWith(BUILD)
  );
}

function isPublic(symbol) {
  const declaration = declarationOf(symbol);
  if (!declaration || !isOurs(symbol) || symbol.name.startsWith('#')) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static;
  return (ts.getCombinedModifierFlags(declaration) & hidden) === 0;
}

/**
 * The comment of a declaration.
 *
 * @returns {{ text: string, parameters: Record<string, string>, returns: string, throws: string[] }}
 */
function commentOf(declaration) {
  const comment = { text: '', parameters: {}, returns: '', throws: [] };
  const textOf = (node) => oneLineEach(ts.getTextOfJSDocComment(node.comment) ?? '');
  for (const doc of declaration.jsDoc ?? []) comment.text = textOf(doc);
  for (const tag of ts.getJSDocTags(declaration)) {
    if (ts.isJSDocParameterTag(tag)) comment.parameters[tag.name.getText()] = textOf(tag);
    else if (ts.isJSDocReturnTag(tag)) comment.returns = textOf(tag);
    else if (ts.isJSDocThrowsTag(tag)) comment.throws.push(textOf(tag));
  }
  return comment;
}

/** Puts each paragraph and each list item on one line. */
function oneLineEach(text) {
  return text
    .trim()
    .split(/\n\s*\n|\n(?=\s*- )/)
    .map((part) => part.replaceAll(/\s*\n\s*/g, ' ').trim())
    .join('\n');
}

module.exports = { commentOf, declarationOf, readDeclarations };
