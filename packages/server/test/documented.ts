import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Call, call, type Reply } from './http.ts';

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

/** Calls a service and holds each reply against its own OpenAPI document; remembers what has been seen. */
export class Documented {
  readonly #url: string;
  readonly #paths: Record<string, Record<string, Operation>>;
  readonly #ajv = new Ajv2020({ strict: false });
  readonly seen = new Set<string>();

  private constructor(url: string, paths: Record<string, Record<string, Operation>>) {
    this.#url = url;
    this.#paths = paths;
  }

  static async of(url: string): Promise<Documented> {
    const { body } = await call(url, 'GET', '/openapi.json');
    return new Documented(url, body.paths);
  }

  async call(method: string, path: string, options?: Call): Promise<Reply> {
    const reply = await call(this.#url, method, path, options);
    const where = `${method} ${path} → ${reply.status}`;
    assert.match(String(reply.headers['x-request-id']), /^[A-Za-z0-9._:-]{1,128}$/, where);
    const entry = this.#find(path)?.[1][method.toLowerCase()];
    if (entry === undefined) {
      assert.ok(reply.status >= 400, `${where}: an undocumented operation succeeds`);
      return reply;
    }
    const response = entry.responses[reply.status];
    assert.ok(response, `${where} is not documented: ${reply.text}`);
    this.seen.add(`${method} ${this.#find(path)?.[0]} ${reply.status}`);
    const schema = response.content?.['application/json']?.schema;
    if (schema !== undefined) {
      assert.match(String(reply.headers['content-type']), /^application\/json/, where);
      const closed = this.#ajv.compile(schema);
      assert.ok(closed(reply.body), `${where}: ${JSON.stringify(closed.errors)} in ${reply.text}`);
    }
    return reply;
  }

  /** For a reply that `call` can't take: a stream. */
  saw(line: string): void {
    assert.ok(this.documented().includes(line), line);
    this.seen.add(line);
  }

  /** All documented `METHOD path status`. */
  documented(): string[] {
    return Object.entries(this.#paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
      ),
    );
  }

  #find(path: string): [string, Record<string, Operation>] | undefined {
    const plain = path.replace(/\?.*$/, '').replace(/(.)\/$/, '$1');
    return Object.entries(this.#paths).find(([template]) => {
      const pattern = template.replace(/(.)\/$/, '$1').replace(/\{[^}]+\}/g, '[^/]+');
      return new RegExp(`^${pattern}$`).test(plain);
    });
  }
}
