/**
 * Configuration files of many virtual servers: 21 lines each, with two real servers that are
 * checked by connecting to them.
 */
const HEAD = `global_defs {
    router_id LVS
    enable_script_security
    script_user nobody
}
`;

/** Servers of one value of an address's second byte. */
const PER_BYTE = 250;

export function manyServers(count: number): string {
  const blocks = Array.from({ length: count }, (_, index) => {
    const upper = Math.floor(index / PER_BYTE);
    const lower = (index % PER_BYTE) + 1;
    return `virtual_server 10.${upper}.${lower}.1 80 {
    delay_loop 6
    lvs_sched wrr
    lvs_method DR
    protocol TCP
    quorum 1
${realServer(`172.${16 + upper}.${lower}.1`)}
${realServer(`172.${16 + upper}.${lower}.2`)}
}
`;
  });
  return HEAD + blocks.join("");
}

function realServer(address: string): string {
  return `    real_server ${address} 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
            retry 2
        }
    }`;
}
