import * as http from 'node:http';
import * as https from 'node:https';

/** PEM certificates to trust instead of the platform's: a private authority's. */
export type Ca = string | Buffer | readonly (string | Buffer)[];

/** The Guardbee service as a place to send requests to. */
export class Origin {
  readonly #url: URL;
  readonly #secure: boolean;
  readonly #agent: http.Agent;
  readonly #ca: { ca?: string | Buffer | (string | Buffer)[] };

  constructor(url: URL, { ca, maxSockets }: { ca: Ca | undefined; maxSockets: number }) {
    this.#url = url;
    this.#secure = url.protocol === 'https:';
    this.#ca = ca === undefined ? {} : { ca: Array.isArray(ca) ? [...ca] : (ca as string | Buffer) };
    const { Agent } = this.#secure ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets });
  }

  /** `kept`: over one of the connections kept for questions; else over one of its own. Redirects are not followed. */
  request(path: string, { kept, ...options }: http.RequestOptions & { kept: boolean }): http.ClientRequest {
    const { request } = this.#secure ? https : http;
    return request(new URL(path, this.#url), {
      ...this.#ca,
      ...options,
      agent: kept ? this.#agent : false,
    });
  }

  /** Cuts every connection. */
  close(): void {
    this.#agent.destroy();
  }
}
