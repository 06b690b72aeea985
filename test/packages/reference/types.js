// The types that a page of the generated reference names: their fields, or their definition.
const ts = require('typescript');
const { anchorOf, linkedType, table } = require('./markdown.js');
const { commentOf, declarationOf } = require('./declarations.js');

/** Collects types, and all types that their declarations name. */
class Types {
  /** Symbols by name. */
  found = new Map();
  /** Anchors by name. */
  links = new Map();

  constructor(declarations) {
    this.declarations = declarations;
  }

  /** Adds the types that a node names. `without`: names that are explained elsewhere. */
  add(node, without = new Map()) {
    for (const symbol of this.declarations.typesNamedIn(node)) {
      if (this.found.has(symbol.name) || without.has(symbol.name)) continue;
      this.found.set(symbol.name, symbol);
      this.links.set(symbol.name, `#${anchorOf(symbol.name)}`);
      for (const declaration of symbol.declarations) this.add(declaration, without);
    }
  }

  /** Lines of Markdown about all collected types, in the order of their names. */
  describe(prose) {
    const symbols = [...this.found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
    return symbols.flatMap((symbol) => this.describeOne(symbol, prose));
  }

  describeOne(symbol, prose) {
    const declaration = declarationOf(symbol);
    const head = [`### ${symbol.name}`, '', prose(commentOf(declaration).text), ''];
    if (ts.isTypeAliasDeclaration(declaration)) return [...head, ...this.aliasOf(symbol, declaration)];
    const fields = this.declarations.membersOf(symbol).map((member) => this.field(member, prose));
    return [...head, ...table(['field', 'type', ''], fields)];
  }

  field(member, prose) {
    const declaration = declarationOf(member);
    const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
    const type = declaration.type ? declaration.type.getText() : declaration.getText();
    const name =
      ts.isMethodSignature(declaration) || ts.isMethodDeclaration(declaration)
        ? `${member.name}()`
        : member.name;
    const { text } = commentOf(declaration);
    return [
      `\`${name}\``,
      linkedType(type, this.links),
      [isOptional ? 'Optional.' : '', prose(text)].filter(Boolean).join(' '),
    ];
  }

  /** A union of string literals becomes a list. Any other type is printed as it is declared. */
  aliasOf(symbol, declaration) {
    const { checker } = this.declarations;
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const isListed = type.isUnion() && type.types.every((each) => each.isStringLiteral());
    const text = isListed
      ? type.types.map(({ value }) => `\`${value}\``).join(', ')
      : ['```ts', declaration.getText().replace(/^export (declare )?/, ''), '```'].join('\n');
    return [text, ''];
  }
}

module.exports = { Types };
