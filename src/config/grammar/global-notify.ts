/** Rows of global_defs about FIFOs and about how mail is sent. */
import type { FifoDraft, GlobalDraft } from "../drafts.ts";
import type { Word } from "../words.ts";
import { spanOf } from "../words.ts";
import { choice, text } from "./arguments.ts";
import type { Keyword } from "./keyword.ts";
import { boolean, command, flag, userOf, words } from "./rows.ts";

const FIFO = text("PATH [USER [GROUP]]");
const ENCRYPTION = choice("starttls", "implicit");

function fifoOf([path, user, group]: readonly Word[]): FifoDraft | undefined {
  if (path === undefined) return undefined;
  return {
    path: { value: path.text, at: spanOf(path) },
    owner: user === undefined ? undefined : userOf(user, group),
  };
}

export const GLOBAL_NOTIFY: readonly Keyword<GlobalDraft>[] = [
  flag({
    name: "no_email_faults",
    since: "2.0.0",
    group: "smtp",
    default: "off",
    help: "Send no mail for FAULT transitions.",
    set: (draft) => (draft.mail.tellsFaults = false),
  }),
  words({
    name: "smtp_tls",
    since: "0.1.0",
    ours: true,
    group: "smtp",
    default: "off",
    help: "Send mail encrypted: after STARTTLS, or from the first byte; the certificate is checked.",
    arguments: [ENCRYPTION, text("[CA_FILE]")],
    needs: 1,
    take: (draft, [kind, authorities], context) => {
      const value = kind && ENCRYPTION.parse(kind, context.report);
      if (value !== undefined) draft.mail.tls = { kind: value, authorities: authorities?.text };
    },
  }),
  words({
    name: "smtp_auth",
    since: "0.1.0",
    ours: true,
    group: "smtp",
    default: "none",
    help: "Log in to the mail server with the password in a file that only its owner may read.",
    arguments: [text("USER"), text("FILE")],
    needs: 2,
    take: (draft, [user, file]) => {
      if (user === undefined || file === undefined) return;
      const value = { user: user.text, passwordFile: file.text };
      draft.mailLogin = { value, at: spanOf(user) };
    },
  }),
  words({
    name: "notify_fifo",
    since: "1.3.6",
    group: "notify",
    default: "none",
    help: "FIFO for all notify events.",
    arguments: [FIFO],
    needs: 1,
    take: (draft, found) => {
      const fifo = fifoOf(found);
      if (fifo !== undefined) draft.fifo = fifo;
    },
  }),
  command({
    name: "notify_fifo_script",
    since: "1.3.6",
    group: "notify",
    default: "none",
    help: "Program started to read notify_fifo.",
    set: (draft, value) => (draft.fifoScript = value),
  }),
  words({
    name: "vrrp_notify_fifo",
    since: "1.3.6",
    group: "notify",
    default: "none",
    help: "FIFO for VRRP events.",
    arguments: [FIFO],
    needs: 1,
    take: (draft, found) => {
      const fifo = fifoOf(found);
      if (fifo !== undefined) draft.vrrpFifo = fifo;
    },
  }),
  command({
    name: "vrrp_notify_fifo_script",
    since: "1.3.6",
    group: "notify",
    default: "none",
    help: "Program started to read vrrp_notify_fifo.",
    set: (draft, value) => (draft.vrrpFifoScript = value),
  }),
  boolean({
    name: "vrrp_notify_priority_changes",
    since: "2.0.16",
    group: "notify",
    default: "off",
    help: "Also write priority changes to FIFOs.",
    set: (draft, value) => (draft.notifiesPriority = value),
  }),
  flag({
    name: "fifo_write_vrrp_states_on_reload",
    since: "2.2.5",
    group: "notify",
    default: "off",
    help: "Rewrite all VRRP states to FIFOs after a reload.",
    set: (draft, at) => (draft.writesStatesOnReload = at),
  }),
];
