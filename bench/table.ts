/**
 * The tables a run prints: medians with their range, and the ratio of each pair of trials.
 */
import { differences, ratios, spreadOf, type Row, type Spread } from "./contest.ts";

export interface Table {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

export function tableOf(rows: Iterable<Row>, titles: readonly [string, string]): Table {
  return {
    head: ["", titles[0], titles[1], "difference", "ratio", "n"],
    body: [...rows].map((row) => [
      row.name,
      cell(spreadOf(row.left), row.unit),
      cell(spreadOf(row.right), row.unit),
      `${signed(differences(row).median)} ${row.unit}`,
      ratioCell(ratios(row)),
      String(row.left.length),
    ]),
  };
}

/** For docs/benchmarks.md. */
export function renderMarkdown({ head, body }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(["---", ...head.slice(1).map(() => "---:")]), ...body.map(line)].join(
    "\n",
  );
}

export function renderText({ head, body }: Table): string {
  const lines = [head, ...body];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const render = (line: readonly string[]): string =>
    line
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [render(head), rule, ...body.map(render)].join("\n");
}

function cell(spread: Spread, unit: Row["unit"]): string {
  const { median, min, max } = spread;
  return `${figure(median)} [${figure(min)}..${figure(max)}] ${unit}`;
}

function ratioCell({ median, min, max }: Spread): string {
  return `${figure(median)} [${figure(min)}..${figure(max)}]`;
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}

/** Three significant figures. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(2) : value.toFixed(3);
}
