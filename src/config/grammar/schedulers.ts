/** Rows of virtual_server about the scheduler and what it is told. ipvsadm(8), --scheduler. */
import { SCHEDULERS } from "../../lvs/config.ts";
import type { Scheduler } from "../../lvs/config.ts";
import type { VirtualServerDraft } from "../lvs-drafts.ts";
import type { ArgumentType } from "./arguments.ts";
import { choice } from "./arguments.ts";
import type { Keyword } from "./keyword.ts";
import { flag, value } from "./rows.ts";

const NAMES: ReadonlySet<string> = new Set(SCHEDULERS);
const SCHEDULER_CHOICE = choice(...SCHEDULERS);

const SCHEDULER_HELP: Readonly<Record<Scheduler, string>> = {
  rr: "One server after the other.",
  wrr: "One after the other, by weight.",
  lc: "The server with the fewest connections.",
  wlc: "The server with the fewest connections for its weight.",
  lblc: "One server for each destination, until it is overloaded.",
  sh: "By a hash of the client's address.",
  mh: "By Maglev hashing, which moves few clients when servers change.",
  dh: "By a hash of the destination's address.",
  fo: "The server with the highest weight that is up.",
  ovf: "The server with the highest weight until it is full, then the next.",
  lblcr: "A set of servers for each destination.",
  sed: "The server with the shortest expected delay.",
  nq: "An idle server, or else the one with the shortest expected delay.",
  twos: "The better one of two servers picked at random.",
};

function schedulerNamed(text: string): Scheduler | undefined {
  return NAMES.has(text) ? (text as Scheduler) : undefined;
}

const SCHEDULER: ArgumentType<Scheduler> = {
  ...SCHEDULER_CHOICE,
  choiceHelp: SCHEDULER_HELP,
  // Told apart by a set: this is read once for every service.
  plain: schedulerNamed,
  parse: (word, report) => schedulerNamed(word.text) ?? SCHEDULER_CHOICE.parse(word, report),
};

interface Text {
  readonly name: string;
  readonly since: string;
  readonly help: string;
}

const scheduler = (text: Text, standard: string): Keyword<VirtualServerDraft> =>
  value(SCHEDULER, {
    ...text,
    group: "lvs",
    default: standard,
    set: (draft, value) => (draft.scheduler = value),
  });

type FlagField = "flag1" | "flag2" | "flag3";

const plainFlag = (name: string, field: FlagField): Keyword<VirtualServerDraft> =>
  flag({
    name,
    since: "1.3.0",
    group: "lvs",
    default: "off",
    help: `Give the scheduler its flag ${field.slice(-1)}.`,
    set: (draft, at) => (draft[field] = { value: name, at }),
  });

/** A flag by the name that one scheduler has for it; it counts for what stands above it. */
const namedFlag = (text: Text, owner: "sh" | "mh", field: FlagField): Keyword<VirtualServerDraft> =>
  flag({
    ...text,
    group: "lvs",
    default: "off",
    set: (draft, at, { report }) => {
      const chosen = draft.scheduler?.value;
      if (chosen === "sh" || chosen === "mh") draft[field] = { value: text.name, at };
      if (chosen === owner) return;
      if (chosen === "sh" || chosen === "mh") {
        report({
          severity: "warning",
          code: "ignored",
          message: `${text.name} works for the ${chosen} scheduler like ${chosen}${text.name.slice(2)}`,
          at,
          fix: `write ${chosen}${text.name.slice(2)}`,
        });
        return;
      }
      report({
        severity: "error",
        code: "conflict",
        message: `${text.name} only applies to ${owner} scheduler - ignoring`,
        at,
        ...(draft.scheduler === undefined ? {} : { because: draft.scheduler.at }),
        fix: `write lvs_sched ${owner} above it, or remove ${text.name}`,
      });
    },
  });

export const VIRTUAL_SERVER_SCHEDULER: readonly Keyword<VirtualServerDraft>[] = [
  scheduler({ name: "lvs_sched", since: "1.1.5", help: "Scheduler of the service." }, "wlc"),
  scheduler({ name: "lb_algo", since: "1.0.3", help: "Older name of lvs_sched." }, "wlc"),
  plainFlag("flag-1", "flag1"),
  plainFlag("flag-2", "flag2"),
  plainFlag("flag-3", "flag3"),
  namedFlag(
    {
      name: "sh-fallback",
      since: "1.3.0",
      help: "Source hashing takes another server when the hashed one is gone.",
    },
    "sh",
    "flag1",
  ),
  namedFlag(
    { name: "sh-port", since: "1.3.0", help: "Source hashing takes the port into account." },
    "sh",
    "flag2",
  ),
  namedFlag(
    {
      name: "mh-fallback",
      since: "2.0.20",
      help: "Maglev hashing takes another server when the hashed one is gone.",
    },
    "mh",
    "flag1",
  ),
  namedFlag(
    { name: "mh-port", since: "2.0.20", help: "Maglev hashing takes the port into account." },
    "mh",
    "flag2",
  ),
  flag({
    name: "hashed",
    since: "1.3.0",
    group: "lvs",
    default: "off",
    help: "Once a flag of IPVS, without effect.",
    set: (draft, at, { report }) => {
      const message = "hashed only applies to sh scheduler - ignoring";
      if (draft.scheduler?.value !== "sh") {
        report({ severity: "error", code: "conflict", message, at, fix: "remove hashed" });
      }
    },
  }),
  flag({
    name: "ops",
    since: "1.2.8",
    group: "lvs",
    default: "off",
    help: "Schedule every UDP packet by itself.",
    set: (draft, at) => (draft.onePacket = at),
  }),
];
