/**
 * Health checks of a real server: what they inherit from it and from the virtual server, defaults,
 * and what they cannot do without. keepalived.conf(5), healthcheckers.
 */
import { seconds } from "../base/units.ts";
import type { CheckerConfig, UdpReplyConfig } from "../lvs/checker-config.ts";
import type {
  BfdCheckDraft,
  CheckerDraft,
  FileCheckDraft,
  MiscCheckDraft,
  ReferenceDraft,
  SmtpCheckDraft,
  UdpCheckDraft,
} from "./checker-drafts.ts";
import type { Located } from "./diagnostics.ts";
import type { Command } from "../base/command.ts";
import { finishHttp } from "./finish-check-http.ts";
import { finishNetwork, finishTiming, inherited } from "./finish-check-timing.ts";
import type { KindDefaults } from "./finish-check-timing.ts";
import { namesOf } from "./finish-tracking.ts";
import type { CheckScope } from "./finish-server-group.ts";
import type { RealServerDraft } from "./lvs-drafts.ts";
import { remark } from "./remark.ts";

const DEFAULT_HELLO_NAME = "smtpchecker.keepalived.org";
const DEFAULT_MAXIMUM_LENGTH = 255;

const USUAL: KindDefaults = { retry: 1, delayBeforeRetry: seconds(1) };
const FOR_MISC: KindDefaults = { retry: 0, delayBeforeRetry: seconds(1) };
const FOR_DNS: KindDefaults = { retry: 3, delayBeforeRetry: undefined };

/** The checks of a server; those that cannot be made are reported and left out. */
export function finishCheckers(
  server: RealServerDraft,
  scope: CheckScope,
): readonly CheckerConfig[] {
  const finished: CheckerConfig[] = [];
  // There may be tens of thousands of servers, and few follow a session.
  let followed: Set<string> | undefined;
  for (const draft of server.checkers) {
    const checker = finishChecker(draft, server, scope);
    if (checker === undefined) continue;
    if (checker.kind === "bfd") {
      followed ??= new Set();
      if (isRepeated(checker.instance, draft, followed, scope)) continue;
    }
    finished.push(checker);
    if (draft.kind === "smtp") finished.push(...finishHosts(draft, server, scope));
  }
  return finished;
}

/** The program that a check runs, for the checks of scripts as a whole. */
export function commandOfChecker(draft: CheckerDraft): Located<Command> | undefined {
  return draft.kind === "misc" ? draft.command : undefined;
}

/** One check, or undefined when it cannot be made. */
export function finishChecker(
  draft: CheckerDraft,
  server: RealServerDraft,
  scope: CheckScope,
): CheckerConfig | undefined {
  switch (draft.kind) {
    case "tcp":
    case "ping":
      return { kind: draft.kind, ...finishNetwork(draft, USUAL, server, scope) };
    case "smtp":
      return {
        kind: "smtp",
        ...finishNetwork(draft, USUAL, server, scope),
        helloName: draft.helloName ?? DEFAULT_HELLO_NAME,
      };
    case "udp":
      return {
        kind: "udp",
        ...finishNetwork(draft, USUAL, server, scope),
        payload: draft.payload,
        reply: finishReply(draft, scope),
      };
    case "dns":
      return {
        kind: "dns",
        ...finishNetwork(draft, FOR_DNS, server, scope),
        type: draft.type ?? "SOA",
        name: draft.name ?? ".",
      };
    case "http":
      return finishHttp(draft, server, scope);
    case "misc":
      return finishMisc(draft, server, scope);
    case "file":
      return finishFile(draft, scope);
    case "bfd":
      return finishBfdCheck(draft, server, scope);
  }
}

/** What a `host` block does not say, the block around it says. */
function finishHosts(
  draft: SmtpCheckDraft,
  server: RealServerDraft,
  scope: CheckScope,
): readonly CheckerConfig[] {
  return draft.hosts.map((host) => ({
    kind: "smtp",
    ...finishNetwork({ ...draft, ...host }, USUAL, server, scope),
    helloName: draft.helloName ?? DEFAULT_HELLO_NAME,
  }));
}

function finishReply(draft: UdpCheckDraft, { report }: CheckScope): UdpReplyConfig | undefined {
  if (draft.requiresReply !== true) {
    const idle = draft.minimumLength ?? draft.maximumLength;
    if (idle !== undefined) {
      report({
        ...remark(idle.at, "a length of the reply has no effect without require_reply"),
        fix: "add require_reply",
      });
    }
    return undefined;
  }
  const minimumLength = draft.minimumLength?.value ?? 0;
  const maximumLength = draft.maximumLength?.value ?? DEFAULT_MAXIMUM_LENGTH;
  if (minimumLength > maximumLength) {
    report({
      severity: "error",
      code: "conflict",
      message: `UDP_CHECK min_reply length ${minimumLength} > max_reply_length ${maximumLength} - will always fail`,
      at: draft.minimumLength?.at ?? draft.maximumLength?.at ?? draft.at,
      ...(draft.maximumLength === undefined ? {} : { because: draft.maximumLength.at }),
    });
  }
  return { pattern: draft.replyPattern, minimumLength, maximumLength };
}

function finishMisc(
  draft: MiscCheckDraft,
  server: RealServerDraft,
  scope: CheckScope,
): CheckerConfig | undefined {
  if (draft.command === undefined) {
    scope.report({
      severity: "error",
      code: "incomplete",
      message: "No script path has been specified for MISC_CHECKER - skipping",
      at: draft.at,
      fix: "add misc_path with the program to run",
    });
    return undefined;
  }
  const { value: command, at } = draft.command;
  if (!scope.programExists(command.argv[0])) {
    const message = `${command.argv[0]} cannot be run, so the check would be left out`;
    scope.report({ ...remark(at, message), fix: "name a program that exists" });
  }
  const timing = finishTiming(draft, FOR_MISC, server, scope);
  return {
    kind: "misc",
    timing,
    command: {
      ...command,
      user: draft.user?.user ?? command.user,
      group: draft.user?.group ?? command.group,
    },
    timeout: draft.timeout ?? timing.delayLoop,
    setsWeight: draft.setsWeight ?? false,
  };
}

function finishFile(draft: FileCheckDraft, scope: CheckScope): CheckerConfig | undefined {
  const { trackFile } = draft;
  if (trackFile === undefined) {
    scope.report({
      severity: "error",
      code: "incomplete",
      message: "FILE_CHECK has no track_file specified - ignoring",
      at: draft.at,
      fix: "add track_file with the name of a track_file block",
    });
    return undefined;
  }
  const file = scope.trackFiles.get(trackFile.value);
  if (!trackFile.isKnown || file?.essential === undefined) {
    reportUnknown("track_file", `track_file ${trackFile.value} not found`, trackFile, scope);
    return undefined;
  }
  return {
    kind: "file",
    trackFile: trackFile.value,
    weight: draft.weight ?? file.weight?.value ?? 1,
    reverse: draft.isReversed ?? file.isReversed ?? false,
  };
}

/** A block that does not exist, or stands below the one that names it. */
function reportUnknown(
  keyword: string,
  message: string,
  { value, at }: ReferenceDraft,
  scope: CheckScope,
): void {
  const below = scope.names.get(`${keyword} ${value}`);
  const close = below === undefined ? scope.suggest(value, namesOf(keyword, scope)) : undefined;
  scope.report({
    severity: "error",
    code: "unknown-reference",
    message,
    at,
    ...(below === undefined ? {} : { because: below }),
    fix:
      close === undefined
        ? `put ${keyword} ${value} above the virtual server, with all it needs`
        : `did you mean ${close}?`,
  });
}

function finishBfdCheck(
  draft: BfdCheckDraft,
  server: RealServerDraft,
  scope: CheckScope,
): CheckerConfig | undefined {
  const { instance } = draft;
  if (instance === undefined) {
    scope.report({
      severity: "error",
      code: "incomplete",
      message: "No name has been specified for BFD_CHECKER - skipping",
      at: draft.at,
      fix: "add name with the name of a bfd_instance",
    });
    return undefined;
  }
  if (!instance.isKnown) {
    const message = `BFD_CHECK - BFD ${instance.value} not configured`;
    reportUnknown("bfd_instance", message, instance, scope);
    return undefined;
  }
  const session = scope.bfdInstances.get(instance.value);
  if (session?.tellsVrrp !== undefined && session.tellsCheckers === undefined) {
    scope.report({
      severity: "error",
      code: "conflict",
      message: `BFD_CHECK - BFD ${instance.value} not configured for checkers, as it tells VRRP alone`,
      at: instance.at,
      because: session.tellsVrrp,
      fix: `add checker to bfd_instance ${instance.value}`,
    });
    return undefined;
  }
  return {
    kind: "bfd",
    instance: instance.value,
    startsFailed: inherited(draft, server, "alpha") ?? false,
  };
}

/** One session need not be followed twice. */
function isRepeated(
  instance: string,
  draft: CheckerDraft,
  followed: Set<string>,
  { report }: CheckScope,
): boolean {
  if (!followed.has(instance)) {
    followed.add(instance);
    return false;
  }
  const message = `BFD_CHECK - RS already monitoring ${instance}`;
  report({ severity: "error", code: "duplicate", message, at: draft.at });
  return true;
}
