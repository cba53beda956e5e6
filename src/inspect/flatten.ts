/**
 * The effective configuration as lines: what is left of the files once includes, conditions,
 * definitions and generators are done away with, in one order, each line with its origin. What does
 * not count stays as a remark. Without the remarks it is a file that loads to the same model.
 */
import type { Diagnostic } from "../config/diagnostics.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { rootGrammar } from "../config/grammar/root.ts";
import type { Model } from "../config/model.ts";
import type { Statement } from "../config/tree.ts";
import { splitArguments } from "../config/words.ts";
import { canonicalText } from "./canonical.ts";
import { INSTANCE_SETTINGS, saysTheSame, SCRIPT_SETTINGS } from "./effective.ts";
import type { EffectiveSetting } from "./effective.ts";
import { itemRefusalOf, mixedIn, mixesFamilies, refusalOf, remarksOn } from "./line-remarks.ts";
import type { LineRemarks } from "./line-remarks.ts";
import type { OriginOf, Place, WrittenOrigin } from "./origin.ts";
import { orderOf, replacedIn } from "./setting-order.ts";
import type { Placed } from "./setting-order.ts";

export type Origin =
  | WrittenOrigin
  | { readonly kind: "default" }
  /** From a setting of global_defs. */
  | { readonly kind: "inherited"; readonly at: Place }
  | { readonly kind: "strict" };

export interface ShownLine {
  readonly depth: number;
  /** As a file would have it, without indentation and brace; secrets are not masked. */
  readonly text: string;
  readonly part: "line" | "open" | "close";
  /** False for what is passed over: it is shown as a remark. */
  readonly counts: boolean;
  readonly origin: Origin | undefined;
  /** What there is to say about it. */
  readonly remark: string | undefined;
}

export interface FlattenInput {
  readonly statements: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
  readonly model: Model;
  readonly originOf: OriginOf;
  /** Also what the files do not mention. */
  readonly defaults: boolean;
}

export function flatten(input: FlattenInput): readonly ShownLine[] {
  const run: Run = {
    ...input,
    lines: [],
    remarks: remarksOn(input.diagnostics),
    mixesFamilies: mixesFamilies(input.diagnostics),
    globals: globalSettings(input.statements),
    inForce: blocksInForce(input.model),
  };
  addBlock(run, input.statements, { rows: rootGrammar.keywords, depth: 0, inForce: undefined });
  return run.lines;
}

interface Run extends FlattenInput {
  readonly lines: ShownLine[];
  readonly remarks: LineRemarks;
  readonly mixesFamilies: boolean;
  /** Where global_defs sets what instances inherit. */
  readonly globals: ReadonlyMap<string, Place>;
  readonly inForce: ReadonlyMap<string, InForce>;
}

/** The values in force of one block that is known that well. */
interface InForce {
  readonly isStrict: boolean;
  readonly settings: ReadonlyMap<string, SettingInForce>;
}

interface SettingInForce {
  readonly keyword: string;
  readonly global: string | undefined;
  readonly isStrict: boolean;
  readonly line: string;
}

interface Surroundings {
  readonly rows: readonly KeywordDescription[];
  readonly depth: number;
  readonly inForce: InForce | undefined;
}

function addBlock(run: Run, statements: readonly Statement[], around: Surroundings): void {
  const order = orderOf(around.rows);
  const written = order.placed(statements);
  const isOrdered = around.depth === 0 || !run.mixesFamilies || !mixedIn(run.remarks, statements);
  const placed = isOrdered ? [...written].sort((a, b) => a.rank - b.rank) : written;
  const replaced = replacedIn(placed, (statement) => !isRefused(run, statement, around.rows));
  const unwritten = run.defaults ? unwrittenIn(run, placed, around) : [];
  const waiting = unwritten
    .map((setting) => ({ setting, rank: order.rankOf(setting.keyword) }))
    .sort((a, b) => b.rank - a.rank);
  const addWaiting = (before: number): void => {
    for (
      let last = waiting.at(-1);
      last !== undefined && last.rank < before;
      last = waiting.at(-1)
    ) {
      addUnwritten(run, last.setting, around);
      waiting.pop();
    }
  };
  for (const each of placed) {
    if (isOrdered) addWaiting(each.rank);
    const by = replaced.get(each.statement);
    if (by === undefined) addStatement(run, each, around);
    else
      addPassedOver(run, each.statement, around.depth, `${placeFrom(each.statement, by)} counts`);
  }
  addWaiting(Infinity);
}

/** Where `there` is, seen from `here`. */
function placeFrom({ line: here }: Statement, { line: there }: Statement): string {
  if (here.file !== there.file) return `line ${there.line} of ${there.file}`;
  return here.line === there.line ? "the last of these" : `line ${there.line}`;
}

function isRefused(run: Run, statement: Statement, rows: readonly KeywordDescription[]): boolean {
  const [placed] = orderOf(rows).placed([statement]);
  return refusalOf(statement, run.remarks.of(statement), placed?.row) !== undefined;
}

function addStatement(run: Run, { statement, row, slot }: Placed, around: Surroundings): void {
  const { depth, inForce } = around;
  const said = run.remarks.of(statement);
  const refusal = refusalOf(statement, said, row);
  if (refusal !== undefined || (row === undefined && around.rows.length > 0)) {
    addPassedOver(
      run,
      statement,
      depth,
      refusal === undefined ? "not known here" : inWords(refusal),
    );
    return;
  }
  const written = canonicalText(statement.line.text);
  const setting = inForce?.settings.get(slot);
  const isChanged = setting !== undefined && !saysTheSame(written, setting.line);
  const remark =
    said.length > 0
      ? said.map(({ message }) => message).join("; ")
      : isChanged && inForce?.isStrict === true
        ? "changed by vrrp_strict"
        : undefined;
  run.lines.push({
    depth,
    text: isChanged ? setting.line : written,
    part: statement.block === undefined ? "line" : "open",
    counts: true,
    origin: run.originOf(statement.line),
    remark: isChanged ? `written: ${written}${remark === undefined ? "" : `; ${remark}`}` : remark,
  });
  if (statement.block === undefined) return;
  const { statements } = statement.block;
  if (row === undefined || row.block === "items") addItems(run, statements, depth + 1, row);
  else {
    const named = run.inForce.get(`${row.name} ${titleOf(statement)}`);
    addBlock(run, statements, { rows: row.inside, depth: depth + 1, inForce: named });
  }
  addClose(run, depth, true);
}

const inWords = ({ message, fix }: Diagnostic): string =>
  fix === undefined ? message : `${message} - ${fix}`;

/** The lines of a list as they stand. */
function addItems(
  run: Run,
  statements: readonly Statement[],
  depth: number,
  list: KeywordDescription | undefined,
): void {
  for (const statement of statements) {
    const said = run.remarks.of(statement);
    const refusal = itemRefusalOf(statement, said, list);
    if (refusal !== undefined) {
      addPassedOver(run, statement, depth, inWords(refusal));
      continue;
    }
    run.lines.push({
      depth,
      text: canonicalText(statement.line.text),
      part: statement.block === undefined ? "line" : "open",
      counts: true,
      origin: run.originOf(statement.line),
      remark: said.length === 0 ? undefined : said.map(({ message }) => message).join("; "),
    });
    if (statement.block === undefined) continue;
    addItems(run, statement.block.statements, depth + 1, undefined);
    addClose(run, depth, true);
  }
}

/** A statement that does not count, with everything in it. */
function addPassedOver(run: Run, statement: Statement, depth: number, reason: string): void {
  run.lines.push({
    depth,
    text: canonicalText(statement.line.text),
    part: statement.block === undefined ? "line" : "open",
    counts: false,
    origin: run.originOf(statement.line),
    remark: reason,
  });
  if (statement.block === undefined) return;
  for (const inner of statement.block.statements) {
    addPassedOver(run, inner, depth + 1, "the block is passed over");
  }
  addClose(run, depth, false);
}

function addClose(run: Run, depth: number, counts: boolean): void {
  run.lines.push({ depth, text: "", part: "close", counts, origin: undefined, remark: undefined });
}

function addUnwritten(run: Run, setting: SettingInForce, { depth, inForce }: Surroundings): void {
  const global = setting.global === undefined ? undefined : run.globals.get(setting.global);
  const isStrict = setting.isStrict && inForce?.isStrict === true;
  run.lines.push({
    depth,
    text: setting.line,
    part: "line",
    counts: true,
    origin: isStrict
      ? { kind: "strict" }
      : global === undefined
        ? { kind: "default" }
        : { kind: "inherited", at: global },
    remark: undefined,
  });
}

function unwrittenIn(
  run: Run,
  placed: readonly Placed[],
  { inForce, rows }: Surroundings,
): readonly SettingInForce[] {
  if (inForce === undefined) return [];
  const count = placed.filter(({ statement }) => !isRefused(run, statement, rows));
  const written = new Set(count.map(({ slot }) => slot));
  return [...inForce.settings.values()].filter(({ keyword }) => !written.has(keyword));
}

const SILENT = (): void => undefined;

const titleOf = (statement: Statement): string =>
  splitArguments(statement.line, SILENT)[0]?.text ?? "";

/** The last line of each setting in global_defs. */
function globalSettings(statements: readonly Statement[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const rows = rootGrammar.byName.get("global_defs")?.inside ?? [];
  for (const { statement, row } of orderOf(rootGrammar.keywords).placed(statements)) {
    if (row?.name !== "global_defs") continue;
    for (const { slot, statement: inner } of orderOf(rows).placed(
      statement.block?.statements ?? [],
    )) {
      places.set(slot, { file: inner.line.file, line: inner.line.line });
    }
  }
  return places;
}

function blocksInForce({ instances, scripts }: Model): ReadonlyMap<string, InForce> {
  const blocks = new Map<string, InForce>();
  for (const instance of instances) {
    const settings = settingsOf(INSTANCE_SETTINGS, instance);
    blocks.set(`vrrp_instance ${instance.name}`, { isStrict: instance.strict, settings });
  }
  for (const script of scripts) {
    const settings = settingsOf(SCRIPT_SETTINGS, script);
    blocks.set(`vrrp_script ${script.name}`, { isStrict: false, settings });
  }
  return blocks;
}

function settingsOf<Subject>(
  settings: readonly EffectiveSetting<Subject>[],
  subject: Subject,
): InForce["settings"] {
  return new Map(
    settings.flatMap(({ keyword, global, isStrict = false, line }) => {
      const text = line(subject);
      return text === undefined
        ? []
        : [[keyword, { keyword, global, isStrict, line: text }] as const];
    }),
  );
}
