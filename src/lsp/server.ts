/**
 * The language server: what an editor asks is answered by the functions of this folder, over the
 * files as they are being edited. Owns the open documents and what was last said of them.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  CodeActionKind,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  TextDocuments,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import type {
  CodeAction,
  CodeActionParams,
  CompletionItem,
  Connection,
  DocumentHighlight,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InitializeParams,
  InitializeResult,
  Location,
  ReferenceParams,
  TextDocumentPositionParams,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Diagnostic } from "../config/diagnostics.ts";
import type { FileSource } from "../config/source.ts";
import { PRODUCT_VERSION } from "../report/version.ts";
import { assess, diagnosticsByFile } from "./assessment.ts";
import type { Configuration, Machine } from "./assessment.ts";
import { completionDocumentation, completionsAt } from "./completion.ts";
import { MAX_DOCUMENT_LENGTH, readDocument } from "./document.ts";
import type { ConfigDocument, DocumentPlace } from "./document.ts";
import { hoverAt } from "./hover.ts";
import { includedFiles } from "./include-files.ts";
import { definitionAt, referencesAt } from "./navigation.ts";
import { overlaySource } from "./overlay.ts";
import { lspDiagnostic } from "./published-diagnostics.ts";
import { quickFixes } from "./quick-fixes.ts";
import { DEFAULT_SETTINGS, readSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { foldsOf, rangeOf, symbolsOf } from "./structure.ts";

export interface ServerEnvironment {
  readonly disk: FileSource;
  readonly machine: Machine;
  /** Where a code of a diagnostic is explained; undefined when there is no such page. */
  readonly pageOf: (code: string) => string | undefined;
  /** Runs something later, once; the result calls it off. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
}

/** How long nothing is typed before the files are checked. */
const QUIET_MS = 200;
const NOTHING_WATCHED = { files: false, settings: false };
/** Files of one configuration that names are looked for in. */
const MAX_RELATED_FILES = 200;

/** Answers on a connection until it ends; the connection is listened to from here on. */
export function serve(connection: Connection, environment: ServerEnvironment): void {
  const server = new LanguageServer(connection, environment);
  connection.onInitialize((params) => server.initialize(params));
  connection.onInitialized(() => {
    server.watch();
    server.askForSettings();
  });
  connection.onDidChangeWatchedFiles(() => {
    server.checkSoon();
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    server.changeSettings(settings);
  });
  connection.onHover((params) => server.hover(params));
  connection.onCompletion((params) => server.complete(params));
  connection.onCompletionResolve((item) => server.document(item));
  connection.onDefinition((params) => server.define(params));
  connection.onReferences((params) => server.findReferences(params));
  connection.onDocumentHighlight((params) => server.highlight(params));
  connection.onDocumentSymbol(({ textDocument }) => server.symbols(textDocument.uri));
  connection.onFoldingRanges(({ textDocument }) => server.folds(textDocument.uri));
  connection.onCodeAction((params) => server.fixes(params));
  server.open();
  connection.listen();
}

class LanguageServer {
  readonly #connection: Connection;
  readonly #environment: ServerEnvironment;
  readonly #source: FileSource;
  readonly #documents = new TextDocuments(TextDocument);
  /** Outlines of files as they were last read; emptied with every check. */
  readonly #outlines = new Map<string, { readonly text: string; document: ConfigDocument }>();
  /** The editor's own spelling of the URI of an open file. */
  readonly #uris = new Map<string, string>();
  #configurations: readonly Configuration[] = [];
  #diagnostics: ReadonlyMap<string, readonly Diagnostic[]> = new Map();
  #settings: Settings = DEFAULT_SETTINGS;
  #root: string;
  #takesSnippets = false;
  #answersConfiguration = false;
  /** What the editor will tell of when asked to: files on the disk, its settings. */
  #watched: { readonly files: boolean; readonly settings: boolean } = NOTHING_WATCHED;
  #callOff: () => void = () => undefined;

  constructor(connection: Connection, environment: ServerEnvironment) {
    this.#connection = connection;
    this.#environment = environment;
    this.#root = environment.disk.workingDirectory;
    this.#source = overlaySource(environment.disk, (path) => {
      const uri = this.#uris.get(path);
      return uri === undefined ? undefined : this.#documents.get(uri)?.getText();
    });
  }

  open(): void {
    this.#documents.onDidOpen(({ document: { uri } }) => this.#uris.set(pathOf(uri), uri));
    this.#documents.onDidClose(({ document: { uri } }) => {
      this.#uris.delete(pathOf(uri));
      this.checkSoon();
    });
    this.#documents.onDidChangeContent(() => {
      this.checkSoon();
    });
    this.#documents.onDidSave(() => {
      this.checkSoon();
    });
    this.#documents.listen(this.#connection);
  }

  initialize(params: InitializeParams): InitializeResult {
    const folder = params.workspaceFolders?.[0]?.uri;
    if (folder !== undefined) this.#root = pathOf(folder);
    const { textDocument, workspace } = params.capabilities;
    this.#takesSnippets = textDocument?.completion?.completionItem?.snippetSupport === true;
    this.#answersConfiguration = workspace?.configuration === true;
    this.#watched = {
      files: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
      settings: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    };
    const options: unknown = params.initializationOptions;
    this.#settings = readSettings(options, this.#root, this.#settings);
    return {
      serverInfo: { name: "keepalived", version: PRODUCT_VERSION },
      capabilities: {
        positionEncoding: "utf-16",
        textDocumentSync: {
          openClose: true,
          change: TextDocumentSyncKind.Incremental,
          save: true,
        },
        hoverProvider: true,
        completionProvider: { triggerCharacters: ["$", "{"], resolveProvider: true },
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        documentSymbolProvider: true,
        foldingRangeProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
    };
  }

  /** Asks the editor to tell when files or settings change. */
  watch(): void {
    const { client } = this.#connection;
    const registrations = [
      ...(this.#watched.files
        ? [
            client.register(DidChangeWatchedFilesNotification.type, {
              watchers: [{ globPattern: "**/*.conf" }],
            }),
          ]
        : []),
      ...(this.#watched.settings
        ? [client.register(DidChangeConfigurationNotification.type, { section: "keepalived" })]
        : []),
    ];
    Promise.all(registrations).catch((error: unknown) => {
      this.#connection.console.warn(`changes will not be noticed: ${String(error)}`);
    });
  }

  askForSettings(): void {
    if (!this.#answersConfiguration) return;
    this.#connection.workspace.getConfiguration("keepalived").then(
      (settings: unknown) => {
        this.#settings = readSettings(settings, this.#root, this.#settings);
        this.checkSoon();
      },
      (error: unknown) => {
        this.#connection.console.warn(`the settings cannot be read: ${String(error)}`);
      },
    );
  }

  changeSettings(sent: unknown): void {
    if (this.#answersConfiguration) this.askForSettings();
    else {
      this.#settings = readSettings(sent, this.#root, this.#settings);
      this.checkSoon();
    }
  }

  hover({ textDocument, position }: TextDocumentPositionParams): Hover | null {
    const document = this.#documentOf(textDocument.uri);
    if (document === undefined) return null;
    const { hostName } = this.#source;
    const found = hoverAt(document, position, {
      documents: this.#related(document),
      configId: this.#settings.configId ?? hostName.split(".", 1)[0] ?? hostName,
      filesOf: (pattern) => includedFiles(this.#source, document.path, pattern),
    });
    if (found === undefined) return null;
    return {
      contents: { kind: "markdown", value: found.markdown },
      range: rangeOf(found.place),
    };
  }

  complete({ textDocument, position }: TextDocumentPositionParams): CompletionItem[] {
    const document = this.#documentOf(textDocument.uri);
    if (document === undefined) return [];
    return [
      ...completionsAt(document, position, {
        documents: this.#related(document),
        interfaces: this.#environment.machine.interfaces(),
        snippets: this.#takesSnippets,
      }),
    ];
  }

  /** Adds the documentation to a completion. */
  document(item: CompletionItem): CompletionItem {
    const value = completionDocumentation(item.data);
    return value === undefined
      ? item
      : { ...item, documentation: { kind: "markdown" as const, value } };
  }

  define({ textDocument, position }: TextDocumentPositionParams): Location[] {
    const document = this.#documentOf(textDocument.uri);
    if (document === undefined) return [];
    const filesOf = (pattern: string): readonly string[] =>
      includedFiles(this.#source, document.path, pattern);
    const found = definitionAt(document, position, this.#related(document), filesOf);
    return found.map((place) => this.#location(place));
  }

  findReferences({ textDocument, position, context }: ReferenceParams): Location[] {
    const document = this.#documentOf(textDocument.uri);
    if (document === undefined) return [];
    const { includeDeclaration } = context;
    return referencesAt(document, position, this.#related(document), includeDeclaration).map(
      (place) => this.#location(place),
    );
  }

  highlight({ textDocument, position }: TextDocumentPositionParams): DocumentHighlight[] {
    const document = this.#documentOf(textDocument.uri);
    if (document === undefined) return [];
    return referencesAt(document, position, [document], true).map(({ place }) => ({
      range: rangeOf(place),
    }));
  }

  symbols(uri: string): DocumentSymbol[] {
    const document = this.#documentOf(uri);
    return document === undefined ? [] : [...symbolsOf(document.outline)];
  }

  folds(uri: string): FoldingRange[] {
    const document = this.#documentOf(uri);
    return document === undefined ? [] : [...foldsOf(document.outline.entries)];
  }

  fixes({ textDocument: { uri }, range }: CodeActionParams): CodeAction[] {
    const document = this.#documentOf(uri);
    if (document === undefined) return [];
    const diagnostics = this.#diagnostics.get(document.path) ?? [];
    return [...quickFixes(document.outline, diagnostics, range, { ...this.#presentation(), uri })];
  }

  /** Checks everything once nothing has happened for a while. */
  checkSoon(): void {
    this.#callOff();
    this.#callOff = this.#environment.after(QUIET_MS, () => {
      this.#check();
    });
  }

  #check(): void {
    this.#outlines.clear();
    const open = [...this.#uris.keys()];
    const { machine } = this.#environment;
    this.#configurations = assess(this.#source, open, this.#settings, machine);
    const before = this.#diagnostics;
    this.#diagnostics = diagnosticsByFile(this.#configurations);
    const presentation = this.#presentation();
    for (const path of new Set([...before.keys(), ...this.#diagnostics.keys()])) {
      const found = this.#diagnostics.get(path) ?? [];
      const uri = presentation.uriOf(path);
      const version = this.#documents.get(uri)?.version;
      void this.#connection.sendDiagnostics({
        uri,
        diagnostics: found.map((diagnostic) => lspDiagnostic(diagnostic, presentation)),
        ...(version === undefined ? {} : { version }),
      });
    }
  }

  #presentation(): { uriOf: (path: string) => string; pageOf: ServerEnvironment["pageOf"] } {
    return {
      uriOf: (path) => this.#uris.get(path) ?? uriOf(path),
      pageOf: this.#environment.pageOf,
    };
  }

  #location({ path, place }: DocumentPlace): Location {
    return { uri: this.#presentation().uriOf(path), range: rangeOf(place) };
  }

  #documentOf(uri: string): ConfigDocument | undefined {
    return this.#read(pathOf(uri));
  }

  #read(path: string): ConfigDocument | undefined {
    const content = this.#source.read(path);
    if (!content.ok || content.value.length > MAX_DOCUMENT_LENGTH) return undefined;
    const text = content.value;
    const known = this.#outlines.get(path);
    if (known?.text === text) return known.document;
    const document = readDocument(path, text);
    this.#outlines.set(path, { text, document });
    return document;
  }

  /** The files of every configuration that a file is part of; of itself at least. */
  #related(document: ConfigDocument): readonly ConfigDocument[] {
    const concerned = this.#configurations.filter(({ files }) => files.includes(document.path));
    const paths = new Set(concerned.flatMap(({ files }) => files));
    const others = [...paths].slice(0, MAX_RELATED_FILES);
    if (!others.includes(document.path)) return [document];
    return others.flatMap((path) => this.#read(path) ?? []);
  }
}

/** The path of a file; anything that is no file keeps its URI as its name. */
function pathOf(uri: string): string {
  if (!uri.startsWith("file:")) return uri;
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

const uriOf = (path: string): string => (path.startsWith("/") ? pathToFileURL(path).href : path);
