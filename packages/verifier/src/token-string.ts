/** `guardbee_` + 43 characters of secret + 6 characters of checksum over what precedes them. */
const FORM = /^guardbee_[A-Za-z0-9_-]{49}$/;
const CHECKSUM_LENGTH = 6;

/** True when the text has a token's form and its checksum is right: only then is the service worth asking. */
export function isTokenString(text: string): boolean {
  if (!FORM.test(text)) return false;
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(crc32(text.slice(0, -CHECKSUM_LENGTH)));
  return bytes.toString('base64url') === text.slice(-CHECKSUM_LENGTH);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

/** CRC-32 (ISO-HDLC) of ASCII text. `zlib.crc32` would do, but came with Node 20.15. */
function crc32(text: string): number {
  let rest = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    rest = (TABLE[(rest ^ text.charCodeAt(at)) & 0xff] as number) ^ (rest >>> 8);
  }
  return (rest ^ 0xffffffff) >>> 0;
}
