/** What an editor shows of a word. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hoverAt } from "../../../src/lsp/hover.ts";
import { withCursor } from "./texts.ts";

function hover(marked: string): string | undefined {
  const { document, position } = withCursor(marked);
  const filesOf = (pattern: string): readonly string[] => [`/etc/keepalived/${pattern}`];
  return hoverAt(document, position, { documents: [document], configId: "router1", filesOf })
    ?.markdown;
}

test("a keyword is explained as the block around it has it", () => {
  const ofScript = hover("vrrp_script web {\n  we¦ight 10\n}\n") ?? "";
  const ofLine = hover("vrrp_instance A {\n  track_script {\n    web weigh¦t 10\n  }\n}\n") ?? "";
  assert.match(ofScript, /^```keepalived\nweight -253-253 \[reverse\]\n```\n\nIn `vrrp_script`\./);
  assert.match(ofLine, /^```keepalived\nNAME \.\.\. weight -254-254\n```\n\nIn `track_script`\./);
});

test("a keyword tells its range, its default, its age and whether it is active", () => {
  const text = hover("vrrp_instance A {\n  virtual_router_id¦ 51\n}\n") ?? "";
  assert.match(
    text,
    /- Value: a whole number, 1 to 255\n- Default: required\n- Since: Keepalived 1\.0\.3\n- Here: active$/,
  );
});

test("the value of a keyword is explained like the keyword", () => {
  assert.match(
    hover("vrrp_instance A {\n  virtual_router_id 5¦1\n}\n") ?? "",
    /virtual_router_id 1-255/,
  );
});

test("a keyword is found behind comments, quotes, conditions and braces in parameters", () => {
  const text = `# }
$IF=\${OTHER}
@router1 vrrp_instance "A } #" { ! {
  notify "/bin/x { }"   # }
  interface \${IF}
  @^router1 priorit¦y 100
`;
  assert.match(hover(text) ?? "", /In `vrrp_instance`\. /);
});

test("a block that is being written does not take the ones below for its own", () => {
  const text = "vrrp_instance A {\n  track_script {\n\nvrrp_script web {\n  interva¦l 2\n}\n";
  assert.match(hover(text) ?? "", /In `vrrp_script`\. /);
});

test("a parameter shows its value and where it is defined", () => {
  assert.equal(
    hover("$VRID=51\nvrrp_instance A {\n  virtual_router_id $VR¦ID\n}\n"),
    "```keepalived\n51\n```\n\nDefined in `/etc/keepalived/keepalived.conf:1`.",
  );
});

test("a condition tells whether its line counts", () => {
  assert.match(
    hover("@rou¦ter2 include x.conf\n") ?? "",
    /Here it is `router1`: the line does not count\.$/,
  );
  assert.match(hover("@^rou¦ter2 instance a\n") ?? "", /Here it is `router1`: the line counts\.$/);
});

test("an include tells which files it reads", () => {
  assert.equal(hover("include par¦t.conf\n"), "Reads:\n\n- `/etc/keepalived/part.conf`");
});

test("the name of a tracked script tells where the script is", () => {
  const text = "vrrp_script web {\n}\nvrrp_instance A {\n  track_script {\n    we¦b\n  }\n}\n";
  assert.match(hover(text) ?? "", /`web` is defined in `\/etc\/keepalived\/keepalived\.conf:1`\.$/);
});

test("nothing is said of comments and of words that are not known", () => {
  assert.equal(hover("vrrp_instance A { # priori¦ty\n}\n"), undefined);
  assert.equal(hover("vrrp_instance A {\n  priorit¦yy 5\n}\n"), undefined);
});
