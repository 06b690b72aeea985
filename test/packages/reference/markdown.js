// Pieces of Markdown: headings with anchors, tables, types with links.

/** GitHub's anchor of a heading. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** Puts a text on one line and escapes it for a table cell. */
function cell(text = '') {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, '<br>');
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 * @returns {string[]} lines; none if there are no rows
 */
function table(head, rows) {
  if (rows.length === 0) return [];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).concat('');
}

/**
 * Markdown of a TypeScript type, with links at the names that `links` has.
 *
 * @param {string} type
 * @param {ReadonlyMap<string, string>} links by name
 */
function linkedType(type, links) {
  return type.replaceAll(/\s+/g, ' ').replaceAll(/'[^']*'|[A-Za-z_$][\w$]*|[<>*_[\]]/g, (part) => {
    if (links.has(part)) return `[${part}](${links.get(part)})`;
    return /^[<>*_[\]]$/.test(part) ? `\\${part}` : part;
  });
}

/** @param {string[]} lines */
function page(lines) {
  const text = lines.join('\n').replaceAll(/\n{3,}/g, '\n\n');
  return `${text.trimEnd()}\n`;
}

module.exports = { anchorOf, linkedType, page, table };
