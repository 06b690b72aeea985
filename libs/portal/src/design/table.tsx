import type { ComponentChildren } from 'preact';
import { useMedia } from '../data/use-media.ts';

export interface Column<Row> {
  /** Also the label of the cell on narrow screens. */
  header: string;
  cell: (row: Row) => ComponentChildren;
  /** Exactly one column names the row and contains its link. */
  primary?: boolean;
  /** Numbers and times: aligned to the end. */
  numeric?: boolean;
  /** On narrow screens the cell has no label. */
  bare?: boolean;
}

interface TableProps<Row> {
  /** What the table lists, for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Other rows are loading, so these are shown faintly. */
  stale?: boolean;
  /** Viewport width in px below which rows are cards. Default 760; tables of many columns need more. */
  cardsBelow?: number;
}

/** A table that becomes a list of cards if there is no room for its columns. */
export function Table<Row>({ caption, columns, rows, keyOf, stale, cardsBelow = 760 }: TableProps<Row>) {
  const areCards = useMedia(`(max-width: ${cardsBelow - 1}px)`);
  return (
    <div class={areCards ? 'table-frame table-cards' : 'table-frame'} aria-busy={stale || undefined}>
      {/* Some browsers ignore the roles of tables that are shown as blocks, so the roles are set here. */}
      <table class="table" role="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.header}
                scope="col"
                role="columnheader"
                class={column.numeric ? 'numeric' : undefined}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map((column) => (
                <TableCell key={column.header} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TableCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const content = column.cell(row);
  const shared = {
    class: [column.primary && 'primary', column.numeric && 'numeric', column.bare && 'bare']
      .filter(Boolean)
      .join(' '),
    'data-label': column.header,
  };
  return column.primary ? (
    <th scope="row" role="rowheader" {...shared}>
      {content}
    </th>
  ) : (
    <td role="cell" {...shared}>
      {content}
    </td>
  );
}
