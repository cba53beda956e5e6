/** Mails about changes of state, in Keepalived's layout: filters and pagers know it. */
import type { LocalTime } from "../base/local-time.ts";
import { renderMailDate } from "./mail-date.ts";
import { info, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

export interface MailWords {
  readonly subject: string;
  readonly body: string;
}

export type MailedState = "master" | "backup" | "fault" | "stopped" | "deleted";

export function instanceMail(name: string, state: MailedState): MailWords {
  const subject = `VRRP Instance ${name} - ${subjectOf(state)}`;
  switch (state) {
    case "master":
      return { subject, body: "=> VRRP Instance is now owning VRRP VIPs <=" };
    case "backup":
    case "fault":
      return { subject, body: "=> VRRP Instance is no longer owning VRRP VIPs <=" };
    case "stopped":
      return { subject, body: "=> VRRP Instance stopping <=" };
    case "deleted":
      return { subject, body: "=> VRRP Deleted at reload <=" };
  }
}

export function groupMail(name: string, state: Exclude<MailedState, "deleted">): MailWords {
  const where = state === "stopped" ? "stopping" : `in ${state.toUpperCase()} state`;
  return {
    subject: `VRRP Group ${name} - ${subjectOf(state)}`,
    body: `=> All VRRP group instances are now ${where} <=`,
  };
}

function subjectOf(state: MailedState): string {
  if (state === "stopped") return "Stopping";
  return state === "deleted" ? "Deleted" : `Entering ${state.toUpperCase()} state`;
}

export interface MailHead {
  readonly routerId: string;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly at: { readonly ms: number; readonly local: LocalTime };
}

/** The whole mail as it crosses to the server (RFC 5322). */
export function renderMail({ subject, body }: MailWords, head: MailHead): string {
  const fields = [
    `Date: ${renderMailDate(head.at.ms, head.at.local)}`,
    `From: ${oneLine(head.from)}`,
    `Subject: [${oneLine(head.routerId)}] ${oneLine(subject)}`,
    "X-Mailer: Keepalived",
    `To: ${head.recipients.map(oneLine).join(",\r\n ")}`,
  ];
  return [...fields, ...contentFields(fields.join("")), "", body, "", ""].join("\r\n");
}

/** What is not ASCII travels as UTF-8 (RFC 6532); mails without it look as they always did. */
const contentFields = (text: string): readonly string[] =>
  /^[\u0000-\u007f]*$/.test(text)
    ? []
    : [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
      ];

const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, " ");

/** The address inside `Name <address>`, or all of it. */
export const bareAddress = (written: string): string => /<([^<>]*)>/.exec(written)?.[1] ?? written;

export const mailFailingLine = (server: string, reason: string): LogLine =>
  warning(`Mail through ${server} fails: ${oneLine(reason)}; it is tried again, later each time`);

export const mailRefusedLine = (server: string, subject: string, reason: string): LogLine =>
  warning(`The mail server ${server} refuses the mail "${subject}": ${oneLine(reason)}`);

export const recipientsRefusedLine = (server: string, recipients: readonly string[]): LogLine =>
  warning(`The mail server ${server} refuses mail to ${recipients.join(", ")}`);

export const mailWorksAgainLine = (server: string, lost: number): LogLine =>
  info(`Mail through ${server} works again${lost === 0 ? "" : `; ${mails(lost)} lost`}`);

export const mailsLostLine = (server: string, lost: number): LogLine =>
  warning(`${mails(lost)} lost: ${server} did not take them in time`);

export const mailerMissingLine = (reason: string): LogLine =>
  warning(`No mail is sent: ${reason}; run \`make build\` again`);

export const mailIncompleteLine = (missing: string): LogLine =>
  info(`smtp_alert is on and no mail is sent: there is no ${missing}`);

const mails = (count: number): string => (count === 1 ? "1 mail was" : `${count} mails were`);
