interface FigureTableProps {
  caption: string;
  headers: readonly string[];
  /** Cells as texts; the first one names the row. */
  rows: readonly (readonly string[])[];
}

/** Figures of a chart, in rows that are narrow enough for phones. */
export function FigureTable({ caption, headers, rows }: FigureTableProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the frame scrolls, also by keyboard
    <div class="figure-frame" tabIndex={0} role="region" aria-label={caption}>
      <table class="figure-table">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {headers.map((header) => (
              <th key={header} scope="col">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
