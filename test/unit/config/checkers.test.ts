/** Health checks of real servers: what they inherit, their defaults, and odd ways to write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckerConfig } from "../../../src/lvs/checker-config.ts";
import { loadText, messagesOf } from "./reading.ts";

/** The checks of one real server 10.0.0.2:80, whose service and self have these lines. */
function checkersOf(
  checks: string,
  {
    service = "",
    server = "",
    before = "",
  }: Partial<Record<"service" | "server" | "before", string>> = {},
): readonly CheckerConfig[] {
  const { services, diagnostics } = loadText(
    [
      before,
      "virtual_server 10.0.0.1 8080 {",
      "lvs_sched rr\nlvs_method NAT\nprotocol TCP",
      service,
      "real_server 10.0.0.2 80 {",
      server,
      checks,
      "}\n}\n",
    ].join("\n"),
  );
  const [realServer] = services.virtualServers[0]?.realServers ?? [];
  assert.ok(realServer !== undefined, messagesOf({ diagnostics }).join("; "));
  return realServer.checkers;
}

const URL = "url {\npath /\n}";

const timingOf = (checker: CheckerConfig | undefined): object | undefined =>
  checker !== undefined && "timing" in checker ? checker.timing : undefined;

test("a check that says nothing has the defaults of its kind", () => {
  const [tcp, misc, dns, http] = checkersOf(
    `TCP_CHECK {\n}\nMISC_CHECK {\nmisc_path /bin/true\n}\nDNS_CHECK {\n}\nHTTP_GET {\n${URL}\n}`,
  );
  const usual = {
    delayLoop: 60_000_000,
    retry: 1,
    delayBeforeRetry: 1_000_000,
    warmup: 60_000_000,
    startsFailed: false,
    logsAllFailures: false,
  };
  assert.deepEqual(timingOf(tcp), usual);
  assert.deepEqual(timingOf(misc), { ...usual, retry: 0 });
  assert.deepEqual(timingOf(dns), { ...usual, retry: 3, delayBeforeRetry: 60_000_000 });
  assert.deepEqual(timingOf(http), { ...usual, delayBeforeRetry: 3_000_000 });
  assert.ok(misc?.kind === "misc" && misc.timeout === 60_000_000);
});

test("what a check does not say, its real server says, and else the virtual server", () => {
  const [own, inherits] = checkersOf("TCP_CHECK {\nretry 9\nalpha no\n}\nTCP_CHECK {\n}", {
    service: "delay_loop 10\nretry 5\nconnect_timeout 2\nalpha",
    server: "retry 6\nwarmup 3",
  });
  assert.deepEqual(timingOf(inherits), {
    delayLoop: 10_000_000,
    retry: 6,
    delayBeforeRetry: 1_000_000,
    warmup: 3_000_000,
    startsFailed: true,
    logsAllFailures: false,
  });
  assert.ok(inherits?.kind === "tcp" && inherits.connection.connectTimeout === 2_000_000);
  assert.ok(own?.kind === "tcp" && own.timing.retry === 9 && !own.timing.startsFailed);
});

test("checker_log_all_failures is the default of log_all_failures", () => {
  const [inherits, own] = checkersOf("TCP_CHECK {\n}\nTCP_CHECK {\nlog_all_failures off\n}", {
    before: "global_defs {\nchecker_log_all_failures\n}",
  });
  assert.ok(inherits?.kind === "tcp" && inherits.timing.logsAllFailures);
  assert.ok(own?.kind === "tcp" && !own.timing.logsAllFailures);
});

test("a check goes to its real server unless it names another place", () => {
  const [plain, elsewhere] = checkersOf(
    "TCP_CHECK {\n}\nTCP_CHECK {\nconnect_ip 2001:db8::1\nconnect_port 81\nbindto 2001:db8::2\nfwmark 7\n}",
  );
  assert.ok(plain?.kind === "tcp" && elsewhere?.kind === "tcp");
  assert.deepEqual(plain.connection, {
    address: "10.0.0.2",
    port: 80,
    connectTimeout: 5_000_000,
    bindAddress: undefined,
    bindPort: undefined,
    bindInterface: undefined,
    mark: 0,
  });
  assert.deepEqual(elsewhere.connection, {
    ...plain.connection,
    address: "2001:db8::1",
    port: 81,
    bindAddress: "2001:db8::2",
    mark: 7,
  });
});

test("the virtual host of a URL is its own, the check's, the server's or the service's", () => {
  const [http, bare] = checkersOf(
    `HTTP_GET {\nvirtualhost check\n${URL}\nurl {\npath /b\nvirtualhost own\n}\n}\nSSL_GET {\n${URL}\n}`,
    { service: "virtualhost service", server: "virtualhost server" },
  );
  assert.ok(http?.kind === "http" && bare?.kind === "http");
  assert.deepEqual(
    http.urls.map((url) => url.virtualHost),
    ["check", "own"],
  );
  assert.deepEqual(
    bare.urls.map((url) => url.virtualHost),
    ["server"],
  );
});

test("only SSL_GET speaks TLS, and names the virtual host when it is told to", () => {
  const checkers = checkersOf(
    [
      `HTTP_GET {\nenable_sni\n${URL}\n}`,
      `SSL_GET {\n${URL}\n}`,
      `SSL_GET {\nenable_sni\n${URL}\n}`,
      `SSL_GET {\nenable_sni\nsni_name tls\n${URL}\n}`,
    ].join("\n"),
  );
  assert.deepEqual(
    checkers.map((checker) => (checker.kind === "http" ? checker.tls?.serverName : "wrong")),
    [undefined, { kind: "none" }, { kind: "virtualHost" }, { kind: "name", name: "tls" }],
  );
});

test("status codes are 200-299, or those of all lines together", () => {
  const [http] = checkersOf(
    `HTTP_GET {\n${URL}\nurl {\npath /b\nstatus_code 200 404-405\nstatus_code 301\n}\n}`,
  );
  assert.ok(http?.kind === "http");
  assert.deepEqual(
    http.urls.map((url) => url.statusCodes),
    [
      [{ from: 200, to: 299 }],
      [
        { from: 200, to: 200 },
        { from: 404, to: 405 },
        { from: 301, to: 301 },
      ],
    ],
  );
});

test("a regex is split like a command: quotes join, a backslash is written twice", () => {
  const [http] = checkersOf(
    `HTTP_GET {\nurl {\npath /\nregex 'is "up"'" \\\\d+"\nregex_options caseless utf\n}\n}`,
  );
  assert.ok(http?.kind === "http");
  assert.deepEqual(http.urls[0].pattern, {
    text: 'is "up" \\d+',
    options: ["caseless", "utf"],
    mustMatch: true,
    minimumOffset: 0,
    maximumOffset: undefined,
    stack: undefined,
  });
});

test("hexadecimal digits go in pairs, and one that is left over is a byte", () => {
  const [udp] = checkersOf("UDP_CHECK {\npayload Ab12f 3 456 546443123\nrequire_reply aX x\n}");
  assert.ok(udp?.kind === "udp");
  assert.equal(udp.payload, "ab120f0345065464431203");
  assert.deepEqual(udp.reply, { pattern: "ax0x", minimumLength: 0, maximumLength: 255 });
});

test("each host block of an SMTP_CHECK is one more check with what the block around it says", () => {
  const checkers = checkersOf(
    "SMTP_CHECK {\nhelo_name lb1\nretry 2\nhost {\nconnect_port 587\n}\nhost {\nretry 5\n}\n}",
  );
  assert.deepEqual(
    checkers.map((checker) =>
      checker.kind === "smtp"
        ? [checker.helloName, checker.connection.port, checker.timing.retry]
        : checker.kind,
    ),
    [
      ["lb1", 80, 2],
      ["lb1", 587, 2],
      ["lb1", 80, 5],
    ],
  );
});

test("FILE_CHECK takes weight and direction from its track_file unless it has its own", () => {
  const before = "track_file load {\nfile /run/load\nweight 2 reverse\n}";
  const checkers = checkersOf(
    "FILE_CHECK {\ntrack_file load\n}\nFILE_CHECK {\ntrack_file load\nweight 5 noreverse\n}",
    { before },
  );
  assert.deepEqual(checkers, [
    { kind: "file", trackFile: "load", weight: 2, reverse: true },
    { kind: "file", trackFile: "load", weight: 5, reverse: false },
  ]);
});

test("a check that cannot be made is left out, and the others are made", () => {
  const checkers = checkersOf(
    "MISC_CHECK {\n}\nHTTP_GET {\n}\nFILE_CHECK {\n}\nBFD_CHECK {\nname nobody\n}\nTCP_CHECK {\n}",
  );
  assert.deepEqual(
    checkers.map(({ kind }) => kind),
    ["tcp"],
  );
});

test("one line of MISC_CHECK names program, arguments, user and group; user names them again", () => {
  const [plain, again] = checkersOf(
    `MISC_CHECK {\nmisc_path "/bin/check 'a b' c" nobody www\n}\n` +
      `MISC_CHECK {\nmisc_path /bin/check nobody\nuser daemon\nmisc_dynamic\n}`,
  );
  assert.ok(plain?.kind === "misc" && again?.kind === "misc");
  assert.deepEqual(plain.command.argv, ["/bin/check", "a b", "c"]);
  assert.deepEqual([plain.command.user, plain.command.group], ["nobody", "www"]);
  assert.deepEqual([again.command.user, again.setsWeight], ["daemon", true]);
});
