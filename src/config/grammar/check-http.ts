/** Rows of HTTP_GET and SSL_GET. keepalived.conf(5), HTTP and SSL healthcheckers. */
import { HTTP_PROTOCOLS, PATTERN_OPTIONS } from "../../lvs/checker-config.ts";
import type { PatternOption } from "../../lvs/checker-config.ts";
import type { ConnectionDraft, HttpCheckDraft, UrlDraft } from "../checker-drafts.ts";
import type { Located, Report } from "../diagnostics.ts";
import type { RealServerDraft } from "../lvs-drafts.ts";
import { nearest } from "../nearest.ts";
import { remark } from "../remark.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { choice, choiceInAnyCase, COUNT_MAXIMUM, explained, integer, text } from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import { digest, statusRange } from "./check-values.ts";
import { blockGrammar } from "./keyword.ts";
import type { BlockGrammar, Context, Keyword } from "./keyword.ts";
import { boolean, flag, section, value, words } from "./rows.ts";

const PROTOCOL = explained(choiceInAnyCase(...HTTP_PROTOCOLS), {
  "1.0": "HTTP/1.0, which closes the connection of itself.",
  "1.0C": "HTTP/1.0 with the header Connection: close.",
  "1.1": "HTTP/1.1 with the header Connection: close.",
});

const PATTERN_OPTION_HELP: Readonly<Record<PatternOption, string>> = {
  allow_empty_class: "An empty class [] is allowed and matches nothing.",
  alt_bsux: "The escapes \\u, \\U and \\x work as in JavaScript.",
  auto_callout: "Compile automatic callouts, which help with debugging alone.",
  caseless: "Upper and lower case are the same.",
  dollar_endonly: "A dollar matches at the very end alone, not before a last newline.",
  dotall: "A dot matches a newline too.",
  dupnames: "Groups may share a name.",
  extended: "Blanks and comments in the pattern are passed over.",
  firstline: "The match must begin in the first line.",
  match_unset_backref: "A reference to a group that did not take part matches the empty string.",
  multiline: "The signs ^ and $ match at every newline.",
  never_ucp: "The pattern cannot switch Unicode properties on.",
  never_utf: "The pattern cannot switch UTF-8 on.",
  no_auto_capture: "Plain parentheses only group.",
  no_auto_possess: "Repetitions are not made possessive automatically.",
  no_dotstar_anchor: "A leading .* is not taken for an anchor.",
  no_start_optimize: "Skip the search for possible starts of a match.",
  ucp: "Classes such as \\d and \\w go by Unicode properties.",
  ungreedy: "Repetitions take as little as they can.",
  utf: "Pattern and answer are UTF-8.",
  never_backslash_c: "The escape \\C is refused.",
  alt_circumflex: "With multiline, ^ also matches after a newline that ends the answer.",
  alt_verbnames: "Names of backtracking verbs may have escapes.",
  use_offset_limit: "Needed for regex_max_offset; set without being asked for there.",
};

const PATTERN_OPTION: ArgumentType<PatternOption> = {
  ...explained(choice(...PATTERN_OPTIONS), PATTERN_OPTION_HELP),
  parse: (word, report) => {
    const found = PATTERN_OPTIONS.find((name) => name === word.text);
    if (found !== undefined) return found;
    const close = nearest(word.text, PATTERN_OPTIONS);
    report({
      ...remark(spanOf(word), `'${word.text}' is no option of a regex - ignoring`),
      fix: close === undefined ? "take one of pcre2api(3)" : `did you mean ${close}?`,
    });
    return undefined;
  },
};

/** Keepalived passes over what is wrong around a pattern without a word. */
function silent(report: Report): Report {
  return (diagnostic) => {
    report({ ...diagnostic, severity: "warning", code: "ignored" });
  };
}

const OFFSET = integer(0, COUNT_MAXIMUM, "bytes");

function takeOffset(
  set: (draft: UrlDraft, value: Located<number>) => void,
): (draft: UrlDraft, found: readonly Word[], context: Context) => void {
  return (draft, [word], context) => {
    if (word === undefined) return;
    const parsed = OFFSET.parse(word, silent(context.report));
    if (parsed !== undefined) set(draft, { value: parsed, at: spanOf(word) });
  };
}

function takeStack(draft: UrlDraft, [first, second]: readonly Word[], context: Context): void {
  if (first === undefined || second === undefined) return;
  const report = silent(context.report);
  const start = OFFSET.parse(first, report);
  const maximum = OFFSET.parse(second, report);
  if (start === undefined || maximum === undefined) return;
  draft.stack = { value: { start, maximum }, at: spanOf(first) };
}

function takeOptions(draft: UrlDraft, found: readonly Word[], { report }: Context): void {
  const options = found
    .map((word) => PATTERN_OPTION.parse(word, silent(report)))
    .filter((option) => option !== undefined);
  const [first] = found;
  if (first === undefined) return;
  const earlier = draft.patternOptions?.value ?? [];
  draft.patternOptions = { value: [...earlier, ...options], at: spanOf(first) };
}

function takePattern(draft: UrlDraft, [word]: readonly Word[]): void {
  if (word !== undefined) draft.pattern = { value: word.text, at: spanOf(word) };
}

function takeStatusCodes(draft: UrlDraft, found: readonly Word[], { report }: Context): void {
  const codes = found
    .map((word) => statusRange.parse(word, report))
    .filter((range) => range !== undefined);
  draft.statusCodes = [...(draft.statusCodes ?? []), ...codes];
}

const HOST: ArgumentType<string> = text("HOST");
const MAX_PATH = 4_096;

const URL_ROWS: readonly Keyword<UrlDraft>[] = [
  value(text("PATH", MAX_PATH), {
    name: "path",
    since: "1.0.3",
    group: "checker",
    default: "required",
    help: "What is asked for, from the first slash on.",
    set: (draft, { value }) => (draft.path = value),
  }),
  value(digest, {
    name: "digest",
    since: "1.0.3",
    group: "checker",
    default: "none",
    help: "MD5 digest that the body of the answer must have, as genhash prints it.",
    set: (draft, value, { report }) => {
      if (draft.digest === undefined) draft.digest = value;
      else {
        report({
          severity: "error",
          code: "duplicate",
          message: `Digest '${value.value}' is a duplicate`,
          at: value.at,
          because: draft.digest.at,
        });
      }
    },
  }),
  words({
    name: "status_code",
    lenient: "silently",
    since: "1.0.3",
    group: "checker",
    default: "200-299",
    help: "Status codes that are a success, one by one or as ranges.",
    arguments: [{ ...statusRange, shape: "CODE[-CODE] ..." }],
    needs: 1,
    take: takeStatusCodes,
  }),
  value(HOST, {
    name: "virtualhost",
    lenient: true,
    since: "1.3.6",
    group: "checker",
    default: "that of the check",
    help: "Host header for this URL.",
    set: (draft, { value }) => (draft.virtualHost = value),
  }),
  words({
    name: "regex",
    lenient: "silently",
    since: "2.0.7",
    group: "checker",
    default: "none",
    help: "Perl-compatible pattern (PCRE2) that the answer must match.",
    arguments: [{ kind: "pattern", shape: "PATTERN" }],
    needs: 1,
    likeCommand: true,
    take: takePattern,
  }),
  flag({
    name: "regex_no_match",
    since: "2.0.7",
    group: "checker",
    default: "off",
    help: "The answer must not match the pattern.",
    set: (draft, at) => (draft.mustNotMatch = at),
  }),
  words({
    name: "regex_options",
    lenient: "silently",
    since: "2.0.7",
    group: "checker",
    default: "none",
    help: "How the pattern is compiled; the words are those of pcre2api(3).",
    arguments: [{ ...PATTERN_OPTION, shape: "OPTION ..." }],
    needs: 1,
    take: takeOptions,
  }),
  words({
    name: "regex_min_offset",
    lenient: "silently",
    since: "2.0.7",
    group: "checker",
    default: "0",
    help: "Where in the answer the search begins.",
    arguments: [OFFSET],
    needs: 1,
    take: takeOffset((draft, value) => (draft.minimumOffset = value)),
  }),
  words({
    name: "regex_max_offset",
    lenient: "silently",
    since: "2.0.7",
    group: "checker",
    default: "the end",
    help: "The last place in the answer at which a match may begin.",
    arguments: [OFFSET],
    needs: 1,
    take: takeOffset((draft, value) => (draft.maximumOffset = value)),
  }),
  words({
    name: "regex_stack",
    lenient: "silently",
    since: "2.0.7",
    group: "checker",
    default: "PCRE2's own",
    help: "First and largest size of the stack for patterns that need much of it.",
    arguments: [
      { ...OFFSET, shape: "START" },
      { ...OFFSET, shape: "MAX" },
    ],
    needs: 2,
    take: takeStack,
  }),
];

function tlsCompliantRow<Draft extends { tlsCompliant?: boolean }>(
  fallback: string,
): Keyword<Draft> {
  return boolean({
    name: "tls_compliant",
    since: "2.2.8",
    group: "checker",
    default: fallback,
    help: "Take a TLS connection that ends without a closing alert for a failure.",
    set: (draft, { value }) => (draft.tlsCompliant = value),
  });
}

function urlRow(grammar: BlockGrammar<UrlDraft>): Keyword<HttpCheckDraft> {
  return section<HttpCheckDraft, UrlDraft>(grammar, {
    name: "url",
    since: "1.0.3",
    group: "checker",
    default: "required",
    help: "One request and the answer it should get.",
    open: (draft, { at }) => {
      const made: UrlDraft = { at };
      draft.urls.push(made);
      return made;
    },
  });
}

const HTTP_ROWS: readonly Keyword<HttpCheckDraft>[] = [
  value(integer(0, 4_294_967_295), {
    name: "nb_get_retry",
    since: "1.0.3",
    group: "checker",
    default: "retry",
    help: "Old name of retry.",
    instead: "retry",
    set: (draft, { value }) => (draft.retry = value),
  }),
  value(HOST, {
    name: "virtualhost",
    lenient: true,
    since: "1.3.6",
    group: "checker",
    default: "its real server's",
    help: "Host header of the requests.",
    set: (draft, { value }) => (draft.virtualHost = value),
  }),
  value(PROTOCOL, {
    name: "http_protocol",
    lenient: true,
    since: "2.0.17",
    group: "checker",
    default: "1.0",
    help: "Version of HTTP that is spoken.",
    set: (draft, { value }) => (draft.protocol = value),
  }),
  boolean({
    name: "enable_sni",
    since: "1.4.3",
    group: "checker",
    default: "off",
    help: "Name the virtual host in the TLS handshake (Server Name Indication).",
    set: (draft, { value }) => (draft.sendsServerName = value),
  }),
  value(HOST, {
    name: "sni_name",
    since: "2.4.4",
    group: "checker",
    default: "virtualhost",
    help: "The name given in the TLS handshake when it is not the virtual host.",
    set: (draft, { value }) => (draft.serverName = value),
  }),
  boolean({
    name: "fast_recovery",
    since: "2.0.17",
    group: "checker",
    default: "off",
    help: "Go through the URLs without a pause after a start or a failure.",
    set: (draft, { value }) => (draft.fastRecovery = value),
  }),
];

const httpUrlGrammar = blockGrammar<UrlDraft>("url", URL_ROWS);
const sslUrlGrammar = blockGrammar<UrlDraft>("url", URL_ROWS, [
  tlsCompliantRow("that of the check"),
]);

/** HTTP_GET or SSL_GET, with the options that every connection has. */
export function httpRow(
  name: "HTTP_GET" | "SSL_GET",
  connection: readonly Keyword<ConnectionDraft>[],
): Keyword<RealServerDraft> {
  const usesTls = name === "SSL_GET";
  const grammar = blockGrammar<HttpCheckDraft>(
    name,
    HTTP_ROWS,
    usesTls ? [tlsCompliantRow("off"), urlRow(sslUrlGrammar)] : [urlRow(httpUrlGrammar)],
    connection,
  );
  return section(grammar, {
    name,
    since: "1.0.3",
    group: "checker",
    default: "none",
    help: usesTls
      ? "Fetch pages over HTTPS and compare the answers with what they should be."
      : "Fetch pages over HTTP and compare the answers with what they should be.",
    open: (server, { at }) => {
      const made: HttpCheckDraft = { kind: "http", at, server, usesTls, urls: [] };
      server.checkers.push(made);
      return made;
    },
  });
}
