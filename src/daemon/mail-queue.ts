/**
 * Mails on their way to the server: one connection at a time, tried again with growing pauses, and
 * a bound for everything. A server that hangs or refuses costs one connection and two log lines.
 */
import { milliseconds, seconds, times } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import {
  mailFailingLine,
  mailRefusedLine,
  mailWorksAgainLine,
  mailerMissingLine,
  mailsLostLine,
  recipientsRefusedLine,
} from "../report/mail-text.ts";
import type { Timer, Timers } from "../sys/ports.ts";
import type {
  MailDelivery,
  MailOutcome,
  MailRelay,
  OutgoingMail,
  SendMail,
} from "../sys/telling-ports.ts";
import type { Logger } from "./logger.ts";

/** Mails that may wait; the oldest gives way, as its news is the stalest. */
export const MAILS_WAITING = 100;
/** How often one mail is tried: with the pauses between, for about ten minutes. */
export const MAIL_ATTEMPTS = 8;
/** The first pause; each is twice the one before it, up to the last. */
export const FIRST_PAUSE = seconds(5);
export const LAST_PAUSE = seconds(300);
/** A mail may take this many times smtp_connect_timeout, which a slow server spends on each answer. */
export const ANSWERS_PER_MAIL = 8;
/** How long a stop waits for what is still to be sent. */
export const LAST_MAILS_TIME = milliseconds(1_000);

export interface QueuedMail extends OutgoingMail {
  readonly subject: string;
}

export interface MailQueueParts {
  readonly timers: Timers;
  readonly logger: Logger;
  /** Called once, with the first mail. */
  readonly loadMailer: () => SendMail;
}

interface Waiting {
  readonly mail: QueuedMail;
  attempts: number;
}

export class MailQueue {
  readonly #parts: MailQueueParts;
  readonly #waiting: Waiting[] = [];
  #send: SendMail | undefined;
  #relay: MailRelay | undefined;
  #current: { readonly entry: Waiting; readonly delivery: MailDelivery } | undefined;
  #pause: Timer | undefined;
  #pauseLength: Duration = FIRST_PAUSE;
  #isFailing = false;
  #lost = 0;
  #emptied: (() => void) | undefined;

  constructor(parts: MailQueueParts) {
    this.#parts = parts;
  }

  /** Where mails go from now on; what waited for another server is tried there at once. */
  setRelay(relay: MailRelay | undefined): void {
    const isSame = JSON.stringify(relay) === JSON.stringify(this.#relay);
    this.#relay = relay;
    if (!isSame) this.#goOn();
  }

  add(mail: QueuedMail): void {
    this.#waiting.push({ mail, attempts: 0 });
    if (this.#waiting.length > MAILS_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#next();
  }

  /** Sends what is there, for a second at most. */
  async finish(): Promise<void> {
    this.#goOn();
    if (this.#isEmpty()) return;
    await new Promise<void>((resolve) => {
      const limit = this.#parts.timers.after(LAST_MAILS_TIME, resolve);
      this.#emptied = () => {
        limit.cancel();
        resolve();
      };
    });
    this.#emptied = undefined;
    this.#lost += this.#waiting.length + (this.#current === undefined ? 0 : 1);
    this.#waiting.length = 0;
    this.#current?.delivery.abort();
    this.#current = undefined;
    this.#pause?.cancel();
    if (this.#lost > 0) this.#parts.logger.log(mailsLostLine(this.#server(), this.#lost));
  }

  #isEmpty(): boolean {
    return this.#current === undefined && this.#waiting.length === 0;
  }

  #goOn(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#next();
  }

  #next(): void {
    const relay = this.#relay;
    if (this.#current !== undefined || this.#pause !== undefined || relay === undefined) return;
    const send = this.#waiting.length === 0 ? undefined : this.#mailer();
    const entry = send === undefined ? undefined : this.#waiting.shift();
    if (send === undefined || entry === undefined) {
      this.#emptied?.();
      return;
    }
    entry.attempts += 1;
    const delivery = send(relay, entry.mail);
    const current = { entry, delivery };
    this.#current = current;
    const limit = this.#parts.timers.after(times(relay.timeout, ANSWERS_PER_MAIL), () => {
      delivery.abort();
      this.#ended(current, { kind: "failed", isFinal: false, reason: "it takes too long" });
    });
    void delivery.result.then((outcome) => {
      limit.cancel();
      this.#ended(current, outcome);
    });
  }

  /** What cannot be loaded is a build that is not whole: said once, and mails are dropped. */
  #mailer(): SendMail | undefined {
    if (this.#send !== undefined) return this.#send;
    try {
      this.#send = this.#parts.loadMailer();
    } catch (error: unknown) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#isFailing) this.#parts.logger.log(mailerMissingLine(reason));
      this.#isFailing = true;
      this.#waiting.length = 0;
    }
    return this.#send;
  }

  #ended(current: { readonly entry: Waiting }, outcome: MailOutcome): void {
    // What ended by a limit ends a second time when its connection is closed.
    if (this.#current !== current) return;
    this.#current = undefined;
    if (outcome.kind === "sent") this.#succeeded(outcome.refused);
    else if (outcome.isFinal) this.#refused(current.entry.mail, outcome.reason);
    else this.#failed(current.entry, outcome.reason);
    this.#next();
  }

  #succeeded(refused: readonly string[]): void {
    if (refused.length > 0) {
      this.#parts.logger.log(recipientsRefusedLine(this.#server(), refused));
    }
    if (this.#isFailing) this.#parts.logger.log(mailWorksAgainLine(this.#server(), this.#lost));
    this.#isFailing = false;
    this.#lost = 0;
    this.#pauseLength = FIRST_PAUSE;
  }

  /** The server is there and will never take it: the next mail may fare better. */
  #refused({ subject }: QueuedMail, reason: string): void {
    if (this.#isFailing) this.#lost += 1;
    else this.#parts.logger.log(mailRefusedLine(this.#server(), subject, reason));
    this.#isFailing = true;
  }

  #failed(entry: Waiting, reason: string): void {
    if (!this.#isFailing) this.#parts.logger.log(mailFailingLine(this.#server(), reason));
    this.#isFailing = true;
    if (entry.attempts < MAIL_ATTEMPTS) this.#waiting.unshift(entry);
    else this.#lost += 1;
    if (this.#waiting.length > MAILS_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    const pause = this.#parts.timers.after(this.#pauseLength, () => {
      if (this.#pause !== pause) return;
      this.#pause = undefined;
      this.#next();
    });
    this.#pause = pause;
    const doubled = times(this.#pauseLength, 2);
    this.#pauseLength = doubled > LAST_PAUSE ? LAST_PAUSE : doubled;
    // A stop does not wait for another try.
    if (this.#emptied !== undefined) this.#emptied();
  }

  #server(): string {
    return this.#relay === undefined ? "no server" : `${this.#relay.host}:${this.#relay.port}`;
  }
}
