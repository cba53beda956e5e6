/** `keepalived help COMMAND` and the line of usage that follows a mistake. */
import type { Paint } from "../report/paint.ts";
import type { SubcommandDeclaration, SubcommandOption } from "./subcommand-table.ts";

export function renderUsage({ name, operands, options }: SubcommandDeclaration): string {
  const words = ["keepalived", name];
  if (options.length > 0) words.push("[OPTION...]");
  if (operands.shape !== "") words.push(operands.shape);
  return `Usage: ${words.join(" ")}`;
}

export function renderSubcommandHelp(declaration: SubcommandDeclaration, paint: Paint): string {
  const { summary, description, options } = declaration;
  const parts = [
    `${paint("bold", renderUsage(declaration))}\n`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.${description === "" ? "" : `\n${description}`}\n`,
  ];
  if (options.length > 0) parts.push(`${paint("bold", "Options")}\n${renderOptions(options)}`);
  return parts.join("\n");
}

function renderOptions(options: readonly SubcommandOption[]): string {
  const names = options.map(({ long, short, argument }) => {
    const first = short === undefined ? "    " : `-${short}, `;
    return `${first}--${long}${argument === undefined ? "" : `=${argument}`}`;
  });
  const width = Math.max(...names.map((name) => name.length));
  return options
    .map(({ help, choices }, i) => {
      const which = choices === undefined ? "" : ` (${choices.join(", ")})`;
      return `  ${(names[i] ?? "").padEnd(width)}  ${help}${which}\n`;
    })
    .join("");
}
