/** Mails about changes of state: who wants one, and that nobody gets the same twice. */
import type { GlobalConfig, MailConfig, Model } from "../config/model.ts";
import {
  bareAddress,
  groupMail,
  instanceMail,
  mailIncompleteLine,
  renderMail,
} from "../report/mail-text.ts";
import type { MailWords } from "../report/mail-text.ts";
import type { MailRelay } from "../sys/telling-ports.ts";
import type { InstanceConfig, SyncGroupConfig } from "../vrrp/config.ts";
import type { GroupStateName } from "../vrrp/step.ts";
import { MailQueue } from "./mail-queue.ts";
import type { MailQueueParts } from "./mail-queue.ts";
import type { NotifyState } from "./messages.ts";
import { stateTold } from "./notifications.ts";

export class MailAlerts {
  readonly #parts: MailQueueParts;
  readonly #queue: MailQueue;
  #global: GlobalConfig | undefined;
  /** The state that was mailed last, by instance and group; kept over a reload. */
  readonly #mailed = new Map<string, string>();

  constructor(parts: MailQueueParts) {
    this.#parts = parts;
    this.#queue = new MailQueue(parts);
  }

  configure(model: Model): void {
    this.#global = model.global;
    const { mail } = model.global;
    this.#queue.setRelay(relayOf(mail));
    const isWanted = [...model.instances, ...model.syncGroups].some(({ smtpAlert }) => smtpAlert);
    const missing = mail.server === undefined ? "smtp_server" : "notification_email";
    const isComplete = mail.server !== undefined && mail.recipients.length > 0;
    if (isWanted && !isComplete) this.#parts.logger.log(mailIncompleteLine(missing));
    const names = [...model.instances.map(keyOfInstance), ...model.syncGroups.map(keyOfGroup)];
    for (const key of this.#mailed.keys()) if (!names.includes(key)) this.#mailed.delete(key);
  }

  instance(config: InstanceConfig, state: NotifyState): void {
    const told = stateTold(config, state);
    if (!config.smtpAlert || told === "init" || told === "masterReceivedLowerPriority") return;
    this.#tell(keyOfInstance(config), told, instanceMail(config.name, told));
  }

  group(config: SyncGroupConfig, state: GroupStateName): void {
    if (!config.smtpAlert || state === "init") return;
    this.#tell(keyOfGroup(config), state, groupMail(config.name, state));
  }

  finish(): Promise<void> {
    return this.#queue.finish();
  }

  #tell(key: string, state: string, words: MailWords): void {
    const global = this.#global;
    if (global === undefined || this.#mailed.get(key) === state) return;
    const { from, recipients, tellsFaults, server } = global.mail;
    if (state === "fault" && !tellsFaults) return;
    this.#mailed.set(key, state);
    const [first, ...others] = recipients.map(bareAddress);
    if (server === undefined || first === undefined) return;
    const { timers } = this.#parts;
    const ms = timers.wallClock();
    const sender = from ?? "";
    const at = { ms, local: timers.localTime(ms) };
    const text = renderMail(words, { routerId: global.routerId, from: sender, recipients, at });
    const { subject } = words;
    this.#queue.add({ subject, sender: bareAddress(sender), recipients: [first, ...others], text });
  }
}

/** Instances have no blanks in their names: a group's key is its own. */
const keyOfInstance = ({ name }: { readonly name: string }): string => name;
const keyOfGroup = ({ name }: { readonly name: string }): string => `group ${name}`;

function relayOf(mail: MailConfig): MailRelay | undefined {
  if (mail.server === undefined) return undefined;
  return {
    host: mail.server,
    port: mail.port,
    helloName: mail.helloName ?? "localhost",
    timeout: mail.connectTimeout,
    tls: mail.tls.kind,
    authorities: mail.tls.authorities,
    login: mail.login,
  };
}
