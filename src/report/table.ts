/** Columns of text, as wide as their widest cell. */

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A cell; `paint` is applied after padding, so that colours do not count as width. */
export interface Cell {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

const GAP = "  ";

export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paintTitle: (text: string) => string,
): string {
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...rows.map((row) => row[i]?.text.length ?? 0)),
  );
  const line = (cells: readonly Cell[]): string =>
    columns
      .map(({ align }, i) => {
        const { text = "", paint = (t: string) => t } = cells[i] ?? {};
        const width = widths[i] ?? 0;
        const isLast = i === columns.length - 1;
        const padded = align === "right" ? text.padStart(width) : text.padEnd(isLast ? 0 : width);
        return paint(padded);
      })
      .join(GAP)
      .trimEnd();
  const titles = columns.map(({ title }) => ({ text: title, paint: paintTitle }));
  return [line(titles), ...rows.map(line)].map((text) => `${text}\n`).join("");
}
