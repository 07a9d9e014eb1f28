import { get, type IncomingMessage } from 'node:http';

export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly data: any;
}

/** Follows a stream of server-sent events; what has come stands in `events`. */
export class EventStream {
  readonly events: ServerSentEvent[] = [];
  ended = false;
  readonly #response: IncomingMessage;
  #text = '';

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#read(chunk));
    response.on('close', () => {
      this.ended = true;
    });
    response.on('error', () => {});
  }

  static open(url: string, token: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const request = get(
        `${url}/v4/revocations/`,
        { headers: { authorization: `Bearer ${token}`, ...headers } },
        (response) => {
          if (response.statusCode === 200) resolve(new EventStream(response));
          else reject(new Error(`status ${response.statusCode}`));
        },
      );
      request.on('error', reject);
    });
  }

  /** Waits until an event is there that `matches`. */
  async until(matches: (event: ServerSentEvent) => boolean, withinMs = 5_000): Promise<ServerSentEvent> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = this.events.find(matches);
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`no such event among ${JSON.stringify(this.events)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.#response.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      this.events.push({ id: fields.id, event: fields.event ?? 'message', data: JSON.parse(fields.data) });
    }
  }
}
