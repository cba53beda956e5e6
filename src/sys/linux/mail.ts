/**
 * One mail over one connection, by `nodemailer`. A program of its own in dist/, so that a daemon
 * that sends no mail does not load it.
 */
import { readFileSync, statSync } from "node:fs";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { toMilliseconds } from "../../base/units.ts";
import type { MailDelivery, MailOutcome, MailRelay, OutgoingMail } from "../telling-ports.ts";

/** RFC 5321 §4.2.1: from here on a refusal is for good. */
const PERMANENT_REPLY = 500;
const OTHERS_MAY = 0o077;

/** Never throws: whatever goes wrong is the outcome. */
export function sendMail(relay: MailRelay, mail: OutgoingMail): MailDelivery {
  try {
    return deliver(relay, mail, readSecrets(relay));
  } catch (error: unknown) {
    return { result: Promise.resolve(failed(error, false)), abort: () => undefined };
  }
}

interface Secrets {
  readonly authorities: string | undefined;
  readonly login: { readonly user: string; readonly pass: string } | undefined;
}

/** Read for each mail, so that a password that was changed is used. */
function readSecrets({ authorities, login }: MailRelay): Secrets {
  return {
    authorities: authorities === undefined ? undefined : readFileSync(authorities, "utf8"),
    login: login && { user: login.user, pass: readPassword(login.passwordFile) },
  };
}

function readPassword(path: string): string {
  if ((statSync(path).mode & OTHERS_MAY) !== 0) {
    throw new RangeError(`${path} may be read by others; make its mode 0600`);
  }
  return readFileSync(path, "utf8").trim();
}

function deliver(relay: MailRelay, mail: OutgoingMail, secrets: Secrets): MailDelivery {
  const connection = new SMTPConnection(optionsFor(relay, secrets));
  const result = new Promise<MailOutcome>((resolve) => {
    const end = (outcome: MailOutcome): void => {
      resolve(outcome);
      if (outcome.kind === "sent") connection.quit();
      else connection.close();
    };
    connection.on("error", (error: unknown) => {
      end(failed(error, false));
    });
    connection.on("end", () => {
      end({ kind: "failed", isFinal: false, reason: "the server closed the connection" });
    });
    const send = (): void => {
      const envelope = { from: mail.sender, to: [...mail.recipients] };
      connection.send(envelope, mail.text, (error, info) => {
        if (error) end(failed(error, true));
        else end({ kind: "sent", refused: info.rejected });
      });
    };
    connection.connect((error?: unknown) => {
      if (error) end(failed(error, false));
      else if (secrets.login === undefined) send();
      else {
        connection.login({ credentials: secrets.login }, (refusal) => {
          if (refusal) end(failed(refusal, false));
          else send();
        });
      }
    });
  });
  return {
    result,
    abort: () => {
      connection.close();
    },
  };
}

function optionsFor(
  relay: MailRelay,
  { authorities }: Secrets,
): ConstructorParameters<typeof SMTPConnection>[0] {
  const patience = toMilliseconds(relay.timeout);
  return {
    host: relay.host,
    port: relay.port,
    name: relay.helloName,
    secure: relay.tls === "implicit",
    requireTLS: relay.tls === "starttls",
    ignoreTLS: relay.tls === "off",
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    dnsTimeout: patience,
    tls: authorities === undefined ? {} : { ca: authorities },
  };
}

function failed(error: unknown, mayBeFinal: boolean): MailOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  const reply =
    error instanceof Error && "responseCode" in error ? Number(error.responseCode) : NaN;
  return { kind: "failed", isFinal: mayBeFinal && reply >= PERMANENT_REPLY, reason };
}
