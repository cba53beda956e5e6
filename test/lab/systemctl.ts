/**
 * A stand-in for systemctl on a host of the lab, where no systemd runs: a shell script that starts
 * and stops the few services the lab has put there. Check scripts from real life call it.
 */
import { quote } from "./command.ts";
import type { Host } from "./host.ts";

export interface ServiceOptions {
  readonly name: string;
  readonly start: readonly string[];
  readonly pidFile: string;
  /** A check that has to succeed before the start, as a unit's ExecStartPre. */
  readonly check?: readonly string[];
}

/** Teaches the host's systemctl one service. */
export function installService(host: Host, service: ServiceOptions): void {
  const lines = [
    `start=${quote(service.start.map(quote).join(" "))}`,
    `check=${quote((service.check ?? ["true"]).map(quote).join(" "))}`,
    `pid_file=${quote(service.pidFile)}`,
    "",
  ];
  host.writeFile(`/run/lab/services/${service.name}`, lines.join("\n"));
  host.writeFile("/run/lab/bin/systemctl", SYSTEMCTL, 0o755);
}

/** The subset of systemctl that tutorials use. SIGTERM, then 90 s of patience, as systemd. */
const SYSTEMCTL = `#!/bin/sh
# Stand-in for systemctl on a host of the test lab; no systemd runs here.
action=$1
service=\${2%.service}
if ! [ -f "/run/lab/services/$service" ]; then
  echo "Unit $service.service not found." >&2
  exit 5
fi
. "/run/lab/services/$service"

running() {
  pid=$(cat "$pid_file" 2>/dev/null) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
}

start_it() {
  running && return 0
  if ! sh -c "$check" >>"/run/lab/$service.log" 2>&1; then
    echo "Job for $service.service failed because the control process exited with error code." >&2
    return 1
  fi
  setsid sh -c "$start" </dev/null >>"/run/lab/$service.log" 2>&1 &
  starter=$!
  patience=100
  until running; do
    # A program that goes to the background ends its first process before its pid file is there.
    kill -0 "$starter" 2>/dev/null || [ "$patience" -lt 10 ] || patience=10
    [ "$patience" -gt 0 ] || return 1
    patience=$((patience - 1))
    sleep 0.1
  done
}

stop_it() {
  running || return 0
  kill -TERM "$pid"
  waited=0
  while kill -0 "$pid" 2>/dev/null; do
    [ "$waited" -ge 900 ] && kill -KILL "$pid"
    waited=$((waited + 1))
    sleep 0.1
  done
}

case $action in
start) start_it ;;
stop) stop_it ;;
restart) stop_it && start_it ;;
reload) running && kill -HUP "$pid" ;;
is-active) if running; then echo active; else echo inactive; exit 3; fi ;;
status) if running; then echo "$service.service: active (pid $pid)"; else echo "$service.service: inactive"; exit 3; fi ;;
*) echo "Unknown command verb $action." >&2; exit 1 ;;
esac
`;
