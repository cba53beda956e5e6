/** `ADDR [PORT]` of services and servers. */
import { parseIpAddress } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { integer } from "./arguments.ts";
import type { Context } from "./keyword.ts";

const PORT = integer(1, 65_535);

export interface AddressAndPort {
  readonly address: IpAddress;
  /** 0 when none is given. */
  readonly port: number;
}

/** The address and port, or undefined once reported. `owner` is for the message: `real server`. */
export function readAddressAndPort(
  [word, port]: readonly Word[],
  owner: string,
  context: Context,
): AddressAndPort | undefined {
  if (word === undefined) return undefined;
  const address = parseIpAddress(word.text) ?? withoutTail(word, context);
  const number = port === undefined ? 0 : readPort(port, context);
  if (address !== undefined && number !== undefined) return { address, port: number };
  const written = port === undefined ? word.text : `${word.text}/${port.text}`;
  context.report({
    severity: "error",
    code: "bad-value",
    message: `Invalid ${owner} IP address/port ${written} - skipping`,
    at: spanOf(address === undefined ? word : (port ?? word)),
    fix: fixFor(word.text, port?.text),
  });
  return undefined;
}

/** A port from 0, which is none; undefined once reported. */
export function readPort(word: Word, context: Context): number | undefined {
  return word.text === "0" ? 0 : PORT.parse(word, context.report);
}

/** `10.0.0.1/24` and `10.0.0.1-5` are taken for `10.0.0.1`. */
function withoutTail(word: Word, context: Context): IpAddress | undefined {
  const end = word.text.search(/[/-]/);
  const address = end < 0 ? undefined : parseIpAddress(word.text.slice(0, end));
  if (address === undefined) return undefined;
  context.report({
    severity: "warning",
    code: "ignored",
    message: `'${word.text.slice(end)}' after ${address} is ignored`,
    at: spanOf(word),
    fix: "use virtual_server_group for more than one address",
  });
  return address;
}

/** People write `10.0.0.1:80`, as everywhere else. */
function fixFor(written: string, port: string | undefined): string {
  const found = /^\[?(.+?)\]?:([0-9]+)$/.exec(written);
  if (port === undefined && found?.[1] !== undefined && parseIpAddress(found[1]) !== undefined) {
    return `write ${found[1]} ${found[2] ?? ""}`;
  }
  const isPortWrong = parseIpAddress(written) !== undefined;
  return isPortWrong ? "write a port number from 1 to 65535" : "write an IPv4 or IPv6 address";
}
