import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { Ajv } from 'ajv';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { selfSigned } from '../packages/server/src/self-signed.ts';
import { SETTINGS } from '../packages/server/src/settings.ts';
import { ADMIN, base64, cleanEnvironment, GUARDBEE, serve, temporaryFolder } from './guardbee.ts';
import { block } from './support/blocks.ts';

/** What `deploy/` holds, as far as this machine can run it: no container engine and no cluster are needed. */

const root = join(import.meta.dirname, '..');
const deploy = (file: string): string => join(root, 'deploy', file);
const read = (file: string): string => readFileSync(deploy(file), 'utf8');
const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

const settings: ReadonlySet<string> = new Set(
  Object.values(SETTINGS).flatMap((setting) => [
    setting.key,
    ...('secret' in setting ? [`${setting.key}_FILE`] : []),
  ]),
);

function assertSettings(names: readonly string[]): void {
  for (const name of names.filter((one) => one.startsWith('GUARDBEE_')))
    assert.ok(settings.has(name), `${name} is no setting`);
}

suite('the image', () => {
  const dockerfile = DockerfileParser.parse(read('docker/Dockerfile'));
  const instructions = dockerfile.getInstructions();
  const last = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === 'FROM'));
  const argumentsOf = (keyword: string): string =>
    String(last.find((one) => one.getKeyword() === keyword)?.getArgumentsContent());

  test('a linter has nothing to say of its file', () => {
    assert.deepEqual(
      validate(read('docker/Dockerfile')).map(({ message, range }) => `${range.start.line}: ${message}`),
      [],
    );
  });

  test('it does not run as root, names its version, and holds no secret', () => {
    assert.equal(argumentsOf('USER'), 'node');
    for (const from of dockerfile.getFROMs()) assert.match(String(from.getImageTag()), /^\d/);
    assert.doesNotMatch(read('docker/Dockerfile'), /(PASSWORD|DIGEST_KEYS|DATABASE_URL)=/);
    assertSettings([...argumentsOf('ENV').matchAll(/(\w+)=/g)].map(([, name]) => String(name)));
  });

  /** Its packages, installed as its file says; its command lines; a user who can write the data folder only. */
  test('its packages install into an empty folder, serve from there, and its health check says so', {
    skip: process.getuid?.() !== 0 && 'needs root, to become somebody else',
  }, async () => {
    using folder = temporaryFolder();
    const [app, data, packed] = ['app', 'data', 'packed'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [app, data, packed]) mkdirSync(path);
    const pack = spawnSync(process.execPath, [join(root, 'tools/pack.ts'), packed], { encoding: 'utf8' });
    assert.equal(pack.status, 0, pack.stderr);
    const install = [
      'install',
      '--omit=dev',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
    ];
    const tarballs = globSync(join(packed, '*.tgz')).filter((file) => !file.includes('verifier'));
    const { status, stderr } = spawnSync('npm', [...install, ...tarballs], {
      cwd: app,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assertBill(join(packed, 'sbom.cdx.json'), join(app, 'package-lock.json'));
    assertSize(join(app, 'node_modules'));
    const copied = last.map((one) => one.getArgumentsContent());
    assert.ok(copied.includes('deploy/docker/healthcheck.mjs /app/'));
    copyFileSync(HEALTH_CHECK, join(app, 'healthcheck.mjs'));
    chmodSync(folder.path, 0o755);
    assert.equal(spawnSync('chown', ['-R', '65534:65534', data]).status, 0);

    // The pinned Node lies in a folder of root's own.
    const node = join(folder.path, 'node');
    assert.equal(spawnSync('cp', [process.execPath, node]).status, 0);
    const inPlace = (text: string): string =>
      text
        .replaceAll('/app/', `${app}/`)
        .replaceAll('/data', data)
        .replaceAll('0.0.0.0', '127.0.0.1')
        .replaceAll('8420', PORT);
    const words = (keyword: string): string[] => JSON.parse(inPlace(argumentsOf(keyword)));
    const [, ...entry] = [...words('ENTRYPOINT'), ...words('CMD')];
    const own = [...inPlace(argumentsOf('ENV')).matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    const env = { ...cleanEnvironment(), ...Object.fromEntries(own), HOME: '/nowhere' };
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', node];
    const service = spawn('setpriv', [...asNobody, ...entry], {
      cwd: '/',
      env,
    });
    let output = '';
    for (const stream of [service.stdout, service.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    try {
      const health = /CMD (\[.*\])$/.exec(inPlace(argumentsOf('HEALTHCHECK')))?.[1] ?? '[]';
      const [, ...check] = JSON.parse(health) as string[];
      let healthy = false;
      for (let tries = 0; tries < 100 && !healthy; tries++) {
        healthy = spawnSync(node, check, { env }).status === 0;
        if (!healthy) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.ok(healthy, output);
      service.kill(argumentsOf('STOPSIGNAL') as NodeJS.Signals);
      assert.deepEqual(await once(service, 'exit'), [0, null]);
      assert.equal(spawnSync(node, check, { env }).status, 1);
    } finally {
      service.kill('SIGKILL');
    }
  });
});

const HEALTH_CHECK = deploy('docker/healthcheck.mjs');

suite('the health check of the image', () => {
  const check = (env: Record<string, string>): number | null =>
    spawnSync(process.execPath, [HEALTH_CHECK], { env: { ...cleanEnvironment(), ...env } }).status;

  test('it asks where the settings have the service listen', async (t) => {
    using folder = temporaryFolder();
    const service = await serve(join(folder.path, 'data'));
    t.after(() => service.stop());
    const { port } = new URL(service.url);
    assert.equal(check({ GUARDBEE_LISTEN: `0.0.0.0:${port}` }), 0);
    assert.equal(check({ GUARDBEE_LISTEN: `127.0.0.1:${port}` }), 0);
    const file = join(folder.path, 'guardbee.yaml');
    writeFileSync(file, `listen: 0.0.0.0:${port}\n`);
    assert.equal(check({ GUARDBEE_CONFIG_FILE: file }), 0);
    // Else Docker would take it for well while it stops.
    await service.stop();
    assert.equal(check({ GUARDBEE_CONFIG_FILE: file }), 1);
  });

  test('it speaks TLS where the service does, whatever host the certificate names', async (t) => {
    using folder = temporaryFolder();
    const { certFile, keyFile } = await selfSigned(folder.path, 'login.example.com');
    const tls = { GUARDBEE_TLS_CERT: certFile, GUARDBEE_TLS_KEY: keyFile };
    const service = await serve(join(folder.path, 'data'), tls);
    t.after(() => service.stop());
    const listen = `0.0.0.0:${new URL(service.url).port}`;
    assert.equal(check({ GUARDBEE_LISTEN: listen, ...tls }), 0);
    assert.equal(check({ GUARDBEE_LISTEN: listen }), 1);
  });
});

/** The bill of materials names what was installed, each with its version. */
function assertBill(bill: string, lockfile: string): void {
  const { bomFormat, components } = JSON.parse(readFileSync(bill, 'utf8'));
  assert.equal(bomFormat, 'CycloneDX');
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8'));
  const installed = Object.entries<{ version: string }>(packages)
    .filter(([place]) => existsSync(join(dirname(lockfile), place)) && place !== '')
    .map(([place, { version }]) => `${place.split('node_modules/').at(-1)}@${version}`);
  const named = components.map(({ name, version, group }: Record<string, string>) =>
    group === undefined ? `${name}@${version}` : `${group}/${name}@${version}`,
  );
  assert.deepEqual([...new Set(named)].sort(), [...new Set(installed)].sort());
  assert.ok(named.some((one: string) => one.startsWith('fastify@')));
}

/** docs/dependencies.md says how much that is. Other platforms have other compiled parts, and patches are larger or smaller. */
function assertSize(folder: string): void {
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const [, count, megabytes] = (/is (\d+) packages in all, .* (\d+) MB of files/.exec(page) ?? []).map(
    Number,
  );
  const { packages } = JSON.parse(readFileSync(join(folder, '.package-lock.json'), 'utf8'));
  const installed = Object.keys(packages).length;
  assert.ok(
    Math.abs(installed - Number(count)) <= 4,
    `${installed} packages, ${count} in docs/dependencies.md`,
  );
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const ratio = bytes / 1e6 / Number(megabytes);
  assert.ok(ratio > 0.85 && ratio < 1.15, `${bytes / 1e6} MB, ${megabytes} in docs/dependencies.md`);
}

/** One that nothing else of these tests uses. */
const PORT = '28420';

suite('compose', () => {
  const compose = parse(read('compose/compose.yaml'), { merge: true });

  test('what services use of secrets, volumes and networks is there, and every setting exists', () => {
    const { services, secrets, volumes, networks } = compose;
    for (const [name, service] of Object.entries<ComposeService>(services)) {
      for (const secret of service.secrets ?? []) assert.ok(secret in secrets, `${name}: ${secret}`);
      for (const network of service.networks ?? []) assert.ok(network in networks, `${name}: ${network}`);
      for (const volume of service.volumes ?? []) {
        const source = String(volume.split(':')[0]);
        const exists = source.startsWith('./') ? existsSync(deploy(`compose/${source}`)) : source in volumes;
        assert.ok(exists, `${name}: ${volume}`);
      }
      assertSettings(Object.keys(service.environment ?? {}));
      for (const [key, value] of Object.entries(service.environment ?? {}))
        if (key.endsWith('_FILE'))
          assert.ok(service.secrets?.includes(value.replace('/run/secrets/', '')), key);
    }
  });

  test('nodes share the digest keys and the database, and keep a folder each', () => {
    const [one, two] = [compose.services['node-1'], compose.services['node-2']];
    assert.deepEqual(one.environment, two.environment);
    assert.notDeepEqual(one.volumes, two.volumes);
    assert.ok(one.read_only && one.cap_drop.includes('ALL'));
  });

  test('Caddy takes its file', { skip: !has('caddy') && 'caddy is not installed here' }, () => {
    const config = ['--adapter', 'caddyfile', '--config', deploy('compose/Caddyfile')];
    const { status, stderr } = spawnSync('caddy', ['validate', ...config], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(spawnSync('caddy', ['fmt', '--diff', deploy('compose/Caddyfile')]).status, 0);
  });
});

interface ComposeService {
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

suite('the unit', () => {
  test('systemd finds nothing wrong with it, and little that it could do', {
    skip: !has('systemd-analyze') && 'systemd is not installed here',
  }, () => {
    using folder = temporaryFolder();
    const unit = join(folder.path, 'guardbee.service');
    writeFileSync(
      unit,
      read('systemd/guardbee.service').replace('=/opt/guardbee/bin/guardbee', '=/bin/true'),
    );
    const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
    assert.deepEqual([verified.status, verified.stderr], [0, '']);
    const exposure = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
    assert.equal(exposure.status, 0, String(exposure.stdout));
  });

  /** Most settings of systemd are taken in any section, and do nothing in a wrong one. */
  test('systemd goes on starting it until its database is there, but not with a wrong configuration', () => {
    const sections = read('systemd/guardbee.service').split(/^\[(\w+)\]$/m);
    const section = (name: string): string => String(sections[sections.indexOf(name) + 1]);
    assert.match(section('Unit'), /^StartLimitIntervalSec=0$/m);
    assert.match(section('Service'), /^Restart=on-failure\nRestartPreventExitStatus=78\nRestartSec=1$/m);
  });

  test('its settings exist', () => {
    assertSettings(
      [...read('systemd/guardbee.service').matchAll(/(GUARDBEE_\w+)=/g)].map(([, name]) => String(name)),
    );
  });

  test('it can write where its settings say, and its file says the same', () => {
    const unit = read('systemd/guardbee.service');
    const folders = /^StateDirectory=(.*)$/m
      .exec(unit)?.[1]
      ?.split(' ')
      .map((name) => `/var/lib/${name}`);
    const named = ['DATA', 'KEYS'].map((what) => new RegExp(`GUARDBEE_${what}_DIR=(\\S+)`).exec(unit)?.[1]);
    assert.deepEqual(named, folders);
    const { data_dir: data, keys_dir: keys } = parse(read('systemd/guardbee.yaml'));
    assert.deepEqual([data, keys], folders);
    for (const page of ['backup-and-restore', 'hardening'])
      assert.ok(readFileSync(join(root, `docs/${page}.md`), 'utf8').includes(String(named[1])), page);
  });

  test('the service accepts the file that goes with it, also what is commented out there', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'guardbee.yaml');
    const text = read('systemd/guardbee.yaml');
    const all = text.replaceAll(/^#(?=\w+: )/gm, '');
    assert.ok(Object.keys(parse(all)).length > Object.keys(parse(text)).length + 5);
    const { certFile, keyFile } = await selfSigned(folder.path, 'localhost');
    renameSync(certFile, join(folder.path, 'tls-cert.pem'));
    renameSync(keyFile, join(folder.path, 'tls-key.pem'));
    for (const settings of [text, all]) {
      writeFileSync(file, settings.replaceAll('/etc/guardbee/tls', join(folder.path, 'tls')));
      const check = [GUARDBEE, 'config', 'check', '--config', file];
      const { status, stderr } = spawnSync(process.execPath, check, {
        env: cleanEnvironment(),
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [0, '']);
    }
    // Commands on the machine find it by the environment.
    const doctor = spawnSync(process.execPath, [GUARDBEE, 'doctor', '--offline'], {
      env: { ...cleanEnvironment(), GUARDBEE_CONFIG_FILE: file },
      encoding: 'utf8',
    });
    assert.match(doctor.stdout + doctor.stderr, /\/var\/lib\/guardbee/);
  });

  test('what is typed on the machine finds data and keys where the unit has them', async (t) => {
    using folder = temporaryFolder();
    const [data, keys] = ['guardbee', 'guardbee-keys'].map((name) => join(folder.path, name)) as [
      string,
      string,
    ];
    const service = await serve(data, { GUARDBEE_KEYS_DIR: keys });
    t.after(() => service.stop());
    const file = join(folder.path, 'guardbee.yaml');
    writeFileSync(file, read('systemd/guardbee.yaml').replaceAll('/var/lib', folder.path));
    const here = block('docs/troubleshooting.md', 'sh', 'doctor')
      .replaceAll('sudo -u guardbee ', '')
      .replaceAll('/etc/guardbee/guardbee.yaml', file)
      .replaceAll('/opt/guardbee/bin/guardbee', `"${process.execPath}" "${GUARDBEE}"`)
      .replaceAll('admin@localhost', ADMIN.email)
      .replace(/^.* set-password .*$/m, 'echo "$PASSWORD" | $& --password-stdin');
    const password = 'a new one, long enough';
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', here], {
      env: { ...cleanEnvironment(), PASSWORD: password },
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(
      stdout,
      /^fine +keys [\s\S]*^email +admin@example\.com$[\s\S]*^Changed the password of admin/m,
    );
    const body = JSON.stringify({ email: ADMIN.email, password_base64: base64(password) });
    assert.equal((await fetch(`${service.url}/v4/auth-tokens/`, { method: 'POST', body })).status, 200);
  });

  test('it asks for the Node that the command needs', () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
    const [, least, line, next] = /^\^((\d+)\.\d+)\.0 \|\| >=(\d+)\.0\.0$/.exec(engines.node) ?? [];
    const words = `${least} or a later ${line}, or ${next} or newer`;
    assert.ok(read('systemd/guardbee.service').includes(`must be ${words}`));
    for (const page of [
      'README.md',
      'packages/cli/README.md',
      'packages/server/README.md',
      'docs/deployments.md',
    ])
      assert.ok(readFileSync(join(root, page), 'utf8').includes(`Node.js ${words}`), page);
  });
});

suite('the chart', () => {
  const values: Record<string, object> = parse(read('helm/guardbee/values.yaml'));
  const isValid = new Ajv({ strict: false }).compile(JSON.parse(read('helm/guardbee/values.schema.json')));
  const skip = !has('go') && "Go is not installed here: the chart's templates are not rendered";

  function rendered(templates: readonly string[], changes: object): string {
    const chart = parse(read('helm/guardbee/Chart.yaml'));
    const scope = {
      Values: { ...values, ...changes },
      Release: { Name: 'guardbee' },
      Chart: { AppVersion: chart.appVersion },
    };
    const go = [
      'run',
      join(import.meta.dirname, 'support/render-chart.go'),
      JSON.stringify(scope),
      ...templates,
    ];
    const { status, stdout, stderr } = spawnSync('go', go, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  function render(changes: object = {}): { kind: string; validate(): void }[] {
    const templates = globSync(deploy('helm/guardbee/templates/*.yaml')).sort();
    return parseAllDocuments(rendered(templates, changes))
      .map((document) => document.toJS())
      .filter((one) => one !== null)
      .map((one) => {
        const Kind = KINDS[one.kind as keyof typeof KINDS];
        assert.ok(Kind, one.kind);
        return new Kind(one);
      });
  }

  test('its values are what its schema allows; others are not', () => {
    assert.ok(isValid(values), JSON.stringify(isValid.errors));
    assert.ok(!isValid({ ...values, replica: 2 }));
    assert.ok(!isValid({ ...values, settings: { OTHER: 'x' } }));
  });

  test("its templates make what Kubernetes' own schemas accept, and hold no secret", { skip }, () => {
    const manifests = render({
      settings: { GUARDBEE_TOKEN_MAX_AGE: '30d', GUARDBEE_TOKENS_PER_USER: 7 },
      networkPolicy: { ...values.networkPolicy, from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }] },
    });
    assert.deepEqual(manifests.map(({ kind }) => kind).sort(), Object.keys(KINDS).sort());
    for (const manifest of manifests) manifest.validate();
    const text = JSON.stringify(manifests);
    assertSettings([...text.matchAll(/"(GUARDBEE_\w+)"/g)].map(([, name]) => String(name)));
    assert.ok(!text.includes('"Secret"'));
    const [deployment] = manifests.filter(({ kind }) => kind === 'Deployment') as Deployment[];
    const container = deployment?.spec?.template.spec?.containers[0];
    assert.equal(container?.securityContext?.readOnlyRootFilesystem, true);
    assert.equal(container?.image, 'registry.example.com/guardbee:0.1.0');
    assert.equal(container?.env?.find(({ name }) => name === 'GUARDBEE_TOKENS_PER_USER')?.value, '7');
  });

  interface Pod {
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly [
      {
        readonly env: readonly { readonly name: string; readonly value: string }[];
        readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: string[] } } };
        readonly startupProbe: { readonly httpGet: { readonly scheme: string } };
      },
    ];
  }
  const podOf = (manifests: readonly { kind: string }[]): Pod => {
    const [deployment] = manifests.filter(({ kind }) => kind === 'Deployment') as Deployment[];
    return deployment?.spec?.template.spec as unknown as Pod;
  };
  const one = (manifests: readonly { kind: string }[], kind: string): string =>
    JSON.stringify(manifests.find((manifest) => manifest.kind === kind));

  test('a pod goes on for a while before it is told to stop, and then has time enough', { skip }, () => {
    const { terminationGracePeriodSeconds, containers } = podOf(render());
    const [program, , code] = containers[0].lifecycle.preStop.exec.command;
    assert.equal(program, 'node');
    const pause = Number(/^setTimeout\(\(\) => \{\}, (\d+)\)$/.exec(String(code))?.[1]) / 1000;
    assert.ok(pause >= 5);
    // The service ends within 10 s.
    assert.ok(terminationGracePeriodSeconds > pause + 10);
  });

  test('its threads fit into its memory', { skip }, () => {
    const env = new Map(podOf(render()).containers[0].env.map(({ name, value }) => [name, value]));
    const { resources } = parse(read('helm/guardbee/values.yaml'));
    const needed = 125 + Number(env.get('GUARDBEE_HASH_THREADS')) * (13 + 19);
    assert.ok(needed < Number.parseInt(resources.requests.memory, 10), `${needed} MiB`);
  });

  test('metrics have a port of their own, which can be opened to others than the service, or closed', {
    skip,
  }, () => {
    const monitoring = { namespaceSelector: { matchLabels: { name: 'monitoring' } } };
    const open = render({ networkPolicy: { ...values.networkPolicy, metricsFrom: [monitoring] } });
    for (const manifest of open) manifest.validate();
    const env = podOf(open).containers[0].env.find(({ name }) => name === 'GUARDBEE_METRICS_LISTEN');
    assert.equal(env?.value, '0.0.0.0:9420');
    const [service, metrics] = JSON.parse(one(open, 'NetworkPolicy')).spec.ingress;
    assert.deepEqual([service.from, metrics.from], [[{ podSelector: {} }], [monitoring]]);
    assert.deepEqual([service.ports[0].port, metrics.ports[0].port], [8420, 9420]);
    const closed = JSON.stringify(render({ metrics: { enabled: false, port: 9420 } }));
    assert.doesNotMatch(closed, /9420|METRICS/);
  });

  test('what it says after the installation leads to the port that is there, by a name that the certificate has', {
    skip,
  }, () => {
    const notes = (changes: object): string =>
      rendered([deploy('helm/guardbee/templates/NOTES.txt')], changes);
    assert.match(notes({}), /guardbee 8420:80\n {2}guardbee login admin@\S+\n$/);
    assert.match(
      notes({ tlsSecret: 'guardbee-tls' }),
      / 8420:443\n {2}guardbee login \S+ -e https:\/\/HOST:8420\n/,
    );
    assert.doesNotMatch(notes({ tlsSecret: 'guardbee-tls' }), /https:\/\/127/);
  });

  test('with a certificate the pods speak HTTPS, and are asked so', { skip }, () => {
    const manifests = render({ tlsSecret: 'guardbee-tls' });
    for (const manifest of manifests) manifest.validate();
    assert.equal(podOf(manifests).containers[0].startupProbe.httpGet.scheme, 'HTTPS');
    assert.match(one(manifests, 'Deployment'), /"GUARDBEE_TLS_KEY","value":"\/tls\/tls.key".*"guardbee-tls"/);
    assert.match(one(manifests, 'Service'), /"port":443/);
    assert.equal(podOf(render()).containers[0].startupProbe.httpGet.scheme, 'HTTP');
  });

  test('the values that the page shows are allowed, and do what it says', { skip }, () => {
    const own = parse(block('docs/deployments.md', 'yaml', 'settings:'));
    const all: Record<string, object> = {
      ...values,
      ...own,
      networkPolicy: { ...values.networkPolicy, ...own.networkPolicy },
    };
    assert.ok(isValid(all), JSON.stringify(isValid.errors));
    const manifests = render(all);
    for (const manifest of manifests) manifest.validate();
    assert.match(one(manifests, 'Deployment'), /"GUARDBEE_TRUSTED_PROXIES","value":"10\.244\.0\.0\/16"/);
    const [service, metrics] = JSON.parse(one(manifests, 'NetworkPolicy')).spec.ingress;
    assert.equal(service.from.length, 2);
    assert.match(JSON.stringify(metrics.from), /monitoring/);
  });

  test('without a network policy there is none', { skip }, () => {
    const kinds = render({ networkPolicy: { enabled: false } }).map(({ kind }) => kind);
    assert.ok(!kinds.includes('NetworkPolicy'));
  });
});

const KINDS = { Deployment, NetworkPolicy, PodDisruptionBudget, Service } as const;

suite('the workflows', () => {
  const files = globSync('.github/workflows/*.yml', { cwd: root });

  test('every action is pinned to a commit, and each job may do only what it says', () => {
    assert.ok(files.length > 0);
    for (const file of files) {
      const { permissions, jobs } = parse(readFileSync(join(root, file), 'utf8'));
      assert.deepEqual(permissions, { contents: 'read' }, file);
      for (const job of Object.values<{ 'timeout-minutes': number; steps: { uses?: string }[] }>(jobs)) {
        assert.ok(job['timeout-minutes'] > 0, file);
        for (const { uses } of job.steps)
          if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      }
    }
  });

  test('a release is refused when tag, packages and changelog do not agree', () => {
    const check = (tag: string) =>
      spawnSync(process.execPath, [join(root, 'tools/release-version.ts'), tag], { encoding: 'utf8' });
    const { status, stderr } = check('v99.0.0');
    assert.equal(status, 1);
    assert.match(stderr, /packages\/cli\/package\.json: \d/);
    assert.match(stderr, /packages\/cli\/package\.json wants @guardbee\/server: \d/);
    assert.match(stderr, /CHANGELOG\.md has no section/);
  });

  test('a release publishes each package, and each names the repository it came from', () => {
    using folder = temporaryFolder();
    for (const file of ['package.json', ...globSync('packages/*/package.json', { cwd: root })]) {
      mkdirSync(join(folder.path, dirname(file)), { recursive: true });
      writeFileSync(join(folder.path, file), readFileSync(join(root, file)));
    }
    const env = {
      ...cleanEnvironment(),
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'example/guardbee',
      npm_config_offline: 'true',
      npm_config_dry_run: 'true',
    };
    const sh = (line: string): string => {
      const made = spawnSync('bash', ['-ec', line], { cwd: folder.path, env, encoding: 'utf8' });
      assert.equal(made.status, 0, made.stderr);
      return made.stdout;
    };
    const { jobs } = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'));
    const lines: string[] = jobs.publish.steps.map(({ run = '' }: { run?: string }) => run);
    const [named, packed, published] = ['npm pkg set', 'npm run pack', 'npm publish'].map((command) =>
      lines.findIndex((line) => line.includes(command)),
    ) as [number, number, number];
    assert.ok(named > -1 && named < packed && packed < published, lines.join('\n'));
    sh(String(lines[named]));
    const packages = ['giantswarm', 'verifier', 'server', 'cli'];
    for (const name of packages) {
      const { repository } = JSON.parse(
        readFileSync(join(folder.path, 'packages', name, 'package.json'), 'utf8'),
      );
      assert.deepEqual(repository, { type: 'git', url: 'git+https://github.com/example/guardbee.git' });
    }
    // As tools/pack.ts does; here without what was built.
    const workspaces = packages.map((name) => `--workspace packages/${name}`).join(' ');
    sh(`mkdir out && npm pack --no-dry-run --ignore-scripts --silent --pack-destination out ${workspaces}`);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.deepEqual(
      sh(String(lines[published])).trim().split('\n'),
      ['giantswarm', '@guardbee/verifier', '@guardbee/server', 'guardbee'].map(
        (name) => `+ ${name}@${version}`,
      ),
    );
  });
});
