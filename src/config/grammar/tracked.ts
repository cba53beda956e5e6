/** Lines of the track_ blocks: `NAME [weight N] [reverse|noreverse]`. */
import type { TrackedDraft } from "../drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { integer } from "./arguments.ts";
import type { Context, KeywordText } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";
import { list } from "./rows.ts";

/** A weight beyond 253 is taken back to 253 where the object's kind allows no more. */
const WEIGHT_LIMIT = 254;
const FILE_WEIGHT_LIMIT = 2_147_483_647;

function trackOptions(limit: number, since: string): ReturnType<typeof optionTable<TrackedDraft>> {
  return optionTable<TrackedDraft>("tracked object", [
    optionValue(integer(-limit, limit), {
      name: "weight",
      since,
      group: "tracking",
      default: "object default",
      help: "Override the priority change.",
      set: (draft, value) => (draft.weight = value),
    }),
    optionFlag({
      name: "reverse",
      since: "2.0.18",
      group: "tracking",
      default: "off",
      help: "Turn the sign or meaning round.",
      set: (draft) => (draft.isReversed = true),
    }),
    optionFlag({
      name: "noreverse",
      since: "2.0.18",
      group: "tracking",
      default: "object default",
      help: "Cancel a default reverse.",
      set: (draft) => (draft.isReversed = false),
    }),
  ]);
}

const OPTIONS = trackOptions(WEIGHT_LIMIT, "1.1.13");
const OPTIONS_OF: Readonly<Record<TrackedDraft["kind"], typeof OPTIONS>> = {
  interface: OPTIONS,
  script: OPTIONS,
  file: trackOptions(FILE_WEIGHT_LIMIT, "2.0.0"),
  process: trackOptions(WEIGHT_LIMIT, "2.0.11"),
  bfd: trackOptions(WEIGHT_LIMIT, "2.0.0"),
};

interface Tracking {
  readonly tracked: TrackedDraft[];
}

/** The row of one track_ block. */
export function trackRow<Draft extends Tracking>(
  kind: TrackedDraft["kind"],
  row: KeywordText,
): Keyword<Draft> {
  const options = OPTIONS_OF[kind];
  return list<Draft>({
    ...row,
    item: { kind: "name", shape: "NAME [weight N] [reverse|noreverse]" },
    inside: options.rows,
    add: (draft, found, context) => {
      draft.tracked.push(readTracked(kind, options, found, context));
    },
  });
}

function readTracked(
  kind: TrackedDraft["kind"],
  options: typeof OPTIONS,
  [first, ...rest]: readonly [Word, ...Word[]],
  context: Context,
): TrackedDraft {
  const name = { value: first.text, at: spanOf(first) };
  const draft: TrackedDraft = {
    kind,
    name,
    isKnown: kind === "interface" || context.names.has(`${OBJECT_KEYWORD[kind]} ${name.value}`),
  };
  readOptions(options, draft, rest, context);
  if (draft.isReversed !== undefined && draft.weight === undefined) {
    const message = `reverse and noreverse of ${name.value} need a weight before them - ignoring`;
    context.report({ severity: "error", code: "incomplete", message, at: name.at });
    delete draft.isReversed;
  }
  return draft;
}

/** The block that defines a tracked object. */
const OBJECT_KEYWORD = {
  script: "vrrp_script",
  file: "track_file",
  process: "vrrp_track_process",
  bfd: "bfd_instance",
} as const;
