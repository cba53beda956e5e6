/**
 * The service behind the virtual address: nginx where it is installed, else a small server of our
 * own in its place. Each answers with the name of the host it runs on.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "./host.ts";
import { PROJECT_DIRECTORY } from "./namespace.ts";
import { installService } from "./systemctl.ts";

export const NGINX_CONFIG = "/run/lab/nginx.conf";

/** The name a web server's processes have, for `ps -C` and `killall`, and its service name. */
export type WebServerName = "nginx" | "labweb";

/** nginx where it is installed, unless LAB_WEB=labweb asks for the other one. */
export function installedWebServer(): WebServerName {
  if (process.env["LAB_WEB"] === "labweb") return "labweb";
  return existsSync("/usr/sbin/nginx") ? "nginx" : "labweb";
}

export function installWebServer(host: Host, name: WebServerName): void {
  if (name === "nginx") {
    host.writeFile(NGINX_CONFIG, nginxConfig(host.name));
    const nginx = ["nginx", "-e", "/run/lab/nginx-error.log", "-c", NGINX_CONFIG];
    installService(host, {
      name,
      check: [...nginx, "-t"],
      start: nginx,
      pidFile: "/run/nginx.pid",
    });
  } else {
    const tsx = join(PROJECT_DIRECTORY, "node_modules", "tsx", "dist", "loader.mjs");
    const main = join(PROJECT_DIRECTORY, "test", "lab", "web-main.ts");
    installService(host, {
      name,
      check: ["test", "!", "-e", BROKEN_FLAG],
      start: [process.execPath, "--import", tsx, main, host.name],
      pidFile: "/run/labweb.pid",
    });
  }
}

const BROKEN_FLAG = "/run/lab/labweb-broken";

/** Makes the next start fail, as a slip in its configuration would. */
export function breakWebServer(host: Host, name: WebServerName): void {
  if (name === "nginx") host.writeFile(NGINX_CONFIG, "this is no nginx configuration\n");
  else host.writeFile(BROKEN_FLAG, "");
}

/** Undoes `breakWebServer`; on a host that is off, for its next boot. */
export function repairWebServer(host: Host, name: WebServerName): void {
  if (name === "nginx") host.writeFile(NGINX_CONFIG, nginxConfig(host.name));
  else host.removeFile(BROKEN_FLAG);
}

/** Runs as the only user a user namespace has, and keeps its files inside the host. */
function nginxConfig(answer: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const places = kinds.map((kind) => `  ${kind}_temp_path /run/lab/nginx-${kind};`);
  return `user root;
worker_processes 1;
pid /run/nginx.pid;
error_log /run/lab/nginx-error.log;
events { worker_connections 256; }
http {
${places.join("\n")}
  access_log off;
  keepalive_timeout 0;
  server {
    listen 80 default_server;
    listen [::]:80 default_server;
    location / { default_type text/plain; return 200 "${answer}\\n"; }
  }
}
`;
}
