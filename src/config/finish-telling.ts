/** FIFOs and mail: who else is told of changes. keepalived.conf(5), global_defs. */
import type { Command } from "../base/command.ts";
import { seconds } from "../base/units.ts";
import type { Located } from "./diagnostics.ts";
import type { FifoDraft, GlobalDraft } from "./drafts.ts";
import type { FifoConfig, MailConfig } from "./model.ts";
import type { Scope } from "./scope.ts";

const DEFAULT_SMTP_PORT = 25;
const DEFAULT_SMTP_TIMEOUT = seconds(30);

export function finishMail(global: GlobalDraft, hostName: string, scope: Scope): MailConfig {
  const { mail, mailLogin } = global;
  const tls = mail.tls ?? { kind: "off", authorities: undefined };
  const wouldShowPassword = mailLogin !== undefined && tls.kind === "off";
  if (wouldShowPassword) {
    scope.report({
      severity: "warning",
      code: "ignored",
      message: "smtp_auth is ignored without smtp_tls: the password would cross in the clear",
      at: mailLogin.at,
      fix: "add smtp_tls starttls, or smtp_tls implicit with port 465",
    });
  }
  return {
    from: mail.from ?? `keepalived@${hostName}`,
    recipients: mail.recipients ?? [],
    server: mail.server,
    port: mail.port ?? DEFAULT_SMTP_PORT,
    helloName: mail.helloName ?? hostName,
    connectTimeout: mail.connectTimeout ?? DEFAULT_SMTP_TIMEOUT,
    tellsFaults: mail.tellsFaults ?? true,
    tls,
    login: wouldShowPassword ? undefined : mailLogin?.value,
  };
}

export function finishFifos(global: GlobalDraft, scope: Scope): readonly FifoConfig[] {
  const all = finishFifo("notify_fifo", global.fifo, global.fifoScript, scope);
  const vrrp = finishFifo("vrrp_notify_fifo", global.vrrpFifo, global.vrrpFifoScript, scope);
  if (all !== undefined && all.path === vrrp?.path && global.vrrpFifo !== undefined) {
    scope.report({
      severity: "warning",
      code: "ignored",
      message: `vrrp_notify_fifo ${vrrp.path} is ignored: notify_fifo has every line of it`,
      at: global.vrrpFifo.path.at,
      fix: "remove it, or give it a name of its own",
    });
    return [all];
  }
  return [all, vrrp].filter((fifo) => fifo !== undefined);
}

function finishFifo(
  keyword: FifoConfig["keyword"],
  draft: FifoDraft | undefined,
  script: Located<Command> | undefined,
  { report }: Scope,
): FifoConfig | undefined {
  if (draft === undefined) {
    if (script === undefined) return undefined;
    report({
      severity: "warning",
      code: "ignored",
      message: `${keyword}_script is ignored: there is no ${keyword}`,
      at: script.at,
      fix: `add ${keyword} PATH`,
    });
    return undefined;
  }
  const { path, owner } = draft;
  return {
    keyword,
    path: path.value,
    owner: owner && { user: owner.user, group: owner.group },
    script: script?.value,
  };
}
