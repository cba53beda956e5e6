/**
 * The lab's own web server, for machines without nginx. Its process is called `labweb`, so that a
 * check script can count it.
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

process.title = "labweb";
const answer = `${process.argv[2] ?? ""}\n`;
createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/plain", connection: "close" });
  response.end(answer);
}).listen({ port: 80, host: "::" }, () => {
  writeFileSync("/run/labweb.pid", `${process.pid}\n`);
});
