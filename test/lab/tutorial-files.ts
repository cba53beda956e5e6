/**
 * The files of the tutorial most people learn Keepalived from, as they are copied around: a pair
 * of load balancers, an nginx behind them, and two forms of the script that watches it.
 */

export interface TutorialOptions {
  readonly routerId: string;
  readonly state: "MASTER" | "BACKUP";
  readonly priority: number;
  /** Lines inside the instance. */
  readonly extra?: readonly string[];
  /** Blocks before the instance. */
  readonly before?: string;
}

export function tutorialConfig(options: TutorialOptions): string {
  return `! Configuration File for keepalived
global_defs {
    router_id ${options.routerId}
}

${options.before ?? ""}
vrrp_instance VI_1 {
    state ${options.state}
    interface eth0
    virtual_router_id 50
    priority ${options.priority}
    advert_int 1
${(options.extra ?? []).map((line) => `    ${line}\n`).join("")}    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        10.0.0.3
    }
}
`;
}

export interface CheckScript {
  readonly path: string;
  readonly text: string;
  /** The vrrp_script block. */
  readonly block: string;
}

/** First form: plain, tracked without weight; its last word is `systemctl stop keepalived`. */
export function stoppingScript(service: string): CheckScript {
  const path = `/root/check_${service}.sh`;
  return {
    path,
    text: `#!/bin/bash
num=$(ps -C ${service} --no-header | wc -l)
if [ $num -eq 0 ]; then
    systemctl start ${service}
    sleep 3
    num=$(ps -C ${service} --no-header | wc -l)
    if [ $num -eq 0 ]; then
        systemctl stop keepalived
    fi
fi
`,
    block: `vrrp_script check_${service} {
    script "${path}"
    interval 5
}
`,
  };
}

/** Second form: a weight and `killall`; with `timeout` it gets the time its sleep needs. */
export function killingScript(service: string, timeoutS?: number): CheckScript {
  const path = `/root/check_${service}.sh`;
  const timeout = timeoutS === undefined ? "" : `    timeout ${timeoutS}\n`;
  return {
    path,
    text: `#!/bin/bash
A=\`ps -C ${service} --no-header | wc -l\`
if [ $A -eq 0 ]; then
    systemctl start ${service}
    sleep 5
    if [ \`ps -C ${service} --no-header | wc -l\` -eq 0 ]; then
        killall keepalived
    fi
fi
`,
    block: `vrrp_script check_${service} {
    script "${path}"
    interval 2
${timeout}    weight -20
}
`,
  };
}

/** The lines of an instance that tracks one of the scripts. */
export function tracking(service: string): readonly string[] {
  return ["track_script {", `    check_${service}`, "}"];
}

/** The stock file of the package, as far as VRRP goes: strict mode and a password together. */
export const STOCK_CONFIG = `! Configuration File for keepalived

global_defs {
   notification_email {
     acassen@firewall.loc
     failover@firewall.loc
     sysadmin@firewall.loc
   }
   notification_email_from Alexandre.Cassen@firewall.loc
   smtp_server 192.168.200.1
   smtp_connect_timeout 30
   router_id LVS_DEVEL
   vrrp_skip_check_adv_addr
   vrrp_strict
   vrrp_garp_interval 0
   vrrp_gna_interval 0
}

vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        10.0.0.3
    }
}
`;
