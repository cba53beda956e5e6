/** HTTP_GET and SSL_GET: requests and the answers they should get. */
import { seconds } from "../base/units.ts";
import type {
  HttpCheckConfig,
  PatternConfig,
  ServerName,
  StatusRange,
  UrlConfig,
} from "../lvs/checker-config.ts";
import type { HttpCheckDraft, UrlDraft } from "./checker-drafts.ts";
import { finishNetwork, inherited } from "./finish-check-timing.ts";
import type { KindDefaults } from "./finish-check-timing.ts";
import type { CheckScope } from "./finish-server-group.ts";
import type { RealServerDraft } from "./lvs-drafts.ts";
import { patternProblem } from "./pattern.ts";
import { remark } from "./remark.ts";

const FOR_HTTP: KindDefaults = { retry: 1, delayBeforeRetry: seconds(3) };
const SUCCESS: readonly StatusRange[] = [{ from: 200, to: 299 }];

/** The check, or undefined when nothing could be asked for. */
export function finishHttp(
  draft: HttpCheckDraft,
  server: RealServerDraft,
  scope: CheckScope,
): HttpCheckConfig | undefined {
  const virtualHost = inherited(draft, server, "virtualHost");
  const [first, ...others] = draft.urls.flatMap((url) => {
    const finished = finishUrl(url, virtualHost, draft, scope);
    return finished === undefined ? [] : [finished];
  });
  if (first === undefined) {
    // Of urls that are there and useless each has said why.
    if (draft.urls.length > 0) return undefined;
    scope.report({
      severity: "error",
      code: "incomplete",
      message: "HTTP/SSL_GET checker has no urls specified - ignoring",
      at: draft.at,
      fix: "add url { path / }",
    });
    return undefined;
  }
  return {
    kind: "http",
    ...finishNetwork(draft, FOR_HTTP, server, scope),
    protocol: draft.protocol ?? "1.0",
    tls: draft.usesTls ? { serverName: serverNameOf(draft) } : undefined,
    fastRecovery: draft.fastRecovery ?? false,
    urls: [first, ...others],
  };
}

function serverNameOf({ sendsServerName, serverName }: HttpCheckDraft): ServerName {
  if (sendsServerName !== true) return { kind: "none" };
  return serverName === undefined ? { kind: "virtualHost" } : { kind: "name", name: serverName };
}

function finishUrl(
  draft: UrlDraft,
  virtualHost: string | undefined,
  check: HttpCheckDraft,
  scope: CheckScope,
): UrlConfig | undefined {
  if (draft.path === undefined) {
    scope.report({
      severity: "error",
      code: "incomplete",
      message: "HTTP/SSL_GET checker url has no path - ignoring",
      at: draft.at,
      fix: "add path / or the path of a page",
    });
    return undefined;
  }
  const codes = draft.statusCodes ?? [];
  return {
    path: draft.path,
    virtualHost: draft.virtualHost ?? virtualHost,
    statusCodes: codes.length === 0 ? SUCCESS : codes,
    digest: draft.digest?.value,
    pattern: finishPattern(draft, scope),
    tlsCompliant: draft.tlsCompliant ?? check.tlsCompliant ?? false,
  };
}

function finishPattern(draft: UrlDraft, { report }: CheckScope): PatternConfig | undefined {
  const { pattern, minimumOffset, maximumOffset, stack } = draft;
  if (pattern === undefined) {
    const at = draft.mustNotMatch ?? draft.patternOptions?.at ?? minimumOffset?.at;
    if (at !== undefined) report(remark(at, "this has no effect without a regex"));
    return undefined;
  }
  const options = draft.patternOptions?.value ?? [];
  const problem = patternProblem(pattern.value, options.includes("extended"));
  if (problem !== undefined) {
    const message = `regex '${pattern.value}' cannot be compiled: ${problem}; the answer is not looked at`;
    report({ ...remark(pattern.at, message), fix: "correct the pattern" });
  }
  if (maximumOffset !== undefined && maximumOffset.value < (minimumOffset?.value ?? 0)) {
    const message = `regex_max_offset ${maximumOffset.value} lies before regex_min_offset, so nothing is found`;
    report(remark(maximumOffset.at, message));
  }
  if (stack !== undefined && stack.value.maximum < stack.value.start) {
    report(remark(stack.at, "the largest size of regex_stack is below the first one"));
  }
  return {
    text: pattern.value,
    options,
    mustMatch: draft.mustNotMatch === undefined,
    minimumOffset: minimumOffset?.value ?? 0,
    maximumOffset: maximumOffset?.value,
    stack: stack?.value,
  };
}
