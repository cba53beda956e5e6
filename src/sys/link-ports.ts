/** What the VRRP process asks of network devices themselves. */

/** By the registers of its MII, by ethtool, or by its flags. */
export type LinkQuestion = "mii" | "ethtool" | "ioctl";

/** Asks network devices whether they have a link, by one system call or two. */
export interface LinkProbe extends Disposable {
  /** A device that is not there has no link; "unsupported" when it cannot be asked that way. */
  ask(interfaceName: string, question: LinkQuestion): "up" | "down" | "unsupported";
}
