/**
 * What the recipes of the container image say: whole for their linters, and the same in all of them.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { textSource } from "../../src/config/source.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { recipe, userOf, wordsOf } from "./container.ts";

interface Service {
  readonly network_mode: string;
  readonly cap_drop: readonly string[];
  readonly cap_add: readonly string[];
  readonly read_only: boolean;
  readonly security_opt?: readonly string[];
  readonly tmpfs: readonly string[];
}

interface Probe {
  readonly exec: { readonly command: readonly string[] };
}

interface DaemonSet {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly hostNetwork: boolean;
        readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number };
        readonly volumes: readonly { readonly name: string }[];
        readonly containers: readonly {
          readonly securityContext: {
            readonly allowPrivilegeEscalation: boolean;
            readonly readOnlyRootFilesystem: boolean;
            readonly capabilities: {
              readonly drop: readonly string[];
              readonly add: readonly string[];
            };
          };
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
          readonly startupProbe: Probe;
          readonly readinessProbe: Probe;
          readonly livenessProbe: Probe;
        }[];
      };
    };
  };
}

function fromYaml(flags: readonly string[], name: string): unknown {
  const parser = join(PROJECT_DIRECTORY, "node_modules/.bin/yaml");
  const words = ["--json", "--strict", ...flags];
  return JSON.parse(execFileSync(parser, words, { input: recipe(name), encoding: "utf8" }));
}

function service(): Service {
  const file = fromYaml(["--single"], "compose.yaml") as {
    readonly services: Readonly<Record<string, Service>>;
  };
  const found = file.services["keepalived"];
  assert.ok(found !== undefined);
  return found;
}

const manifests = (): readonly DaemonSet[] =>
  fromYaml([], "kubernetes/daemonset.yaml") as readonly DaemonSet[];

describe("the recipes of the image", () => {
  test("the Dockerfile has no complaints", () => {
    const linter = join(PROJECT_DIRECTORY, "node_modules/.bin/dockerfile-utils");
    const file = join(PROJECT_DIRECTORY, "packaging/container/Dockerfile");
    const { status, stdout, stderr } = spawnSync(linter, ["lint", file], { encoding: "utf8" });
    assert.deepEqual([status, stdout, stderr], [0, "", ""]);
  });

  test("what the Dockerfile copies is there", () => {
    const sources = [...recipe("Dockerfile").matchAll(/^COPY (?!--from)(\S+) /gm)].map(
      ([, path]) => path,
    );
    assert.ok(sources.length > 1);
    for (const path of sources) assert.ok(existsSync(join(PROJECT_DIRECTORY, path ?? "")), path);
  });

  test("the image's user is the one that its finish makes", () => {
    assert.match(recipe("finish"), new RegExp(`^id=${userOf()}$`, "m"));
  });

  test("Compose gives what the program needs and no more", () => {
    const found = service();
    assert.equal(found.network_mode, "host");
    assert.deepEqual([found.cap_drop, found.cap_add], [["ALL"], ["NET_ADMIN", "NET_RAW"]]);
    assert.equal(found.read_only, true);
    // The capabilities of the program's file come to nothing with it.
    assert.ok(!found.security_opt?.some((option) => option.startsWith("no-new-privileges")));
    assert.ok(
      found.tmpfs.some((line) => line.startsWith("/run:") && line.includes(`uid=${userOf()}`)),
    );
  });

  test("the DaemonSet gives the same, and asks as the image's health check does", () => {
    const set = manifests().find(({ kind }) => kind === "DaemonSet");
    assert.ok(set !== undefined);
    const { template, selector } = set.spec;
    assert.deepEqual(selector.matchLabels, template.metadata.labels);
    assert.ok(template.spec.hostNetwork);
    assert.deepEqual(template.spec.securityContext.runAsUser, userOf());
    const [container] = template.spec.containers;
    assert.ok(container !== undefined);
    assert.deepEqual(container.securityContext.capabilities, {
      drop: ["ALL"],
      add: service().cap_add,
    });
    assert.ok(container.securityContext.readOnlyRootFilesystem);
    assert.ok(container.securityContext.allowPrivilegeEscalation);
    for (const probe of [
      container.startupProbe,
      container.readinessProbe,
      container.livenessProbe,
    ]) {
      assert.deepEqual(probe.exec.command, wordsOf("HEALTHCHECK"));
    }
    const volumes = template.spec.volumes.map(({ name }) => name);
    assert.deepEqual(
      container.volumeMounts.map(({ name }) => name),
      volumes,
    );
  });

  test("the configuration in the ConfigMap has no complaints", () => {
    const map = manifests().find(({ kind }) => kind === "ConfigMap");
    const text = map?.data?.["keepalived.conf"] ?? "";
    const { diagnostics } = loadConfig(textSource({ "k.conf": text }), { path: "k.conf" });
    assert.deepEqual(diagnostics, []);
  });
});
