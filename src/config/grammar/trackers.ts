/** Rows of what is tracked by name: vrrp_script, vrrp_track_process, track_file. */
import type { ScriptDraft, TrackFileDraft, TrackProcessDraft } from "../drafts.ts";
import type { TrackFileConfig } from "../../track/config.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import {
  COUNT_MAXIMUM,
  choice,
  explained,
  integer,
  seconds,
  SECONDS_MAXIMUM,
  text,
} from "./arguments.ts";
import type { ArgumentDescription, ArgumentType } from "./arguments.ts";
import { blockGrammar, reportFor } from "./keyword.ts";
import type { Context } from "./keyword.ts";
import { command, flag, userOf, value, words } from "./rows.ts";

interface Weighted {
  weight?: ScriptDraft["weight"];
  isReversed?: boolean;
}

/** `weight N [reverse]`; some take `noreverse` too, against the default of what they track. */
export function takeWeight(
  type: ArgumentType<number>,
  takesNoReverse = false,
): (draft: Weighted, found: readonly Word[], context: Context) => void {
  return (draft, [number, reverse], context) => {
    if (number === undefined) return;
    const parsed = type.parse(number, reportFor("weight", type, context.report));
    if (parsed === undefined) return;
    draft.weight = { value: parsed, at: spanOf(number) };
    if (reverse === undefined) return;
    if (reverse.text === "reverse") draft.isReversed = true;
    else if (reverse.text === "noreverse" && takesNoReverse) draft.isReversed = false;
    else {
      const message = `unknown word '${reverse.text}' after weight - only reverse may follow`;
      context.report({ severity: "error", code: "bad-value", message, at: spanOf(reverse) });
    }
  };
}

const SCRIPT_WEIGHT = integer(-253, 253);
const PROCESS_WEIGHT = integer(-254, 254);
export const FILE_WEIGHT = integer(-COUNT_MAXIMUM, COUNT_MAXIMUM);

export const scriptGrammar = blockGrammar<ScriptDraft>("vrrp_script", [
  command({
    name: "script",
    since: "1.1.13",
    group: "tracking",
    default: "required",
    help: "Command to run, exit 0 is success.",
    set: (draft, value) => (draft.command = value),
  }),
  value(seconds(0.001, SECONDS_MAXIMUM), {
    name: "interval",
    since: "1.1.13",
    group: "tracking",
    default: "1",
    help: "Time between runs.",
    set: (draft, value) => (draft.interval = value),
  }),
  value(seconds(0.001, SECONDS_MAXIMUM), {
    name: "timeout",
    since: "1.2.6",
    group: "tracking",
    default: "interval",
    help: "Run time after which it counts as failed.",
    set: (draft, value) => (draft.timeout = value),
  }),
  words({
    name: "weight",
    since: "1.1.13",
    group: "tracking",
    default: "0",
    help: "Priority change; 0 means FAULT on failure.",
    arguments: [SCRIPT_WEIGHT, { kind: "flag", shape: "[reverse]" }],
    needs: 1,
    take: takeWeight(SCRIPT_WEIGHT),
  }),
  value(integer(1, COUNT_MAXIMUM), {
    name: "rise",
    since: "1.1.18",
    group: "tracking",
    default: "1",
    help: "Successes needed to be OK.",
    set: (draft, value) => (draft.rise = value),
  }),
  value(integer(1, COUNT_MAXIMUM), {
    name: "fall",
    since: "1.1.18",
    group: "tracking",
    default: "1",
    help: "Failures needed to be bad.",
    set: (draft, value) => (draft.fall = value),
  }),
  words({
    name: "user",
    since: "1.3.0",
    group: "tracking",
    default: "script_user",
    help: "User for the command.",
    arguments: [text("USER"), text("[[:]GROUP]")],
    needs: 1,
    take: (draft, [user, group]) => {
      if (user !== undefined) draft.user = userOf(user, group);
    },
  }),
  flag({
    name: "init_fail",
    since: "1.3.2",
    group: "tracking",
    default: "off",
    help: "Start in failed state.",
    set: (draft, at) => (draft.startsFailed = at),
  }),
]);

const PARAMETER_MATCH = explained(choice("initial", "partial"), {
  initial: "The parameters of the process begin with those named, of which the last may be longer.",
  partial: "The first parameters of the process are those named; more may follow.",
});

export const processGrammar = blockGrammar<TrackProcessDraft>("vrrp_track_process", [
  words({
    name: "process",
    since: "2.0.11",
    group: "tracking",
    default: "required",
    help: "Command name and optional parameters to match.",
    arguments: [text("NAME [PARAM...]")],
    needs: 1,
    take: (draft, [name, ...parameters]) => {
      if (name === undefined) return;
      draft.essential = spanOf(name);
      draft.command = [name.text, ...parameters.map(({ text: parameter }) => parameter)];
    },
  }),
  value(PARAMETER_MATCH, {
    name: "param_match",
    since: "2.0.16",
    group: "tracking",
    default: "exact",
    help: "How parameters are compared.",
    set: (draft, { value: match }) => (draft.parameterMatch = match),
  }),
  words({
    name: "weight",
    since: "2.0.11",
    group: "tracking",
    default: "0",
    help: "Priority change; 0 means FAULT without quorum.",
    arguments: [PROCESS_WEIGHT, { kind: "flag", shape: "[reverse]" }],
    needs: 1,
    take: takeWeight(PROCESS_WEIGHT),
  }),
  value(integer(1, 65_535), {
    name: "quorum",
    since: "2.0.11",
    group: "tracking",
    default: "1",
    help: "Minimum matching processes.",
    set: (draft, { value: count }) => (draft.quorum = count),
  }),
  value(integer(0, 65_535), {
    name: "quorum_max",
    since: "2.0.16",
    group: "tracking",
    default: "unlimited",
    help: "Maximum matching processes.",
    set: (draft, { value: count }) => (draft.quorumMaximum = count),
  }),
  value(seconds(0.000001, 3_600), {
    name: "delay",
    since: "2.0.11",
    group: "tracking",
    default: "0",
    help: "Sets fork_delay and terminate_delay.",
    set: (draft, { value: delay }) => {
      draft.forkDelay = delay;
      draft.terminateDelay = delay;
    },
  }),
  value(seconds(0.000001, 3_600), {
    name: "terminate_delay",
    since: "2.0.16",
    group: "tracking",
    default: "0",
    help: "Wait before reporting loss.",
    set: (draft, { value: delay }) => (draft.terminateDelay = delay),
  }),
  value(seconds(0.000001, 3_600), {
    name: "fork_delay",
    since: "2.0.16",
    group: "tracking",
    default: "0",
    help: "Wait before reporting gain.",
    set: (draft, { value: delay }) => (draft.forkDelay = delay),
  }),
  flag({
    name: "full_command",
    since: "2.0.11",
    group: "tracking",
    default: "off",
    help: "Match the whole command line.",
    set: (draft) => (draft.isFullCommand = true),
  }),
]);

const OVERWRITES = "overwrite";
const OVERWRITE: ArgumentDescription = {
  kind: "flag",
  shape: "[overwrite]",
  choiceHelp: { overwrite: "A file that is there gets the value too." },
};

export const trackFileGrammar = blockGrammar<TrackFileDraft>("track_file", [
  value(text("PATH"), {
    name: "file",
    since: "2.0.0",
    group: "tracking",
    default: "required",
    help: "File to watch.",
    set: (draft, { value: path, at }) => {
      draft.essential = at;
      draft.path = path;
    },
  }),
  words({
    name: "weight",
    since: "2.0.0",
    group: "tracking",
    default: "1",
    help: "Factor applied to the value, 0 = value means failure.",
    arguments: [FILE_WEIGHT, { kind: "flag", shape: "[reverse]" }],
    needs: 1,
    take: takeWeight(FILE_WEIGHT),
  }),
  words({
    name: "init_file",
    since: "2.0.0",
    group: "tracking",
    default: "no creation, 0",
    help: "Create or reset the file at start.",
    arguments: [integer(-COUNT_MAXIMUM, COUNT_MAXIMUM), OVERWRITE],
    needs: 0,
    take: (draft, found, context) => {
      draft.initial = initialOf(found, context);
    },
  }),
]);

function initialOf(found: readonly Word[], context: Context): TrackFileConfig["initial"] {
  const report = reportFor("init_file", FILE_WEIGHT, context.report);
  const values = found
    .filter((word) => word.text !== OVERWRITES)
    .map((word) => FILE_WEIGHT.parse(word, report));
  return {
    value: values.find((value) => value !== undefined) ?? 0,
    overwrite: found.some(({ text: word }) => word === OVERWRITES),
  };
}
