/** A request while headers and query are collected; what `applyAuthToRequest` works on. */
export class RequestDraft {
  /** Header names in lower case. */
  readonly #headers: Record<string, string> = Object.create(null);
  // most calls have none
  #query: URLSearchParams | undefined;

  /** Sets headers, `set('Name', 'value')` or `set({ Name: 'value' })`; names are case-insensitive, last wins. */
  set(name: string | Readonly<Record<string, unknown>>, value?: unknown): this {
    if (typeof name !== 'string') {
      for (const key of Object.keys(name)) this.set(key, name[key]);
    } else if (value !== null && value !== undefined) {
      this.#headers[name.toLowerCase()] = String(value);
    }
    return this;
  }

  /** Adds query parameters; a list is repeated, null and undefined are left out. */
  query(params: Readonly<Record<string, unknown>>): this {
    for (const [name, value] of Object.entries(params)) {
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item === null || item === undefined) continue;
        this.#query ??= new URLSearchParams();
        this.#query.append(name, String(item));
      }
    }
    return this;
  }

  /** Sets Basic credentials, UTF-8 (RFC 7617). */
  auth(username: string, password: string): this {
    const bytes = new TextEncoder().encode(`${username}:${password}`);
    return this.set('Authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`);
  }

  /** Removes a header. */
  unset(name: string): this {
    delete this.#headers[name.toLowerCase()];
    return this;
  }

  /**
   * The headers, names in lower case, in the form `fetch` takes.
   *
   * @throws TypeError which names the header that HTTP does not allow, but not its value
   */
  headers(): Record<string, string> {
    for (const name in this.#headers) checkHeader(name, this.#headers[name] ?? '');
    return this.#headers;
  }

  /** `url` with the collected query behind it. */
  address(url: string): string {
    if (!this.#query) return url;
    return `${url}${url.includes('?') ? '&' : '?'}${this.#query}`;
  }
}

/**
 * The platforms quote a refused value, perhaps a token, in their message: so it is refused here first.
 * Allowed are visible characters, space and tab up to U+00FF (RFC 9110 §5.5); white space around is dropped.
 */
function checkHeader(name: string, value: string): void {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value.trim())) {
    throw new TypeError(`The value of the header ${name} holds a character that HTTP headers do not allow`);
  }
}
