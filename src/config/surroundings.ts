/**
 * What a configuration is checked against beyond itself: the interfaces, users and programs of the
 * host. `cli` fills it; what is left out is not checked, so that a file can be read anywhere.
 */
import type { IpAddress } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { GlobalConfig } from "./model.ts";

export interface InterfaceAddress {
  readonly address: IpAddress;
  readonly length: number;
}

/** Names of the system's users or groups. */
export interface NameTable {
  /** A name, or a number that stands for one. */
  has(nameOrNumber: string): boolean;
  /** For "did you mean". */
  names(): readonly string[];
}

/** What keeps a command from running, or should make one think. */
export interface CommandProblem {
  readonly kind: "disabled" | "unsafe" | "by-search" | "unknown-user";
  /** In the words of the log. */
  readonly message: string;
  /** An imperative sentence without a full stop. */
  readonly fix?: string;
}

export type ScriptSettings = Pick<GlobalConfig, "scriptUser" | "scriptSecurity">;

export interface Surroundings {
  /** For "did you mean". */
  readonly interfaceNames?: () => readonly string[];
  /** The addresses an interface has now, or undefined when it is not there. */
  readonly interfaceAddresses?: (name: string) => readonly InterfaceAddress[] | undefined;
  readonly users?: NameTable;
  readonly groups?: NameTable;
  /** Looks at a program where it lies, for the user it would run as. */
  readonly inspectCommand?: (
    command: Command,
    settings: ScriptSettings,
  ) => readonly CommandProblem[];
}
