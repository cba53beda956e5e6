/**
 * What the parent process tells others through: named pipes, mail, and the service manager. Part of
 * `ports.ts`.
 */
import type { Result } from "../base/result.ts";
import type { Duration } from "../base/units.ts";

/** A named pipe that this process holds open, so that writing to it needs no reader. */
export interface Fifo extends Disposable {
  /** One line, whole or not at all; `full`: nobody has read for too long. Throws `SyscallError`. */
  write(line: string): "written" | "full";
}

/** `foreign`: it belongs to neither this process nor the wanted owner. */
export type FifoRefusal = "notAFifo" | "foreign";

/** Makes the FIFO where there is none, and opens it. Throws `SyscallError`. */
export type OpenFifo = (
  path: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
) => Result<Fifo, FifoRefusal>;

/** How a mail server is reached. */
export interface MailRelay {
  readonly host: string;
  readonly port: number;
  readonly helloName: string;
  /** For the connection and for each answer. */
  readonly timeout: Duration;
  readonly tls: "off" | "starttls" | "implicit";
  /** A file of certificates that are trusted instead of the usual ones. */
  readonly authorities: string | undefined;
  readonly login: { readonly user: string; readonly passwordFile: string } | undefined;
}

/** A mail as it goes to the server: bare addresses, and the text with its headers. */
export interface OutgoingMail {
  readonly sender: string;
  readonly recipients: readonly [string, ...string[]];
  readonly text: string;
}

export type MailOutcome =
  /** `refused`: recipients the server did not want. */
  | { readonly kind: "sent"; readonly refused: readonly string[] }
  /** `isFinal`: the server will not take this mail later either. */
  | { readonly kind: "failed"; readonly isFinal: boolean; readonly reason: string };

export interface MailDelivery {
  readonly result: Promise<MailOutcome>;
  /** Closes the connection; the result is then a failure. */
  abort(): void;
}

/** Sends one mail over a connection of its own. */
export type SendMail = (relay: MailRelay, mail: OutgoingMail) => MailDelivery;

/** Who has started the daemon and watches over it; one that does not listen is told in vain. */
export interface ServiceManager {
  /** One message of sd_notify(3). Never waits, never fails. */
  tell(state: string): void;
  /** It takes the daemon for hung without a sign of life for so long. */
  readonly watchdog: Duration | undefined;
  /** To be told when the daemon is not the process that was started. */
  readonly mainPid: number | undefined;
}
