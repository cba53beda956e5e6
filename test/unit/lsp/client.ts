/** An editor for the tests: starts the language server as a child and speaks LSP with it. */
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../src/cli/lsp-main.ts", import.meta.url));

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface PublishedDiagnostics {
  readonly uri: string;
  readonly diagnostics: readonly {
    readonly range: { readonly start: { readonly line: number; readonly character: number } };
    readonly code: string;
    readonly message: string;
    readonly severity: number;
  }[];
}

export class Editor {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | null>;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #published: PublishedDiagnostics[] = [];
  #waiting: { wanted: (found: PublishedDiagnostics) => boolean; done: () => void } | undefined;
  #input = Buffer.alloc(0);
  #nextId = 1;

  constructor(args: readonly string[] = ["--stdio"]) {
    this.#child = spawn(process.execPath, ["--import", "tsx", PROGRAM, ...args]);
    this.#child.stderr.pipe(process.stderr);
    this.#ended = new Promise((resolve) => this.#child.on("close", resolve));
    this.#child.stdout.on("data", (bytes: Buffer) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      for (let message = this.#take(); message !== undefined; message = this.#take()) {
        this.#receive(message);
      }
    });
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  async initialize(options?: unknown, processId: number | null = null): Promise<unknown> {
    const result = await this.request("initialize", {
      processId,
      rootUri: null,
      initializationOptions: options,
      capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } } } },
    });
    this.notify("initialized", {});
    return result;
  }

  openFile(uri: string, text: string): void {
    const textDocument = { uri, languageId: "keepalived", version: 1, text };
    this.notify("textDocument/didOpen", { textDocument });
  }

  /** Published diagnostics of which `wanted` holds, each given once; waits for them if need be. */
  async diagnostics(
    uri: string,
    wanted: (found: PublishedDiagnostics) => boolean = () => true,
  ): Promise<PublishedDiagnostics> {
    const isIt = (found: PublishedDiagnostics): boolean => found.uri === uri && wanted(found);
    for (;;) {
      const at = this.#published.findIndex(isIt);
      const found = this.#published[at];
      if (found !== undefined) {
        this.#published.splice(at, 1);
        return found;
      }
      await new Promise<void>((done) => (this.#waiting = { wanted: isIt, done }));
    }
  }

  /** Closes the server's input. */
  hangUp(): void {
    this.#child.stdin.end();
  }

  /** Resolves with the exit code. */
  async ended(): Promise<number | null> {
    return this.#ended;
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }

  #send(message: Omit<Message, "result">): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #take(): Message | undefined {
    const head = this.#input.indexOf("\r\n\r\n");
    if (head < 0) return undefined;
    const length = Number(
      /Content-Length: (\d+)/i.exec(this.#input.toString("utf8", 0, head))?.[1],
    );
    const end = head + 4 + length;
    if (this.#input.length < end) return undefined;
    const body = this.#input.toString("utf8", head + 4, end);
    this.#input = this.#input.subarray(end);
    return JSON.parse(body) as Message;
  }

  #receive({ id, method, params, ...answer }: Message): void {
    if (id !== undefined && method === undefined) this.#answers.get(id)?.(answer);
    if (method !== "textDocument/publishDiagnostics") return;
    const published = params as PublishedDiagnostics;
    this.#published.push(published);
    if (this.#waiting?.wanted(published) === true) this.#waiting.done();
  }
}
