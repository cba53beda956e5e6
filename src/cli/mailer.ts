/** What sends mail lies beside the program and is loaded when there is mail to send. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { VrrpProgram } from "../daemon/vrrp-process.ts";
import type { SendMail } from "../sys/telling-ports.ts";

export function mailerBeside({ script }: VrrpProgram): () => SendMail {
  return () => {
    const path = join(dirname(script), "mail.cjs");
    const { sendMail } = createRequire(path)(path) as { readonly sendMail: SendMail };
    return sendMail;
  };
}
