/**
 * What the guest says of its checks, in lines of the Test Anything Protocol, and how it is read
 * again among whatever else comes over a serial line.
 *
 *     ok - NAME # 1234 ms
 *     not ok - NAME # 1234 ms
 *       | why, in as many lines as it takes
 *     # anything else that is worth a line
 *     done
 */
export interface CheckResult {
  readonly name: string;
  readonly isOk: boolean;
  readonly milliseconds: number;
  /** Why it failed, or what it wants to be known. */
  readonly detail: string;
}

const DETAIL = "  | ";
export const LAST_LINE = "done";

/** The lines for a result, to be written in one piece. */
export function resultText(result: CheckResult): string {
  const detail = result.detail
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${DETAIL}${line}\n`);
  const verdict = result.isOk ? "ok" : "not ok";
  const head = `${verdict} - ${result.name} # ${Math.round(result.milliseconds)} ms\n`;
  return `${head}${detail.join("")}${END_OF_DETAIL}\n`;
}

const END_OF_DETAIL = "  |.";

/** Reads lines one by one; `onResult` is called when a result is complete. */
export class TapReader {
  readonly #onResult: (result: CheckResult) => void;
  #open: CheckResult | undefined;
  #isDone = false;

  constructor(onResult: (result: CheckResult) => void) {
    this.#onResult = onResult;
  }

  /** Whether the guest said that it has finished. */
  get isDone(): boolean {
    return this.#isDone;
  }

  line(text: string): void {
    const line = text.replace(/\r$/, "");
    const head = /^(not )?ok - (.*) # (\d+) ms$/.exec(line);
    if (head !== null) {
      const [, failed, name = "", milliseconds] = head;
      const isOk = failed === undefined;
      this.#open = { name, isOk, milliseconds: Number(milliseconds), detail: "" };
    } else if (line === END_OF_DETAIL && this.#open !== undefined) {
      this.#onResult(this.#open);
      this.#open = undefined;
    } else if (line.startsWith(DETAIL) && this.#open !== undefined) {
      const detail = `${this.#open.detail}${line.slice(DETAIL.length)}\n`;
      this.#open = { ...this.#open, detail };
    } else if (line === LAST_LINE) this.#isDone = true;
  }
}
