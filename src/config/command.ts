/**
 * Script values to argument lists. The line is split twice: once for the command string, its user
 * and group, and the command string again for its own words. keepalived.conf(5), Quoted strings.
 */
import type { Command } from "../base/command.ts";
import type { Located, Report } from "./diagnostics.ts";
import { lineMadeAt } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import { splitCommandWords, spanOf } from "./words.ts";
import type { Word } from "./words.ts";

/** The words after the keyword: command string, user, group. */
export function readCommandWords(line: LineText, from: number, report: Report): readonly Word[] {
  return splitCommandWords(line, from, report);
}

/** The command that the words name; undefined when the command string is empty. */
export function readCommand(
  [commandWord, user, group]: readonly Word[],
  report: Report,
): Located<Command> | undefined {
  if (commandWord === undefined) return undefined;
  const at = spanOf(commandWord);
  const inner = lineMadeAt(at, commandWord.text);
  const [program, ...rest] = splitCommandWords(inner, 0, report).map((word) => word.text);
  if (program === undefined) {
    report({ severity: "error", code: "bad-value", message: "the command is empty", at });
    return undefined;
  }
  const value: Command = {
    argv: [program, ...rest],
    text: commandWord.text,
    user: user?.text,
    group: group?.text,
  };
  return { value, at };
}
