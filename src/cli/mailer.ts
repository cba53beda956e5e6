/** What sends mail is loaded when there is mail to send. */
import type { SendMail } from "../sys/telling-ports.ts";
import { loadLater } from "./program.ts";

export function loadMailer(): SendMail {
  const { sendMail } = loadLater("mail") as { readonly sendMail: SendMail };
  return sendMail;
}
