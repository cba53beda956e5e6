/** What `keepalived release` says. */

export const releasedText = (instance: string): string =>
  `${instance}: what a dead daemon had left is taken off.\n`;

export const NOTHING_LEFT = "No address of the configuration was left on this machine.\n";

export const daemonRunsText = (pidFile: string): string =>
  `A keepalived daemon runs (${pidFile} is locked) and has what it holds. Nothing is released; stop it instead.\n`;

export const unusableText = (configFile: string): string =>
  `What to release is named by ${configFile}, which cannot be used:\n`;

export const notReleasedText = (reasons: readonly string[]): string =>
  `Not everything could be taken off: ${reasons.length === 0 ? "it took too long" : reasons.join("; ")}\n`;
